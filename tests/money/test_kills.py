"""kill -9 at random moments, with a ledger that is locked at others: all bills are in it, but for flagged rows."""

from __future__ import annotations

import multiprocessing
import os
import random
import sqlite3
import stat
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.money import Usage
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from tests.money import killed
from tests.money.daemon import MODEL, NOON
from tests.reserving import reserve

DAEMONS, ROUNDS = 3, 4
LIMITED = Budget(daily=Decimal(1000))


def wait_for(bills: Path, prefix: str, least: int) -> None:
    """Wait until a daemon was billed so often."""
    for _ in range(2_000):
        if bills.exists() and sum(line.startswith(prefix) for line in bills.read_text().splitlines()) >= least:
            return
        time.sleep(0.01)
    raise AssertionError(f"{prefix} did not begin to work")


def started(work: Callable[..., None], *arguments: Any) -> multiprocessing.process.BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


@pytest.mark.timeout(120)
@pytest.mark.parametrize("budget", [Budget(), LIMITED], ids=["no budget", "budget"])
def test_the_sum_of_the_ledger_is_that_of_the_bills_but_for_flagged_rows(tmp_path: Path, budget: Budget) -> None:
    path, bills = tmp_path / "ledger.db", tmp_path / "bills"
    own = Database(path, MIGRATIONS, NOON)
    rng = random.Random(11)
    locker = started(killed.lock, path, 5)
    for number in range(ROUNDS):
        daemons = [started(killed.work, path, bills, number * DAEMONS + n, budget) for n in range(DAEMONS)]
        for n in range(DAEMONS):
            wait_for(bills, f"{number * DAEMONS + n}-", 8)
        time.sleep(rng.random() * 0.2)
        for daemon in daemons:
            daemon.kill()
            time.sleep(rng.random() * 0.02)
        for daemon in daemons:
            daemon.join()
    locker.kill()
    locker.join()

    ledger = SqliteLedger(own, lambda: LIMITED)
    assert reserve(ledger, "mine", Decimal(0), NOON + timedelta(hours=1)) is None
    billed = {job: Decimal(cost) for job, cost in (line.split() for line in bills.read_text().splitlines())}
    rows = own.read("SELECT job, status, cost FROM attempts")
    booked = {job: Decimal(cost) / 10**12 for job, status, cost in rows if status == "ok"}
    flagged = {job: Decimal(cost) / 10**12 for job, status, cost in rows if status == "unknown"}
    assert len(rows) == len(booked) + len(flagged), "each job once"
    assert len(billed) >= DAEMONS * ROUNDS * 8
    assert billed.keys() <= booked.keys() | flagged.keys(), "no bill is lost"
    assert booked == {job: billed[job] for job in booked}
    assert all(flagged[job] >= billed.get(job, 0) for job in flagged)
    assert len(flagged) <= DAEMONS * ROUNDS, "at most the one call that a daemon had sent when it was killed"
    assert not list(tmp_path.glob("*.spool-*"))
    own.close()


def booking(job: str, cost: str) -> Booking:
    attempt = Attempt(MODEL, Tier.UTILITY, AttemptStatus.OK, Usage(10, output=5), Decimal(cost), 1)
    return Booking(job, "document", "python", attempt, None, 10, 5, None)


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "ledger.db"
    Database(path, MIGRATIONS, NOON).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        process = started(_book_and_die, path)
        process.join()
        connection.execute("ROLLBACK")
    return path


def _book_and_die(path: Path) -> None:
    ledger = SqliteLedger(Database(path, MIGRATIONS, NOON), Budget)
    for n in range(3):
        ledger.reserve(f"j{n}", Decimal(1), Decimal(1), NOON)
        ledger.sent(f"j{n}")
        if n < 2:
            ledger.book(booking(f"j{n}", "0.01"), NOON)
            ledger.release(f"j{n}")
    os._exit(9)


def test_what_a_locked_ledger_could_not_take_is_in_a_private_file_and_is_booked_once(locked: Path) -> None:
    (spool,) = locked.parent.glob("*.spool-*")
    content = spool.read_bytes()
    if sys.platform != "win32":
        assert stat.S_IMODE(spool.stat().st_mode) == 0o600
        assert {stat.S_IMODE(path.stat().st_mode) for path in locked.parent.iterdir()} == {0o600}
        assert stat.S_IMODE(locked.parent.stat().st_mode) == 0o700
    for again in (b"", content, content + b'{"billed": true, "row": {"cost": 1}}\n[]\nnot JSON \xff\n{"torn'):
        if again:
            spool.write_bytes(again)  # as if the process that booked it had died before it removed the file
        database = Database(locked, MIGRATIONS, NOON)
        ledger = SqliteLedger(database, Budget)
        assert database.read("SELECT job, status, cost FROM attempts ORDER BY job") == [
            ("j0", "ok", 10**10),
            ("j1", "ok", 10**10),
            ("j2", "unknown", 10**12),
        ]
        assert ledger.spent(NOON) == Decimal("1.02")
        assert not spool.exists()
        database.close()

"""A daemon that is killed at any moment, with another program that locks its ledger now and then."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.money import Usage
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal
from tests.money.daemon import MODEL, NOON


def work(path: Path, bills: Path, seed: int, budget: Budget) -> None:
    """Job after job until it is killed: reserve, send, be billed, book, release. A job may be dropped unsent."""
    rng = random.Random(seed)
    ledger = SqliteLedger(Database(path, MIGRATIONS, NOON), lambda: budget)
    provider = os.open(bills, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for number in range(10_000):
        job, most = f"{seed}-{number}", Decimal(rng.randrange(1, 900)) / 10**6
        if isinstance(ledger.reserve(job, most, most, NOON), Refusal):
            time.sleep(0.001)
            continue
        if rng.random() < 0.4:
            if rng.random() < 0.5:
                ledger.release(job)
            continue
        ledger.sent(job)
        cost = most * rng.randrange(1, 11) / 10
        os.write(provider, f"{job} {cost}\n".encode())
        if rng.random() < 0.3:
            time.sleep(rng.random() * 0.005)
        attempt = Attempt(MODEL, Tier.UTILITY, AttemptStatus.OK, Usage(10, output=5), cost, 1)
        ledger.book(Booking(job, "document", "python", attempt, None, 10, 5, None), NOON)
        if rng.random() < 0.8:
            ledger.release(job)


def lock(path: Path, seed: int) -> None:
    """Another program that holds the write lock for up to 30 ms, again and again."""
    rng = random.Random(seed)
    with sqlite3.connect(path, isolation_level=None, timeout=5) as connection:
        while True:
            with suppress(sqlite3.OperationalError):
                connection.execute("BEGIN IMMEDIATE")
                time.sleep(rng.random() * 0.03)
                connection.execute("ROLLBACK")
            time.sleep(rng.random() * 0.03)

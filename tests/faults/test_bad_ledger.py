"""A ledger that is locked, full, corrupt, newer or missing: the paid answer arrives, says so, and is booked."""

from __future__ import annotations

import asyncio
import multiprocessing
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from platformdirs import user_data_path

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.app.workspace import App
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.outcome import Status
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from routerd.pipeline.judge import Judge
from tests import brain
from tests.loopback import Turn, Upstream, usages
from tests.pipeline.test_pipeline import Desk, desk, done, home, open_app, request_for
from tests.reserving import reserve

__all__ = ["desk", "home", "open_app"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def path() -> Path:
    return user_data_path("routerd", False) / "ledger.db"


def costs() -> list[Decimal]:
    """What the file itself holds, in dollars."""
    with sqlite3.connect(path()) as connection:
        rows = connection.execute("SELECT cost FROM attempts ORDER BY id").fetchall()
    connection.close()
    return [Decimal(cost) / 10**12 for (cost,) in rows]


@contextmanager
def locked() -> Iterator[sqlite3.Connection]:
    """Another program in the middle of a write."""
    other = sqlite3.connect(path(), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield other
    finally:
        if other.in_transaction:
            other.execute("ROLLBACK")
        other.close()


def booking(job: str = "j", cost: str = "0.01", **changes: object) -> Booking:
    usage = Usage(input=int(str(changes.get("input", 100))), output=10)
    reason = changes.get("reason")
    attempt = Attempt(
        ModelRef("a", "b"),
        Tier.LOGIC,
        AttemptStatus.OK,
        usage,
        Decimal(cost),
        1,
        None if reason is None else str(reason),
    )
    return Booking(job, "document", "python", attempt, None, 100, 10, None)


async def test_while_it_is_locked_the_answer_arrives_and_its_cost_is_written_when_the_lock_is_gone(
    open_app: Callable[..., App], desk: Desk
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        app.services.database.patience(20)
        with locked():
            outcome = await done(app, desk, request_for(desk))
            assert costs() == []
        assert outcome.status is Status.APPLIED
        assert "is not in the ledger yet" in outcome.message
        assert "another program holds it" in outcome.message
        after = await done(app, desk, request_for(desk, line=10))
    assert "ledger" not in after.message
    assert costs() == [outcome.cost, after.cost]


async def test_a_budget_waits_for_a_lock_without_holding_up_the_event_loop(
    open_app: Callable[..., App], desk: Desk
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url, '[budget]\ndaily = "1"')
        app.services.database.patience(20)
        with locked() as other:
            # On the same loop: where the wait for the lock held that up, nobody would ever let go of it.
            asyncio.get_running_loop().call_later(0.3, other.execute, "ROLLBACK")
            outcome = await done(app, desk, request_for(desk))
    assert outcome.status is Status.APPLIED
    assert costs() == [outcome.cost]


async def test_what_was_locked_out_to_the_end_is_written_on_the_way_out(
    open_app: Callable[..., App], desk: Desk
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        app.services.database.patience(20)
        with locked():
            outcome = await done(app, desk, request_for(desk))
    assert costs() == []
    await app.disconnect()
    assert app.close() is None
    assert costs() == [outcome.cost]


@pytest.mark.parametrize("cost", [10**30, 10**999, 9_200_001], ids=range(3))
async def test_an_absurd_bill_is_estimated_and_keeps_no_later_one_out(
    open_app: Callable[..., App], desk: Desk, cost: int
) -> None:
    told = usages.given(prompt_tokens=100, completion_tokens=50, cost=cost)
    async with Upstream([Turn(usage=told)] * 2, reply=brain.reply) as upstream:
        app = open_app(upstream.base_url, '[budget]\ndaily = "1"')
        outcomes = [await done(app, desk, request_for(desk, line=line)) for line in (0, 10, 0)]
    assert [one.status for one in outcomes] == [Status.APPLIED] * 3
    assert all("ledger" not in one.message for one in outcomes)
    flags = [attempt.usage_estimated for one in outcomes for attempt in one.attempts]
    assert flags[:2] == [True, True]
    assert sum(costs()) == sum(attempt.cost or 0 for one in outcomes for attempt in one.attempts)
    assert 0 < sum(costs()) < 1


async def test_on_a_full_disk_the_answer_arrives_and_says_what_to_do(open_app: Callable[..., App], desk: Desk) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        fill(app.services.database._connection)
        outcome = await done(app, desk, request_for(desk))
        assert outcome.status is Status.APPLIED
        assert "is not in the ledger yet" in outcome.message
        assert "free some disk space" in outcome.message
        app.services.database._connection.execute("PRAGMA max_page_count=1000000")
    await app.disconnect()
    assert app.close() is None
    assert costs()[-1] == outcome.cost


def fill(connection: sqlite3.Connection) -> None:
    """Up to SQLite's own limit, which gives SQLITE_FULL as a full disk does."""
    ((pages,),) = connection.execute("PRAGMA page_count").fetchall()
    connection.execute(f"PRAGMA max_page_count={pages}")
    row = (
        "INSERT INTO attempts (at, job, action, language, tier, provider, model, status, input, cached_input,"
        " cache_write, output, reasoning, usage_estimated, counted_input, prior_output, ms, cached, cost)"
        " VALUES (0, 'filler', '', '', '', '', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)"
    )
    with pytest.raises(sqlite3.OperationalError, match="full"):
        connection.executemany(row, iter(tuple, None))


async def test_a_judge_that_breaks_down_loses_no_paid_answer(
    open_app: Callable[..., App], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(Judge, "verdict", breaks)
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        with pytest.raises(RecursionError):
            await done(app, desk, request_for(desk))
    (cost,) = costs()
    assert cost > 0


async def test_nonsense_of_a_provider_keeps_no_bill_out(open_app: Callable[..., App], desk: Desk) -> None:
    def absurd(_prompt: int, _completion: int) -> dict[str, object]:
        return {"prompt_tokens": 10**30, "completion_tokens": 10**30}

    turns = iter([Turn(usage=absurd), Turn(status=500, error={"message": "half a character \ud83d"}), Turn(), Turn()])
    async with Upstream(lambda _: next(turns), reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        first = await done(app, desk, request_for(desk))
        second = await done(app, desk, request_for(desk, line=10))
    assert (first.status, second.status) == (Status.APPLIED, Status.APPLIED)
    assert "ledger" not in first.message + second.message
    assert len(costs()) == len(first.attempts) + len(second.attempts)
    assert first.attempts[0].usage_estimated


@pytest.mark.parametrize("budget", ["", '[budget]\ndaily = "5.00"', '[budget]\nper_action = "5.00"'])
async def test_without_a_writable_home_work_goes_on_unless_a_shared_budget_needs_the_ledger(
    home: Path, desk: Desk, open_app: Callable[..., App], budget: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("no folder")
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "file" / "data"))
    monkeypatch.setattr("routerd.app.services.user_data_path", lambda *_: home / "file" / "data")
    async with Upstream(reply=brain.reply) as upstream:
        with pytest.raises(AssertionError, match="this session only"):
            open_app(upstream.base_url, budget)  # its fixture wants an app without problems
        app = App.open(config_file=home / "config.toml", root=home / "project")
        outcome = await done(app, desk, request_for(desk))
        await app.disconnect()
        app.close()
    if "daily" in budget:
        assert outcome.status is Status.REFUSED
        assert "cannot be used" in outcome.message
    else:
        assert outcome.status is Status.APPLIED


async def test_a_ledger_of_a_newer_version_is_left_alone_with_a_sentence(home: Path) -> None:
    Database(path(), MIGRATIONS, NOON).close()
    with sqlite3.connect(path()) as connection:
        connection.execute("PRAGMA user_version=99")
    before = path().read_bytes()
    app = App.open(root=home / "project")
    assert "a newer routerd wrote it" in app.problems[0]
    app.ledger.book(booking(), NOON)
    app.close()
    assert path().read_bytes() == before


def spoil(file: Path) -> None:
    """Overwrite all pages but the first, as a bad disk does: the file still opens."""
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))


async def test_a_file_that_goes_bad_while_it_is_in_use_is_set_aside_and_the_answer_booked(
    open_app: Callable[..., App], desk: Desk
) -> None:
    before = Database(path(), MIGRATIONS, NOON)
    SqliteLedger(before, Budget).book(booking(), NOON)
    before.close()
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        spoil(path())
        app.services.database._connection.execute("PRAGMA shrink_memory")
        outcome = await done(app, desk, request_for(desk))
    assert outcome.status is Status.APPLIED
    assert "was corrupt and is set aside" in outcome.message
    assert costs() == [outcome.cost]
    assert len(list(path().parent.glob("ledger-corrupt-*.db"))) == 1


def _open_and_book(file: Path, name: str, at: datetime) -> None:
    database = Database(file, MIGRATIONS, at)
    SqliteLedger(database, Budget).book(booking(name), NOON)
    database.close()


def test_daemons_that_meet_a_corrupt_file_together_set_it_aside_once_and_lose_no_booking(tmp_path: Path) -> None:
    file, context = tmp_path / "ledger.db", multiprocessing.get_context("spawn")
    file.write_bytes(b"this is no database, but long enough to be read as one" * 500)
    racers = [context.Process(target=_open_and_book, args=(file, f"j{n}", NOON)) for n in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert [racer.exitcode for racer in racers] == [0] * 6
    database = Database(file, MIGRATIONS, NOON)
    assert SqliteLedger(database, Budget).stats(None, UTC).actions == 6
    database.close()
    assert len(list(tmp_path.glob("ledger-corrupt-*.db"))) == 1


def test_a_ledger_that_was_deleted_or_replaced_is_followed(tmp_path: Path) -> None:
    database = Database(tmp_path / "ledger.db", MIGRATIONS, NOON)
    book = SqliteLedger(database, Budget)
    book.book(booking("before"), NOON)
    if sys.platform == "win32":
        pytest.skip("Windows does not let go of an open file")
    for file in tmp_path.glob("ledger.db*"):
        file.unlink()
    book.book(booking("after", "0.02"), NOON)
    other = Database(tmp_path / "ledger.db", MIGRATIONS, NOON)
    assert SqliteLedger(other, Budget).spent(BEGAN) == Decimal("0.02")
    other.close()
    database.close()


def test_a_reservation_that_could_not_be_given_back_goes_with_the_next_write(tmp_path: Path) -> None:
    database = Database(tmp_path / "ledger.db", MIGRATIONS, NOON)
    book = SqliteLedger(database, lambda: Budget(daily=Decimal("0.10")))
    assert reserve(book, "j1", Decimal("0.10"), NOON) is None
    database.patience(20)
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    book.release("j1")
    other.execute("ROLLBACK")
    other.close()
    book.book(booking("j2", "0.01"), NOON)
    assert reserve(book, "j3", Decimal("0.09"), NOON) is None
    database.close()


def test_rows_of_a_clock_that_was_ahead_are_not_todays() -> None:
    book = SqliteLedger(
        Database(None, MIGRATIONS, NOON), lambda: Budget(daily=Decimal("0.10"), monthly=Decimal("0.15"))
    )
    book.book(booking("ahead", "5.00"), NOON + timedelta(days=400))
    book.book(booking("set back", "0.06"), NOON + timedelta(seconds=30))
    assert reserve(book, "fits", Decimal("0.04"), NOON) is None
    refusal = reserve(book, "does not", Decimal("0.01"), NOON)
    assert refusal is not None
    assert "$0.06 spent, $0.04 held" in refusal.message

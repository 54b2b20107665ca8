"""The ledger keeps every cent: budgets hold, dead processes are settled, bad files are survived."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.ledger.learning import BilledAttempt, learn
from routerd.adapters.ledger.periods import day_of, month_of
from routerd.adapters.ledger.schema import ATTEMPTS, BILLED
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.quantile import quantile
from routerd.domain.quote import TokenCalibration
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from tests.posix import heed_zone
from tests.reserving import reserve

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MODEL = ModelRef("n1n", "some-model")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    opened = Database(path, MIGRATIONS, NOON)
    yield opened
    opened.close()


def ledger(database: Database, daily: str | None = None, monthly: str | None = None) -> SqliteLedger:
    budget = Budget(Decimal(daily) if daily else None, Decimal(monthly) if monthly else None)
    return SqliteLedger(database, lambda: budget)


def booking(cost: str | None, job: str = "j1", **changes: object) -> Booking:
    attempt = Attempt(
        MODEL,
        Tier.UTILITY,
        AttemptStatus(str(changes.get("status", "ok"))),
        Usage(input=1000, output=200),
        None if cost is None else Decimal(cost),
        12,
    )
    baseline = changes.get("baseline")
    return Booking(job, "document", "python", attempt, None, 900, 100, Decimal(str(baseline)) if baseline else None)


def test_what_is_booked_is_spent_to_the_last_pico_dollar(database: Database) -> None:
    book = ledger(database)
    book.book(booking("0.000000000001"), NOON)
    book.book(booking("0.123456789012"), NOON)
    assert book.spent(NOON - timedelta(hours=1)) == Decimal("0.123456789013")
    assert book.spent(NOON + timedelta(seconds=1)) == 0


def test_an_unknown_cost_is_counted_apart_and_never_as_nothing(database: Database) -> None:
    book = ledger(database)
    book.book(booking(None), NOON)
    stats = book.stats(None, UTC)
    assert (stats.unpriced, stats.attempts, stats.spent) == (1, 1, None)


def test_savings_are_net_of_attempts_that_were_of_no_use(database: Database) -> None:
    book = ledger(database)
    book.book(booking("0.01", status="rejected"), NOON)
    book.book(booking("0.02", baseline="0.10"), NOON)
    book.book(booking("0.005", status="cancelled", job="j2"), NOON)
    assert book.saved(NOON) == Decimal("0.065")
    assert book.stats(None, UTC).actions == 2


def test_a_reservation_counts_against_the_budget_until_it_is_released(database: Database) -> None:
    book = ledger(database, daily="0.10")
    assert reserve(book, "j1", Decimal("0.08"), NOON) is None
    refusal = reserve(book, "j2", Decimal("0.03"), NOON)
    assert refusal is not None
    assert "daily budget of $0.10 is used up" in refusal.message
    book.release("j1")
    assert reserve(book, "j2", Decimal("0.03"), NOON) is None


def test_a_booking_lowers_the_reservation_it_was_made_for(database: Database) -> None:
    book = ledger(database, daily="0.10")
    assert reserve(book, "j1", Decimal("0.06"), NOON) is None
    book.book(booking("0.05"), NOON)
    assert reserve(book, "j2", Decimal("0.04"), NOON) is None
    assert reserve(book, "j3", Decimal("0.01"), NOON) is not None


def test_budgets_begin_anew_at_midnight_and_on_the_first(database: Database) -> None:
    book = ledger(database, daily="0.10", monthly="0.15")
    book.book(booking("0.10"), NOON)
    assert reserve(book, "j2", Decimal("0.04"), NOON) is not None
    assert reserve(book, "j2", Decimal("0.04"), NOON + timedelta(days=1)) is None
    assert reserve(book, "j3", Decimal("0.04"), NOON + timedelta(days=1)) is not None
    book.release("j2")
    assert reserve(book, "j3", Decimal("0.10"), NOON + timedelta(days=10)) is None


def test_what_a_dead_process_had_reserved_is_settled_as_unknown_at_the_estimate(path: Path, database: Database) -> None:
    child = multiprocessing.get_context("spawn").Process(target=_reserve_and_die, args=(path,))
    child.start()
    child.join()
    book = ledger(database, daily="1")
    assert reserve(book, "mine", Decimal("0.10"), NOON) is None
    stats = book.stats(None, UTC)
    assert (stats.unknown, stats.spent) == (1, Decimal("0.25"))


def test_what_a_process_that_must_end_at_once_still_holds_is_booked_as_unknown(path: Path, database: Database) -> None:
    mine, other = ledger(database, daily="1"), ledger(Database(path, MIGRATIONS, NOON), daily="1")
    assert reserve(mine, "stuck", Decimal("0.25"), NOON) is None
    mine.sent("stuck")
    assert reserve(mine, "never sent", Decimal("0.01"), NOON) is None
    assert reserve(other, "running", Decimal("0.10"), NOON) is None
    mine.abandon(NOON)
    stats = mine.stats(None, UTC)
    assert (stats.unknown, stats.spent) == (1, Decimal("0.25"))
    assert reserve(other, "more", Decimal("0.65"), NOON) is None
    assert reserve(other, "too much", Decimal("0.01"), NOON) is not None


def test_what_could_not_be_written_is_written_by_a_process_that_must_end_at_once(
    path: Path, database: Database
) -> None:
    mine = ledger(database)
    with closing(sqlite3.connect(path, isolation_level=None)) as locker:
        locker.execute("BEGIN EXCLUSIVE")
        assert mine.book(booking("0.05"), NOON) is not None
        locker.execute("ROLLBACK")
    mine.abandon(NOON)
    assert ledger(Database(path, MIGRATIONS, NOON)).spent(NOON - timedelta(days=1)) == Decimal("0.05")


def _reserve_and_die(path: Path) -> None:
    book = ledger(Database(path, MIGRATIONS, NOON))
    reserve(book, "lost", Decimal("0.25"), NOON)
    reserve(book, "never sent", Decimal("0.20"), NOON)
    book.sent("lost")
    os._exit(9)


def _race(path: Path, won: multiprocessing.Queue[int]) -> None:
    book = ledger(Database(path, MIGRATIONS, NOON), daily="0.10")
    won.put(sum(reserve(book, f"{os.getpid()}-{n}", Decimal("0.01"), NOON) is None for n in range(5)))
    won.put(-1)


def test_daemons_that_race_for_the_last_cent_overspend_by_nothing(path: Path, database: Database) -> None:
    context = multiprocessing.get_context("spawn")
    won: multiprocessing.Queue[int] = context.Queue()
    racers = [context.Process(target=_race, args=(path, won)) for _ in range(4)]
    for racer in racers:
        racer.start()
    total, open_racers = 0, len(racers)
    while open_racers:
        number = won.get(timeout=60)
        open_racers -= number == -1
        total += max(number, 0)
    for racer in racers:
        racer.join()
    # A racer that has ended is dead: what it held was settled at its estimate, and still counts.
    assert total == 10


def test_a_corrupt_file_is_set_aside_with_a_sentence_and_work_goes_on(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database, but long enough to be read as one" * 50)
    database = Database(path, MIGRATIONS, NOON)
    assert database.problem is not None
    assert "ledger-corrupt-20261123-120000.db" in database.problem
    book = ledger(database)
    book.book(booking("0.01"), NOON)
    assert book.spent(NOON) == Decimal("0.01")
    assert (path.parent / "ledger-corrupt-20261123-120000.db").exists()
    database.close()


def test_a_ledger_that_cannot_be_written_is_kept_in_memory_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").mkdir()
    database = Database(tmp_path / "ledger.db", MIGRATIONS, NOON)
    assert database.problem is not None
    assert "this session only" in database.problem
    book = ledger(database)
    book.book(booking("0.01"), NOON)
    assert book.spent(NOON) == Decimal("0.01")
    database.close()


def test_a_locked_ledger_loses_no_booking(path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    book = ledger(database, daily="1")
    database._connection.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    book.book(booking("0.01"), NOON)
    refusal = reserve(book, "j2", Decimal("0.01"), NOON)
    assert refusal is not None
    assert "another program" in refusal.message
    other.execute("ROLLBACK")
    other.close()
    book.book(booking("0.02"), NOON)
    assert book.spent(NOON) == Decimal("0.03")


def test_the_factor_is_a_median_that_one_odd_bill_does_not_move() -> None:
    honest = [BilledAttempt(1000, 1060, 100, 150)] * 9
    odd = [BilledAttempt(1000, 9000, 100, 5000)]
    assert learn([*honest, *odd], "document", "", 1.0).input_factor == pytest.approx(1.06, abs=0.005)
    assert learn([], "document", "", 1.14) == TokenCalibration(1.14)


def test_a_language_has_its_own_factor_once_it_has_enough_bills() -> None:
    python = [BilledAttempt(1000, 1100, 100, 100, "document", "python")] * 20
    rust = [BilledAttempt(1000, 1300, 100, 100, "document", "rust")]
    assert learn([*rust * 8, *python], "test", "rust", 1.0).input_factor == pytest.approx(1.3)
    assert learn([*rust * 2, *python], "test", "rust", 1.0).input_factor == pytest.approx(1.1)


def test_the_output_range_holds_nine_of_ten_past_answers() -> None:
    bills = [BilledAttempt(100, 100, 100, output, "document", "python") for output in range(50, 250, 2)]
    token_calibration = learn(bills, "document", "python", 1.0)
    assert token_calibration.output_factor is not None
    low, _, high = token_calibration.output_factor
    held = sum(low * 100 <= bill.billed_output <= high * 100 for bill in bills)
    assert 85 <= held <= 95


def test_a_quantile_lies_between_the_least_and_the_greatest() -> None:
    values = [(3.0, 1.0), (1.0, 1.0), (2.0, 1.0)]
    assert quantile(values, 0.05) == 1.0
    assert quantile(values, 0.5) == 2.0
    assert quantile(values, 0.95) == 3.0


def test_learning_is_refreshed_by_the_next_booking(database: Database) -> None:
    book = ledger(database)
    assert book.token_calibration(MODEL, "document", "python").input_factor == 1.0
    for _ in range(5):
        book.book(booking("0.01"), NOON)
    assert book.token_calibration(MODEL, "document", "python").input_factor == pytest.approx(1000 / 900)


def test_many_known_bills_are_learnt_from_again_once_a_twentieth_is_new_or_one_exceeds(database: Database) -> None:
    book = ledger(database)
    for _ in range(100):
        book.book(booking("0.01"), NOON)
    first = book.token_calibration(MODEL, "document", "python")
    book.book(booking("0.01"), NOON)
    assert book.token_calibration(MODEL, "document", "python") is first, "an agent asks each second"
    for _ in range(4):
        book.book(booking("0.01"), NOON)
    assert book.token_calibration(MODEL, "document", "python") is not first
    known = book.token_calibration(MODEL, "document", "python")
    assert known.excess == 1.0
    book.book(replace(booking("0.03"), allowed=Decimal("0.01")), NOON)
    assert book.token_calibration(MODEL, "document", "python").excess == pytest.approx(3.3)


def test_what_one_daemon_is_billed_teaches_the_others(path: Path, database: Database) -> None:
    other = Database(path, MIGRATIONS, NOON)
    mine, theirs = ledger(database), ledger(other)
    assert mine.token_calibration(MODEL, "document", "python").input_factor == 1.0
    for _ in range(5):
        theirs.book(booking("0.01"), NOON)
    assert mine.token_calibration(MODEL, "document", "python").input_factor == pytest.approx(1000 / 900)
    other.close()


def test_a_day_and_a_month_begin_at_the_users_own_midnight_where_summer_time_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    heed_zone()
    try:
        # On 2026-10-25 at 03:00 the clocks go back to 02:00: the day has 25 hours, from 22:00 to 23:00 UTC.
        noon = datetime(2026, 10, 25, 12).astimezone()
        utc = [[moment.astimezone(UTC) for moment in period] for period in (day_of(noon), month_of(noon))]
        assert utc[0] == [datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)]
        assert utc[1] == [datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC)]
        book = SqliteLedger(Database(None, MIGRATIONS, NOON), lambda: Budget(daily=Decimal("0.10")))
        book.book(booking("0.09"), datetime(2026, 10, 24, 21, 59, tzinfo=UTC))  # 23:59 of the day before
        assert reserve(book, "j2", Decimal("0.10"), noon) is None
        (day,) = book.stats(None, None).days
        assert day.day == "2026-10-24"
    finally:
        monkeypatch.undo()
        heed_zone()


UNWRITABLE = ["1e999999", "1e30", "10001", "-1", "NaN", "Infinity"]


@pytest.mark.parametrize("cost", UNWRITABLE)
def test_a_row_that_no_ledger_can_hold_is_set_aside_with_a_sentence_and_blocks_no_other(
    database: Database, cost: str
) -> None:
    book = ledger(database, daily="1")
    book.book(booking("0.01"), NOON)
    told = book.book(booking(cost), NOON)
    assert told is not None
    assert "n1n/some-model could not be written" in told
    assert book.book(booking("0.02"), NOON) is None
    assert book.spent(NOON - timedelta(hours=1)) == Decimal("0.03")
    assert book.reserve("j2", Decimal("0.97"), Decimal("0.97"), NOON) == Decimal("0.97")
    book.release("j2")
    assert book.close() is None


def test_bad_rows_among_rows_that_waited_for_a_locked_file_are_set_aside_alone(path: Path, database: Database) -> None:
    book = ledger(database)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for cost in ("0.01", "1e999999", "0.02", "1e30"):
        told = "could not be written" if "e" in cost else "is not in the ledger yet"
        assert told in str(book.book(booking(cost), NOON))
    other.execute("ROLLBACK")
    other.close()
    assert book.book(booking("0.04"), NOON) is None
    assert book.spent(NOON - timedelta(hours=1)) == Decimal("0.07")
    assert database.read("SELECT COUNT(*) FROM attempts") == [(3,)]


@pytest.mark.parametrize("amounts", [(2**63 - 1, 2**63 - 1), (-(2**63), 1), ("x", 1), (b"x", 1), (1e300, 1)])
def test_rows_that_another_program_wrote_beyond_all_bounds_stop_no_sum(
    database: Database, amounts: tuple[object, object]
) -> None:
    book = ledger(database, daily="1", monthly="1")
    for _ in range(3):
        book.book(booking("0.01", baseline="0.02"), NOON)
    with database.transaction() as run:
        run(
            "UPDATE attempts SET cost = ?, baseline = ?, input = ?, prior_output = ? WHERE id = 1", (*amounts, *amounts)
        )
        run("UPDATE attempts SET at = 1e300 WHERE id = 2", ())
        run(
            "INSERT INTO reservations (job, process, pid, at, amount, project) VALUES ('a', 'other', ?, 'x', ?, '')",
            (2**62, amounts[0]),
        )
        run(
            "INSERT INTO reservations (job, process, pid, at, amount, project) VALUES ('b', 'other', ?, 1e300, ?, '')",
            (2**62, amounts[0]),
        )
    assert book.reserve("mine", Decimal("0.5"), Decimal("0.5"), NOON) == Decimal("0.5")
    assert book.spent(NOON - timedelta(hours=1)) == Decimal("0.01")
    assert book.stats(None, UTC).spent == Decimal("0.03"), "the sums are those of what was booked"
    book.saved(NOON - timedelta(hours=1))
    book.token_calibration(MODEL, "document", "python")
    book.acceptance(MODEL, "document", "python")


def test_what_is_read_in_place_of_the_table_is_found_by_its_indexes(database: Database) -> None:
    plan = database.read(f"EXPLAIN QUERY PLAN SELECT SUM(cost) FROM {ATTEMPTS} WHERE at >= 5 AND at < 6")
    assert "USING COVERING INDEX attempts_spent (at>? AND at<?)" in str(plan)
    plan = database.read(f"EXPLAIN QUERY PLAN SELECT SUM(cost) FROM {ATTEMPTS} WHERE at >= 5")
    assert "USING COVERING INDEX attempts_spent (at>?)" in str(plan), "it begins at the query's own moment"
    plan = database.read(
        f"EXPLAIN QUERY PLAN SELECT cost FROM {ATTEMPTS} WHERE provider = 'a' AND model = 'b' AND {BILLED} "
        "ORDER BY at DESC, id DESC LIMIT 9"
    )
    assert "USING INDEX attempts_bills" in str(plan)

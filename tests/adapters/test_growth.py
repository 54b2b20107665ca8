"""A ledger of any size costs a hover and a booking the same, and its daily sums are those of its rows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from routerd.adapters.ledger import MIGRATIONS, LedgerWriter, SqliteLedger, history, migrations
from routerd.adapters.ledger.daily import TABLES
from routerd.adapters.ledger.rows import insert
from routerd.adapters.reply_cache import SqliteReplyCache
from routerd.adapters.sqlite import Database, Row
from routerd.domain.model import ModelRef
from routerd.domain.settings import Budget, Cache
from routerd.domain.stats import StatsKey
from tests.money.diary import Diary

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAILY = 7
"""The migration that begins the daily sums."""
BEGAN = NOON - timedelta(days=40, hours=4)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "ledger.db", MIGRATIONS, NOON)
    yield opened
    opened.close()


def plans(database: Database, queries: list[tuple[str, tuple[object, ...]]]) -> list[str]:
    return [row[3] for query, values in queries for row in database.read(f"EXPLAIN QUERY PLAN {query}", values)]


class Recorded:
    """Stands before a database and keeps the queries that it is asked."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.queries: list[tuple[str, tuple[object, ...]]] = []
        execute = database._execute

        def recording(statement: str, values: tuple[object, ...] = ()) -> list[Row]:
            self.queries.append((statement, tuple(values)))
            return execute(statement, values)

        database._execute = recording  # type: ignore[method-assign,assignment]  # the statements themselves are tested


def test_no_query_of_a_hover_or_a_booking_reads_a_table_or_sorts(database: Database) -> None:
    Diary(SqliteLedger(database, Budget), BEGAN).write(days=3)
    budget = Budget(daily=Decimal(100), monthly=Decimal(1000), session=Decimal(10))
    recorded = Recorded(database)
    ledger = SqliteLedger(database, lambda: budget)
    ledger.token_calibration(ModelRef("n1n", "gpt-4o"), "review", "python")
    ledger.acceptance(ModelRef("n1n", "gpt-4o"), "review", "python")
    ledger.limits(NOON)
    Diary(ledger, NOON, seed=9).write(days=1)
    asked = [
        (query, values)
        for query, values in recorded.queries
        if query.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")) and "reservations" not in query
    ]
    assert len({query for query, _ in asked}) > 8
    for plan in plans(database, asked):
        scans = plan.startswith("SCAN") and not plan.startswith(("SCAN (subquery", "SCAN CONSTANT"))
        assert not scans, plan
        assert "TEMP B-TREE FOR ORDER BY" not in plan


def sums(database: Database, table: str) -> list[Row]:
    return sorted(database.read(f"SELECT * FROM {table}"))


@pytest.mark.parametrize(("at_once", "batch"), [(0, 1), (0, 7), (0, 64), (0, 10**6), (10**6, 50)])
def test_the_sums_kept_row_by_row_are_those_of_an_old_ledger(
    database: Database, monkeypatch: pytest.MonkeyPatch, at_once: int, batch: int
) -> None:
    """Those of an old ledger come in batches, while new rows, also of the same jobs, are booked: all must agree."""
    monkeypatch.setattr(migrations, "_AT_ONCE", at_once)
    monkeypatch.setattr(history, "BATCH", batch)
    ledger = SqliteLedger(database, Budget)
    Diary(ledger, BEGAN).write(days=20)
    tables = (*TABLES, "daily_failovers")
    kept = {table: sums(database, table) for table in tables}
    stats = ledger.stats(None, UTC)
    with database.transaction() as run:
        for trigger in ("attempts_without_day", "attempts_baseline"):
            run(f"DROP TRIGGER {trigger}", ())
        for table in tables:
            run(f"DROP TABLE {table}", ())
        for index in history.INDEXES:
            run(f"DROP INDEX {index}", ())
        run("CREATE INDEX attempts_at ON attempts (at)", ())
        run("DROP TABLE unsummed", ())
        rows = run("SELECT * FROM attempts WHERE id > 40 ORDER BY id", ())
        names = [row[1] for row in run("PRAGMA table_info(attempts)", ())]
        run("DELETE FROM attempts WHERE id > 40", ())
        run("CREATE INDEX attempts_model ON attempts (provider, model, action, at)", ())
        for column in ("day", "firsts"):
            run(f"ALTER TABLE attempts DROP COLUMN {column}", ())
        for trigger in ("insert", "delete"):
            run(f"DROP TRIGGER replies_{trigger}", ())
        run("DROP TABLE replies_size", ())
        MIGRATIONS[DAILY](database._connection)
    assert history.unfinished(database) is (at_once == 0)
    for row in rows:
        with database.transaction() as run:
            if history.unfinished(database) and row[0] % 2:
                history.step(run)
            kept_row = {k: v for k, v in zip(names, row, strict=True) if k not in ("id", "firsts")}
            insert(run, kept_row | {"entry": f"again{row[0]}"})
    history.complete(database)
    for table in tables:
        again = sums(database, table)
        if table == "daily_failovers":  # a count of zero is none
            kept[table], again = ([row for row in rows if row[-1]] for rows in (kept[table], again))
        assert kept[table] == again
    assert ledger.stats(None, UTC) == stats


@pytest.mark.parametrize("days", [1, 3, 12])
def test_statistics_since_a_moment_are_those_of_its_later_rows(database: Database, days: int) -> None:
    ledger = SqliteLedger(database, Budget)
    Diary(ledger, BEGAN).write()
    for hours in (0, 5):
        since = BEGAN + timedelta(days=days, hours=hours)
        stats = ledger.stats(since, UTC)
        ((count, cost, tokens),) = database.read(
            "SELECT COUNT(*), SUM(cost), SUM(output) FROM attempts WHERE at >= ?", (since.timestamp(),)
        )
        assert stats.usage is not None
        assert (stats.attempts, stats.spent, stats.usage.output) == (count, Decimal(cost) / 10**12, tokens)
        for key in StatsKey:
            rows = ledger.totals_by(key, since)
            assert sum(row.spent or 0 for row in rows) == stats.spent


def test_old_rows_are_dropped_and_no_sum_changes(database: Database) -> None:
    writer = LedgerWriter(database)
    ledger = SqliteLedger(writer, Budget)
    Diary(ledger, BEGAN - timedelta(days=60)).write(days=80)
    before, by_model = ledger.stats(None, UTC), ledger.totals_by(StatsKey.MODEL, None)
    ((rows,),) = database.read("SELECT COUNT(*) FROM attempts")
    dropped = writer.fold(NOON, keep_days=1)
    assert 0 < dropped < rows
    assert database.read("SELECT COUNT(*), MIN(at) >= ? FROM attempts", ((NOON - timedelta(days=62)).timestamp(),)) == [
        (rows - dropped, 1)
    ]
    after = ledger.stats(None, UTC)
    assert replace(after, guesses=()) == replace(before, guesses=())
    assert ledger.totals_by(StatsKey.MODEL, None) == by_model
    assert writer.fold(NOON, keep_days=1) == 0


def test_the_reply_cache_forgets_the_oldest_and_knows_its_size(database: Database) -> None:
    cache, rng = SqliteReplyCache(database, lambda: Cache(max_mb=1)), random.Random(3)
    for n in range(300):
        cache.put(f"{rng.randrange(200)}", "x" * rng.randrange(1, 40_000), NOON + timedelta(seconds=n))
    ((total, newest),) = database.read("SELECT SUM(size), MAX(at) FROM replies")
    assert database.read("SELECT size FROM replies_size") == [(total,)]
    assert 900_000 < total <= 1_000_000
    assert newest == (NOON + timedelta(seconds=299)).timestamp()
    recorded = Recorded(database)
    cache.put("new", "y", NOON + timedelta(seconds=300))
    for plan in plans(database, [(q, v) for q, v in recorded.queries if q.startswith(("SELECT", "DELETE", "INSERT"))]):
        assert not plan.startswith("SCAN replies ") or "USING INDEX" in plan or "COVERING" in plan, plan


@pytest.mark.parametrize("batch", [1, 50])
def test_rows_that_a_daemon_of_an_older_version_adds_meanwhile_are_in_the_sums(
    database: Database, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """It opened the file before the migration, and its statement names the columns of its own version alone."""
    monkeypatch.setattr(history, "BATCH", batch)
    ledger = SqliteLedger(database, Budget)
    Diary(ledger, BEGAN).write(days=6)
    stats, kept = ledger.stats(None, UTC), {table: sums(database, table) for table in (*TABLES, "daily_failovers")}
    rows = database.read("SELECT * FROM attempts ORDER BY id")
    names = [row[1] for row in database.read("PRAGMA table_info(attempts)")]
    with database.transaction() as run:
        for table in ("attempts", *TABLES, "daily_failovers"):
            run(f"DELETE FROM {table}", ())
    for row in rows:
        values = {k: v for k, v in zip(names, row, strict=True) if k not in ("id", "firsts")}
        older = {k: v for k, v in values.items() if k not in ("entry", "day")}
        with database.transaction() as run:
            if row[0] % 3:
                insert(run, values)
            else:
                run(
                    f"INSERT INTO attempts ({', '.join(older)}) VALUES ({', '.join('?' * len(older))})",
                    [*older.values()],
                )
    assert ledger.stats(None, UTC) == stats
    assert not history.unfinished(database)
    assert {table: sums(database, table) for table in TABLES} == {table: kept[table] for table in TABLES}

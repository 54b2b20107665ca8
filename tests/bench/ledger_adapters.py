"""Both adapters of the ledger in one run: reserve, and statistics over many rows; `tests.bench.ledger` prints it.

The same rows in both: three years, a thousand people of fifty teams, five actions, four models. PostgreSQL writes to
the disk as it does by default (fsync on).
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import psycopg

from routerd.adapters.ledger import (
    MIGRATIONS,
    AnyLedger,
    Outbox,
    PostgresLedger,
    SharedWriter,
    SqliteLedger,
)
from routerd.adapters.ledger.daily import TABLES, added
from routerd.adapters.postgres import Postgres, ServerAddress
from routerd.adapters.sqlite import Database
from routerd.domain.ledger_settings import LedgerSettings
from routerd.domain.origin import Origin
from routerd.domain.settings import Budget
from routerd.domain.stats import StatsKey
from tests.shared_ledger.server import Server

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BUDGET = Budget(daily=Decimal(100_000), project_daily=Decimal(100_000), team_daily=Decimal(100_000))
AMOUNT = Decimal("0.0004")
RESERVATIONS, AT_ONCE = 2_000, 25
_COLUMNS = (
    "entry, at, day, job, project, person, team, action, language, tier, provider, model, status, input, cached_input,"
    " cache_write, output, reasoning, usage_estimated, cost, baseline, low, likely, high, counted_input, prior_output,"
    " ms, cached, client, firsts"
)
_START = NOON.timestamp() - 3 * 365 * 86_400
_SELECT = """
    SELECT 'e' || n, {start} + n * {step}, {day}, 'j' || n, 'p' || (n % 40), 'person' || (n % 1000),
    'team' || (n % 50), {action}, 'python', {tier}, 'n1n', {model}, CASE WHEN n % 25 = 0 THEN 'rejected' ELSE 'ok' END,
    900, 0, 0, 200, 0, {false}, 100000000 + n % 1000000, 300000000, 1, 2, 3, 900, 200, 800, {false}, 'client', 7
    FROM {numbers}
"""


def measured(rows: int) -> dict[str, dict[str, float]]:
    """Milliseconds, by adapter."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        Database(path, MIGRATIONS, NOON).close()
        _fill_sqlite(path, rows)
        own = SqliteLedger(Database(path, MIGRATIONS, NOON), lambda: BUDGET, "p1", Origin(person="me", team="t"))
        found["sqlite"] = _of(own)
        server = Server("fsync = on\n")
        try:
            postgres = Postgres(ServerAddress(server.url))
            writer = SharedWriter(postgres, Outbox(None, NOON, LedgerSettings()), lambda: NOON)
            shared = PostgresLedger(writer, lambda: BUDGET, "p1", Origin(person="me", team="t"))
            postgres.read("SELECT 1")
            _fill_postgres(server.url, rows)
            found["postgres"] = _of(shared)
            with psycopg.connect(server.url) as connection:
                ((size,),) = connection.execute("SELECT pg_database_size(current_database())").fetchall()
            found["postgres"]["bytes_per_row"] = round(size / max(rows, 1))
            shared.close()
        finally:
            server.remove()
    return found


def _of(ledger: AnyLedger) -> dict[str, float]:
    one = sorted(_ms(lambda n=n: ledger.reserve(f"one{n}", AMOUNT, AMOUNT, NOON)) for n in range(RESERVATIONS))  # type: ignore[misc]  # bound by default
    for n in range(RESERVATIONS):
        ledger.release(f"one{n}")
    if isinstance(ledger, PostgresLedger):
        ledger.writer.postgres.flush(60)
    many, longest = asyncio.run(_at_once(ledger))
    many.sort()
    return {
        "reserve_p50_ms": round(one[len(one) // 2], 3),
        "reserve_p99_ms": round(one[len(one) * 99 // 100], 3),
        "at_115_a_second_p50_ms": round(many[len(many) // 2], 3),
        "at_115_a_second_p99_ms": round(many[len(many) * 99 // 100], 3),
        "at_115_a_second_loop_p99_ms": round(sorted(longest)[len(longest) * 99 // 100], 3),
        "stats_ms": round(_ms(lambda: ledger.stats(None, UTC)), 1),
        "stats_month_ms": round(_ms(lambda: ledger.stats(NOON - timedelta(days=30), UTC)), 1),
        "stats_by_project_ms": round(_ms(lambda: ledger.totals_by(StatsKey.PROJECT, None)), 1),
    }


async def _at_once(ledger: AnyLedger) -> tuple[list[float], list[float]]:
    """Reservations that are begun 115 times a second, the peak of a thousand developers; and steps of the loop."""
    times: list[float] = []
    steps: list[float] = []

    async def one(n: int) -> None:
        began = perf_counter()
        await ledger.hold(f"many{n}", AMOUNT, AMOUNT, NOON)
        times.append((perf_counter() - began) * 1000)
        began = perf_counter()
        ledger.release(f"many{n}")
        steps.append((perf_counter() - began) * 1000)

    began, tasks = perf_counter(), []
    for n in range(600):
        await asyncio.sleep(max(began + n / 115 - perf_counter(), 0))
        tasks.append(asyncio.create_task(one(n)))
    await asyncio.gather(*tasks)
    return times, steps


def _ms(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def _words(rows: int, day: str, false: str, numbers: str) -> str:
    def pick(names: tuple[str, ...]) -> str:
        return "CASE n % 4 " + " ".join(f"WHEN {n} THEN '{name}'" for n, name in enumerate(names)) + " END"

    return _SELECT.format(
        start=_START,
        step=3 * 365 * 86_400 / max(rows, 1),
        day=day,
        false=false,
        numbers=numbers,
        action=pick(("document", "test", "review", "ask")),
        tier=pick(("utility", "speed", "logic", "architect")),
        model=pick(("deepseek-v3", "gemini-1.5-flash", "gpt-4o", "claude")),
    )


def _fill_sqlite(path: Path, rows: int) -> None:
    at = f"{_START} + n * {3 * 365 * 86_400 / max(rows, 1)}"
    numbers = f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) SELECT n FROM s)"
    with closing(sqlite3.connect(path)) as connection:
        day = f"date({at}, 'unixepoch')"
        connection.execute(f"INSERT INTO attempts ({_COLUMNS}) {_words(rows, day, '0', numbers)}")
        for table in TABLES:
            connection.execute(added(table, "TRUE"))
        connection.commit()


def _fill_postgres(url: str, rows: int) -> None:
    at = f"{_START} + n * {3 * 365 * 86_400 / max(rows, 1)}"
    day = f"to_char(to_timestamp({at}) AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
    numbers = f"generate_series(1, {rows}) AS s (n)"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"INSERT INTO attempts ({_COLUMNS}) {_words(rows, day, 'false', numbers)}".encode())
        for table, keys in _KEYS.items():
            connection.execute(_summed(connection, table, keys).encode())
        connection.execute(b"VACUUM ANALYZE")


_KEYS = {
    "daily": "day, tier, provider, model, action, language, status, client, baseline_model",
    "daily_people": "day, person, project, team",
}


def _summed(connection: psycopg.Connection[tuple[str]], table: str, keys: str) -> str:
    rows = connection.execute(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum", (table,)
    ).fetchall()
    sums = ", ".join(f"SUM({name})" for (name,) in rows if name not in keys.split(", "))
    return f"INSERT INTO {table} SELECT {keys}, {sums} FROM measured GROUP BY {keys}"


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1])), indent=2))

"""What a ledger of many rows costs beside an empty one, as times in milliseconds and ratios; prints JSON.

`python -m tests.bench.ledger_growth [ROWS]`: rows over three years of five actions, five languages and four models,
written as an older version wrote them and migrated.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger, history
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from routerd.frontends.report import page

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MODELS = (("utility", "deepseek-v3"), ("speed", "gemini-1.5-flash"), ("logic", "gpt-4o"), ("architect", "claude"))
BUDGET = Budget(daily=Decimal(1000), monthly=Decimal(10_000))
OLD = 5
"""The version that wrote the rows."""


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        empty, full = (_measured(Path(folder) / f"{count}.db", count) for count in (0, rows))
    ratios = {name: round(full[name] / empty[name], 2) for name in ("open_ms", "hover_ms", "book_ms")}
    print(json.dumps({"rows": rows, "empty": empty, "full": full, "ratios": ratios}, indent=2))


def _measured(path: Path, rows: int) -> dict[str, float]:
    _fill(path, rows)
    found = {"migrate_ms": _ms(lambda: Database(path, MIGRATIONS, NOON).close())}
    database = Database(path, MIGRATIONS, NOON)
    steps = []
    while history.unfinished(database):
        with database.transaction() as run:
            steps.append(_ms(lambda: history.step(run)))  # called at once
    database.close()
    # What the daemon does beside its work, each step a transaction that a booking may wait for.
    found |= {"sum_up_ms": sum(steps), "longest_step_ms": max(steps, default=0), "steps": len(steps)}
    found["step_ms"] = sorted(steps)[len(steps) // 2] if steps else 0
    found["open_ms"] = min(_ms(lambda: Database(path, MIGRATIONS, NOON).close()) for _ in range(5))
    ledger = SqliteLedger(Database(path, MIGRATIONS, NOON), lambda: BUDGET)
    model = ModelRef("n1n", "gpt-4o")
    attempt = Attempt(model, Tier.LOGIC, AttemptStatus.OK, Usage(900, output=200), Decimal("0.004"), 900)
    books, hovers = [], []
    for n in range(30):
        booking = Booking(f"mine{n}", "review", "python", attempt, None, 900, 200, Decimal("0.01"))
        books.append(_ms(lambda booking=booking: ledger.book(booking, NOON)))  # type: ignore[misc]  # bound by default
        hovers.append(_ms(lambda: _hover(ledger)))
    found |= {"book_ms": sorted(books)[15], "hover_ms": sorted(hovers)[15]}
    found["stats_ms"] = _ms(lambda: ledger.stats(None, UTC))
    found["stats_month_ms"] = _ms(lambda: ledger.stats(NOON - timedelta(days=30), UTC))
    found["report_ms"] = _ms(lambda: page(ledger.stats(None, UTC), NOON, None))
    return {name: round(value, 3) for name, value in found.items()}


def _hover(ledger: SqliteLedger) -> None:
    """What the menu of a hover asks of the ledger after an own action: all actions on all models, and the budgets."""
    for action in ("document", "test", "review", "design", "ask"):
        for _, name in MODELS:
            ledger.token_calibration(ModelRef("n1n", name), action, "python")
            ledger.acceptance(ModelRef("n1n", name), action, "python")
    ledger.limits(NOON)


def _ms(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def _fill(path: Path, rows: int) -> None:
    Database(path, MIGRATIONS[:OLD], NOON).close()
    rng, start = random.Random(1), NOON.timestamp() - 3 * 365 * 86_400

    def row(n: int) -> tuple[object, ...]:
        tier, model = rng.choice(MODELS)
        status = rng.choices(("ok", "rejected", "rate_limited"), (88, 8, 4))[0]
        cost = rng.randrange(10**8, 10**10)
        at = start + n * 3 * 365 * 86_400 / max(rows, 1)
        action = rng.choice(("document", "test", "review", "design", "ask"))
        language = rng.choice(("python", "typescript", "go", "java", "rust"))
        return at, f"j{n // 11 * 10 + n % 11 % 10}", action, language, tier, model, status, cost, 3 * cost

    with closing(sqlite3.connect(path)) as connection:
        connection.executemany(
            "INSERT INTO attempts (at, job, action, language, tier, provider, model, status, input, cached_input,"
            " cache_write, output, reasoning, usage_estimated, cost, baseline, low, likely, high, counted_input,"
            " prior_output, ms, cached) VALUES (?, ?, ?, ?, ?, 'n1n', ?, ?, 900, 0, 0, 200, 0, 0, ?, ?, 1, 2, 3, 900,"
            " 200, 800, 0)",
            map(row, range(rows)),
        )
        connection.commit()


if __name__ == "__main__":
    main()

"""How many actions a second ten processes write to one ledger, each as reserve, book and release; prints JSON.

`python -m tests.bench.ledger`. Every one of the three is a transaction of its own. And what a booking
costs with `synchronous` at NORMAL, as it is, and at FULL, in milliseconds. Last both adapters over many rows
(`python -m tests.bench.ledger [ROWS]`), see `ledger_adapters`.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
from decimal import Decimal
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median
from time import perf_counter

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.money import Usage
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from tests.bench.ledger_adapters import measured
from tests.money.daemon import MODEL, NOON, open_ledger
from tests.reserving import reserve

ACTIONS_EACH = 200
AMOUNT = Decimal("0.0004")


def main() -> None:
    """Measure and print."""
    found = [_measured(processes) for processes in (1, 10)]
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    modes = {mode: _median_ms(mode) for mode in ("NORMAL", "FULL")}
    print(json.dumps([*found, modes, {"rows": rows, **measured(rows)}], indent=2))


def _median_ms(synchronous: str) -> float:
    """The median time of one transaction that adds a row, in milliseconds, under one setting of `synchronous`."""
    with tempfile.TemporaryDirectory() as folder:
        database, times = Database(Path(folder) / "ledger.db", MIGRATIONS, NOON), []
        database.read(f"PRAGMA synchronous={synchronous}")
        ledger = SqliteLedger(database, Budget)
        attempt = Attempt(MODEL, Tier.UTILITY, AttemptStatus.OK, Usage(input=100, output=10), AMOUNT, 1)
        for n in range(300):
            began = perf_counter()
            ledger.book(Booking(str(n), "document", "python", attempt, None, 100, 10, None), NOON)
            times.append(perf_counter() - began)
        database.close()
    return round(median(times) * 1000, 3)


def _measured(processes: int) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        own = open_ledger(path)
        start = context.Barrier(processes + 1)
        slowest: multiprocessing.Queue[float] = context.Queue()
        workers = [context.Process(target=_write, args=(path, n, start, slowest)) for n in range(processes)]
        for worker in workers:
            worker.start()
        start.wait()
        began = perf_counter()
        times = sorted(slowest.get() for _ in workers)
        took = perf_counter() - began
        for worker in workers:
            worker.join()
        actions = processes * ACTIONS_EACH
        assert own.spent(NOON) == AMOUNT * actions
    return {
        "processes": processes,
        "actions_per_second": round(actions / took),
        "transactions_per_second": round(3 * actions / took),
        "slowest_action_ms": round(times[-1] * 1000, 1),
    }


def _write(path: Path, number: int, start: Barrier, slowest: multiprocessing.Queue[float]) -> None:
    ledger = open_ledger(path)
    attempt = Attempt(MODEL, Tier.UTILITY, AttemptStatus.OK, Usage(input=100, output=10), AMOUNT, 1)
    start.wait()
    worst = 0.0
    for n in range(ACTIONS_EACH):
        job = f"{number}-{n}"
        began = perf_counter()
        assert reserve(ledger, job, AMOUNT, NOON) is None
        ledger.book(Booking(job, "document", "python", attempt, None, 100, 10, None), NOON)
        ledger.release(job)
        worst = max(worst, perf_counter() - began)
    slowest.put(worst)


if __name__ == "__main__":
    main()

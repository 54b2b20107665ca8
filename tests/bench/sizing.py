"""What a shared ledger takes for 1,000 developers with 2,000 requests a day each: rows, bytes, connections, times.

`python -m tests.bench.sizing [REQUESTS]` runs replicas of the ledger, each a process, on a PostgreSQL of its own: first
at the peak's rate, then as fast as they can. It prints what was measured and what a day and a year come to, as JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import resource
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from typing import Any

import psycopg

from routerd.adapters.ledger import Budgets, Outbox, PostgresLedger, SharedWriter
from routerd.adapters.postgres import Postgres, ServerAddress
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.ledger_settings import LedgerSettings
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.origin import Origin
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from tests.shared_ledger.server import Server

assert sys.platform != "win32", "it reads what Windows does not have"

DEVELOPERS, REQUESTS_A_DAY, WORKDAYS = 1_000, 2_000, 230
PROJECTS, TEAMS, MODELS, CLIENTS = 100, 50, 8, 6
REPLICAS, WRITERS = 4, 8
WORKING_S, PEAK = 8 * 3600, 3
"""A day's requests come within eight hours, and three times as many as on average in the busiest minutes."""
CAPS = Budget(daily=Decimal(20), project_monthly=Decimal(50_000), team_monthly=Decimal(50_000))


def now() -> datetime:
    return datetime.now(UTC)


def request(ledger: PostgresLedger, job: str, chance: random.Random) -> float:
    """One request's reservation, sending and bill; the seconds of the reservation, which a client waits for."""
    who = chance.randrange(DEVELOPERS)
    origin = Origin(
        "http",
        f"client{chance.randrange(CLIENTS)}",
        session=f"s{who}-{chance.randrange(10)}",
        project=f"project{who % PROJECTS}",
        person=f"person{who}",
        team=f"team{who % TEAMS}",
    )
    began = time.perf_counter()
    granted = ledger.reserve(job, Decimal("0.001"), Decimal("0.02"), now(), origin, sent=True)
    took = time.perf_counter() - began
    assert isinstance(granted, Decimal), granted
    usage = Usage(chance.randrange(20_000), chance.randrange(80_000), 0, chance.randrange(2_000))
    model = ModelRef("provider", f"model{chance.randrange(MODELS)}")
    attempt = Attempt(model, Tier.LOGIC, AttemptStatus.OK, usage, Decimal("0.0123456"), 4_000)
    ledger.book(Booking(job, "chat", "", attempt, None, 100_000, 500, Decimal("0.05"), origin=origin), now(), last=True)
    return took


def replica(url: str, number: int, count: int, rate: float | None, told: Queue[list[float]]) -> None:
    """``count`` requests from several threads; ``rate`` a second in all, or as fast as they can."""
    writer = SharedWriter(Postgres(ServerAddress(url)), Outbox(None, now(), LedgerSettings()), now)
    ledger = PostgresLedger(writer, lambda: Budgets(CAPS), "", Origin("http", person="nobody", team="everyone"))
    chance = threading.local()
    start = time.perf_counter() + 0.5

    def one(at: int) -> float:
        if not hasattr(chance, "random"):
            chance.random = random.Random(number * 10_000 + threading.get_ident())
        if rate is not None:
            time.sleep(max(0.0, start + at / rate - time.perf_counter()))
        return request(ledger, f"{number}-{rate}-{at}", chance.random)

    with ThreadPoolExecutor(WRITERS) as pool:
        found = list(pool.map(one, range(count)))
    writer.postgres.flush(120)
    writer.postgres.close()
    told.put(found)


def processor_s(server: Server) -> tuple[float, float]:
    """Seconds of processor time so far: of the server's processes that ended, and of the replicas'."""
    words = Path(f"/proc/{server.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    mine = resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(map(int, words[13:15])) / os.sysconf("SC_CLK_TCK"), mine.ru_utime + mine.ru_stime


def measured(server: Server, url: str, count: int, rate: float | None) -> dict[str, Any]:
    """All replicas at once: requests a second, times of reservations, connections, and processor time."""
    before = processor_s(server)
    told: Queue[list[float]] = multiprocessing.Queue()
    each = None if rate is None else rate / REPLICAS
    began = time.perf_counter()
    running = [
        multiprocessing.Process(target=replica, args=(url, number, count // REPLICAS, each, told))
        for number in range(REPLICAS)
    ]
    for one in running:
        one.start()
    connections = 0
    times: list[list[float]] = []
    with psycopg.connect(url, autocommit=True) as watching:
        while len(times) < REPLICAS:
            try:
                times.append(told.get(timeout=0.5))
            except Empty:
                query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'routerd'"
                connections = max(connections, watching.execute(query).fetchall()[0][0])
    for one in running:
        one.join()
    took = time.perf_counter() - began
    spent = [1000 * (now - then) for now, then in zip(processor_s(server), before, strict=True)]
    ordered = sorted(1000 * seconds for found in times for seconds in found)
    return {
        "requests": len(ordered),
        "per_second": round(len(ordered) / took, 1),
        "reserve_ms": {f"p{p}": round(ordered[len(ordered) * p // 100], 2) for p in (50, 95, 99)},
        "connections": connections,
        "processor_ms_per_request": {
            "database": round(spent[0] / len(ordered), 2),
            "replica": round(spent[1] / len(ordered), 2),
        },
    }


def sizes(url: str) -> dict[str, int]:
    """Bytes of each table with its indexes, and of the write-ahead log so far."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        found = connection.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
            "'public'::regnamespace"
        ).fetchall()
        ((log,),) = connection.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')").fetchall()
        return {**{str(name): int(size) for name, size in found}, "write-ahead log": int(log)}


def rows(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        return {
            name: connection.execute(f"SELECT count(*) FROM {name}".encode()).fetchall()[0][0]
            for name in ("attempts", "budgets", "daily", "reservations")
        }


def main(count: int) -> None:
    a_day = DEVELOPERS * REQUESTS_A_DAY
    peak = a_day / WORKING_S * PEAK
    server = Server("fsync = on\nsynchronous_commit = on\n")
    try:
        url = server.url_of(server.create_database())
        first = measured(server, url, REPLICAS, None)  # makes the tables
        empty = sizes(url)
        at_peak = measured(server, url, min(count, round(peak * 20)), peak)
        fastest = measured(server, url, count, None)
        done, full = rows(url), sizes(url)
        made = at_peak["requests"] + fastest["requests"]
        grown = {name: full[name] - empty.get(name, 0) for name in full}
        row = grown["attempts"] / made
        log = grown["write-ahead log"] / made
        print(
            json.dumps(
                {
                    "machine": {"cores": os.cpu_count(), "load": os.getloadavg()[0], "replicas": REPLICAS},
                    "warm_up": first["requests"],
                    "peak_per_second": round(peak),
                    "at_peak": at_peak,
                    "as_fast_as_they_can": fastest,
                    "rows": done,
                    "bytes": grown,
                    "bytes_per_request": {"attempts": round(row), "write_ahead_log": round(log)},
                    "a_day": {
                        "requests": a_day,
                        "attempts_gb": round(a_day * row / 1e9, 2),
                        "write_ahead_log_gb": round(a_day * log / 1e9, 1),
                    },
                    "kept_62_days_gb": round(a_day * row / 1e9 * 62 * WORKDAYS / 365),
                    "a_year_gb": round(a_day * row / 1e9 * WORKDAYS),
                },
                indent=1,
            )
        )
    finally:
        server.remove()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)

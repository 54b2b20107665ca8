"""One gateway of the race: 25 writers that reserve, ask an upstream on loopback, and book, until they are killed.

Arguments: the server's URL, the home folder, the cap of the team's day, the upstream's socket, the name, and how many
reservations to make. It prints a line for each reservation that ended.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from routerd.adapters.ledger import Outbox, PostgresLedger, SharedWriter
from routerd.adapters.postgres import Postgres, ServerAddress
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.errors import OverBudget
from routerd.domain.ledger_settings import LedgerSettings
from routerd.domain.money import Usage
from routerd.domain.origin import Origin
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, RefusalCode
from tests.posix import connect_unix
from tests.shared_ledger.ledgers import MODEL, NOON

WRITERS, LEASE_S = 25, 3.0
LEAST = Decimal("0.000001")


async def _writer(
    ledger: PostgresLedger, upstream: str, jobs: itertools.count[int], name: str, left: list[int]
) -> None:
    connected = connect_unix(Path(upstream))
    connected.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=connected)
    chance = Random(name)
    while left[0] > 0:
        left[0] -= 1
        job = f"{name}-{next(jobs)}"
        most = Decimal(chance.randint(1, 2000)) / 1_000_000
        while True:
            granted = await ledger.hold(job, LEAST, most, NOON)
            if not isinstance(granted, Refusal) or granted.code is not RefusalCode.LEDGER:
                break
            await asyncio.sleep(0.02)  # the server is down, and comes back
        if not isinstance(granted, Refusal):
            told = ledger.sent(job)
            assert told is not None
            try:
                await told
            except OverBudget as refused:
                granted = Refusal(str(refused), RefusalCode.BUDGET)
        if not isinstance(granted, Refusal):
            writer.write(json.dumps([job, str(granted)]).encode() + b"\n")
            cost = Decimal((await reader.readline()).decode().strip())
            attempt = Attempt(MODEL, Tier.UTILITY, AttemptStatus.OK, Usage(input=10, output=10), cost, 1)
            ledger.book(Booking(job, "document", "python", attempt, None, 10, 10, None), NOON, last=True)
        ledger.release(job)
        print("granted" if not isinstance(granted, Refusal) else "refused", flush=True)


def ledger_of(url: str, home: Path, cap: str) -> PostgresLedger:
    outbox = Outbox(home / "outbox.db", datetime.now().astimezone(), LedgerSettings())
    writer = SharedWriter(Postgres(ServerAddress(url)), outbox, lambda: datetime.now().astimezone(), LEASE_S)
    return PostgresLedger(writer, lambda: Budget(team_daily=Decimal(cap)), "p", Origin(person="ann", team="t"))


async def main(url: str, home: str, cap: str, upstream: str, name: str, count: str) -> None:
    ledger, jobs, left = ledger_of(url, Path(home), cap), itertools.count(1), [int(count)]
    await asyncio.gather(*(_writer(ledger, upstream, jobs, name, left) for _ in range(WRITERS)))
    assert await asyncio.to_thread(ledger.close) is None


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

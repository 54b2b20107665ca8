"""The race: four gateways with 25 writers each on one server, while gateways and the server are killed at random.

`python -m tests.shared_ledger.race 20000` makes so many reservations and prints what came of them as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from time import perf_counter

import psycopg

from routerd.adapters.ledger.schema import from_pico
from tests.posix import serve_unix
from tests.shared_ledger.gateway import ledger_of
from tests.shared_ledger.ledgers import NOON
from tests.shared_ledger.server import Server

GATEWAYS = 4
_DAY = NOON.date().isoformat()


@dataclass
class Race:
    """What happened."""

    url: str
    reservations: int
    seed: int = 0
    ended: int = 0
    refused: int = 0
    gateways_killed: int = 0
    servers_killed: int = 0
    most_seen: Decimal = Decimal(0)
    """Dollars that were spent and held together at any moment that was looked at."""
    billed: dict[str, Decimal] = field(default_factory=dict)

    @property
    def cap(self) -> Decimal:
        """Of the team's day; the bills of all reservations would be a half more."""
        return self.reservations * Decimal("0.000333333")

    async def bill(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The upstream: whatever it answers, it has billed before."""
        chance = Random(self.seed)
        with suppress(ConnectionError):
            while line := await reader.readline():
                job, most = json.loads(line)
                cost = Decimal(chance.randint(0, int(Decimal(most) * 10**12))) / 10**12
                assert job not in self.billed, "a job was asked twice"
                self.billed[job] = cost
                writer.write(f"{cost}\n".encode())
        writer.close()

    async def gateway(self, number: int, folder: Path, upstream: Path, kill_at: list[int]) -> None:
        """One gateway that is started again, in the same home, after each kill."""
        left, incarnation, home = self.reservations // GATEWAYS, 0, folder / f"home{number}"
        home.mkdir()
        while left > 0:
            incarnation += 1
            words = (self.url, str(home), str(self.cap), str(upstream), f"{number}.{incarnation}", str(left))
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.shared_ledger.gateway", *words, stdout=asyncio.subprocess.PIPE
            )
            assert process.stdout is not None
            while line := await process.stdout.readline():
                left -= 1
                self.ended += 1
                self.refused += line.strip() == b"refused"
                if kill_at and left <= kill_at[0]:
                    kill_at.pop(0)
                    process.kill()
                    self.gateways_killed += 1
                    break
            await process.communicate()
            assert process.returncode in (0, -9), process.returncode

    async def kill_server(self, server: Server, at: list[int]) -> None:
        """Kill the server each time so many reservations have ended, and start it again."""
        for count in at:
            while self.ended < count:
                await asyncio.sleep(0.01)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
            self.servers_killed += 1

    async def look(self) -> None:
        """Read again and again what is spent and held."""
        while True:
            with suppress(psycopg.Error):
                async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
                    while True:
                        rows = await (
                            await connection.execute(
                                "SELECT used + held FROM budgets WHERE scope = 'team' AND period = %s", (_DAY,)
                            )
                        ).fetchall()
                        for (amount,) in rows:
                            self.most_seen = max(self.most_seen, from_pico(amount))
                        await asyncio.sleep(0.02)
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _background(*coroutines: object) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(one) for one in coroutines]  # type: ignore[call-overload]  # coroutines
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def race(server: Server, reservations: int, seed: int = 0) -> Race:
    """Run it to its end, until nothing is held any more."""
    found, chance = Race(server.url_of(server.create_database()), reservations, seed), Random(seed)
    each = reservations // GATEWAYS
    server_at = [reservations // 3, 2 * reservations // 3]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        upstream = folder / "upstream"
        listener = await serve_unix(found.bill, upstream)
        ledger_of(found.url, folder, str(found.cap)).close()
        async with listener, _background(found.look()):
            kills = [sorted(chance.sample(range(each // 10, each), 2), reverse=True) for _ in range(GATEWAYS)]
            async with asyncio.TaskGroup() as group:
                group.create_task(found.kill_server(server, server_at))
                for number in range(GATEWAYS):
                    group.create_task(found.gateway(number, folder, upstream, kills[number]))
            # What killed gateways left is ended by whoever still runs, and their outboxes by who comes after them.
            for number in range(GATEWAYS):
                await asyncio.to_thread(_settle, found, folder / f"home{number}")
    return found


def _settle(found: Race, home: Path) -> None:
    ledger = ledger_of(found.url, home, str(found.cap))
    postgres = ledger.writer.postgres
    while postgres.read("SELECT 1 FROM reservations") or ledger.writer.outbox.waiting():
        postgres.flush()
    ledger.close()


def judged(found: Race) -> dict[str, object]:
    """What the ledger holds against what the upstream billed. Raises AssertionError."""
    with psycopg.connect(found.url, autocommit=True) as connection:
        rows = connection.execute("SELECT job, status, cost FROM attempts").fetchall()
        ((used, held),) = connection.execute(
            "SELECT used, held FROM budgets WHERE scope = 'team' AND period = %s", (_DAY,)
        ).fetchall()
        ((summed, counted),) = connection.execute("SELECT SUM(cost), SUM(attempts) FROM daily").fetchall()
    booked = {job: (status, from_pico(cost)) for job, status, cost in rows}
    assert len(booked) == len(rows), "a job was booked twice"
    known = {job: cost for job, (status, cost) in booked.items() if status == "ok"}
    unknown = {job: cost for job, (status, cost) in booked.items() if status == "unknown"}
    assert len(known) + len(unknown) == len(rows)
    assert found.billed.keys() <= booked.keys(), "something that was billed is not in the ledger"
    assert known == {job: found.billed[job] for job in known}
    assert all(cost >= found.billed.get(job, Decimal(0)) for job, cost in unknown.items())
    assert from_pico(used) == sum(known.values()) + sum(unknown.values()) == from_pico(int(summed))
    assert (held, counted) == (0, len(rows))
    assert from_pico(used) <= found.cap
    assert found.most_seen <= found.cap
    return {
        "reservations": found.ended,
        "refused": found.refused,
        "gateways_killed": found.gateways_killed,
        "servers_killed": found.servers_killed,
        "cap": str(found.cap),
        "used": str(from_pico(used)),
        "most_seen": str(found.most_seen),
        "billed": str(sum(found.billed.values())),
        "booked_as_unknown": len(unknown),
        "unknown_above_their_bills": str(sum(unknown.values()) - sum(found.billed.get(j, 0) for j in unknown)),
    }


if __name__ == "__main__":
    own = Server()
    try:
        began = perf_counter()
        result = judged(asyncio.run(race(own, int(sys.argv[1]))))
        print(json.dumps({**result, "seconds": round(perf_counter() - began, 1)}, indent=2))
    finally:
        own.remove()

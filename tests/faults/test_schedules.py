"""Five hundred seeded schedules of faults over three providers: the right answer or a clear failure."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from routerd.adapters.ledger import MIGRATIONS
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.errors import UpstreamError
from routerd.domain.quote import Candidate
from routerd.domain.reply import Reply
from routerd.domain.settings import Limits
from routerd.providers import Clock, HealthStore, KeyCache, MemoryHealth, ProviderState, SharedHealth, UpstreamEngine
from tests.faults.virtual import VirtualLoop, run
from tests.loopback import (
    Seen,
    Turn,
    Upstream,
    context_too_long,
    credential,
    cut_before_done,
    cut_before_finish,
    error_in_200,
    error_in_stream,
    gzipped,
    hang,
    hang_mid_stream,
    malformed_chunk,
    no_such_model,
    rate_limited,
    redirect,
    reset,
    server_error,
    slow_drip,
    unacceptable,
    usages,
)
from tests.loopback.turns import RetryAfterForm
from tests.providers.scene import PRICE, QuarterOfBytes, Witness, candidate, provider, question

RIGHT = "The right answer, whole, from its first word to its last one."
EPOCH = 1_790_000_000.0
"""Unix time at virtual zero."""
LIMITS = Limits(total_s=40.0, first_token_s=5.0, between_tokens_s=3.0)
BATCHES, SCHEDULES = 10, 52
Make = Callable[[Random, float], Turn]


def said(body: Any) -> str:
    """The right answer, or the rest of it where a continuation is asked for."""
    before = [message["content"] for message in body["messages"] if message["role"] == "assistant"]
    return RIGHT[len("".join(before)) :]


def by_length(_rng: Random, _wall: float) -> Turn:
    return Turn(reply=lambda body: said(body)[:20], finish="length")


def told_to_wait(rng: Random, wall: float) -> Turn:
    seconds = rng.choice([0, 0.4, 2, 7, 30, 90])
    form: RetryAfterForm = rng.choice(["seconds", "float", "date", "ms", "both", "none"])
    if form != "date":
        return rate_limited(seconds, form)
    # The date is of the virtual wall clock, rounded up to whole seconds as HTTP writes it.
    moment = datetime.fromtimestamp(math.ceil(wall + seconds), UTC)
    return replace(rate_limited(form="none"), headers={"retry-after": format_datetime(moment, usegmt=True)})


def plain(turn: Turn) -> Make:
    return lambda _rng, _wall: turn


FAULTS: dict[str, Make] = {
    "right": plain(Turn()),
    "told to wait": told_to_wait,
    "server error": lambda rng, _: server_error(rng.choice([500, 502, 503, 504, 408])),
    "credential": lambda rng, _: credential(rng.choice([401, 402, 403])),
    "no such model": plain(no_such_model()),
    "unacceptable": lambda rng, _: unacceptable(rng.choice([400, 413, 422])),
    "context too long": plain(context_too_long()),
    "reset": plain(reset()),
    "reset mid-stream": lambda rng, _: reset(rng.randrange(4)),
    "hang": plain(hang()),
    "hang mid-stream": lambda rng, _: hang_mid_stream(rng.randrange(4), rng.choice([None, 0.5])),
    "cut": lambda rng, _: cut_before_finish(rng.choice([None, 0, 1, 3])),
    "cut before done": plain(cut_before_done()),
    "cut by length": by_length,
    "malformed": lambda rng, _: malformed_chunk(rng.randrange(3)),
    "error in 200": plain(error_in_200()),
    "error in stream": lambda rng, _: error_in_stream(rng.randrange(3)),
    "slow drip": lambda rng, _: slow_drip(rng.choice([0.05, 0.5, 2.5, 4]), 8),
    "redirect": plain(redirect()),
    "gzip": plain(gzipped()),
    "no usage": plain(Turn(usage=usages.missing)),
    "wrong usage": lambda rng, _: Turn(usage=rng.choice([usages.zero, usages.negative, usages.without_output])),
    "filtered": plain(Turn(finish="content_filter")),
}
ENDS_ALL = {"unacceptable"}
"""Faults that stop a question by the design; rarer, as otherwise most schedules would end so."""


@dataclass
class Position:
    """One provider of the stage: its server, and what it is to do in the present schedule."""

    upstream: Upstream = field(init=False)
    script: Iterator[Make] = field(default_factory=lambda: iter(()))
    cooldowns: list[tuple[float, float]] = field(default_factory=list)
    """When a 429 was answered, and until when it asked to be left alone."""
    rng: Random = field(default_factory=Random)
    port: socket.socket = field(default_factory=socket.socket)
    """Bound but not listening: connections to it are refused, and nobody else can take it."""

    def __post_init__(self) -> None:
        self.port.bind(("127.0.0.1", 0))

    @property
    def closed(self) -> str:
        return f"http://127.0.0.1:{self.port.getsockname()[1]}/v1"

    def turn(self, seen: Seen) -> Turn:
        wall = EPOCH + seen.at
        turn = next(self.script, FAULTS["right"])(self.rng, wall)
        if turn.status == 429:
            self.cooldowns.append((seen.at, seen.at + asked(turn, wall)))
        return turn


def asked(turn: Turn, wall: float) -> float:
    """Seconds that the 429 asks for, read from its headers by other code than the engine's."""
    headers = turn.headers
    if "retry-after-ms" in headers:
        return float(headers["retry-after-ms"]) / 1000
    written = headers.get("retry-after", "0")
    if not written.endswith("GMT"):
        return float(written)
    then = datetime.strptime(written, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    return then.timestamp() - wall


@asynccontextmanager
async def stage(loop: VirtualLoop) -> AsyncIterator[tuple[list[Position], ProviderState]]:
    """Three servers and kept clients; connections are made once for a whole batch of schedules."""
    positions: list[Position] = []
    provider_state = ProviderState()
    try:
        for _ in range(3):
            position = Position()
            position.upstream = Upstream(position.turn, reply=said, clock=loop.time)
            await position.upstream.__aenter__()
            positions.append(position)
        yield positions, provider_state
    finally:
        await provider_state.close()
        for position in positions:
            await position.upstream.__aexit__(None, None, None)
            position.port.close()


@dataclass
class Asked:
    """One question of a schedule, and how it ended."""

    watch: Witness
    end: Reply | UpstreamError | asyncio.CancelledError
    took_s: float

    @property
    def attempts(self) -> list[Attempt]:
        last = [self.end.attempt] if isinstance(self.end, Reply) else []
        return [*self.watch.attempts, *last]


async def ask(engine: UpstreamEngine, where: Candidate, delay_s: float, patience_s: float | None) -> Asked:
    """Ask after a while; a user without patience cancels."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(delay_s)
    watch, began = Witness(), loop.time()
    task = asyncio.create_task(engine.ask(question(), where, watch))
    if patience_s is not None:
        loop.call_later(patience_s, task.cancel)
    end: Reply | UpstreamError | asyncio.CancelledError
    try:
        end = await task
    except (UpstreamError, asyncio.CancelledError) as ended:
        end = ended
    return Asked(watch, end, loop.time() - began)


async def play(
    seed: int, loop: VirtualLoop, positions: list[Position], provider_state: ProviderState, health: HealthStore
) -> list[Asked]:
    """One schedule: a script of faults for each provider, some closed ports, one to four questions."""
    rng = Random(seed)
    names = [name for name in FAULTS if name not in ENDS_ALL or rng.random() < 0.1]
    providers = {}
    for position, letter in zip(positions, "abc", strict=True):
        # Names of their own give each schedule fresh limits and hints, over the same connections.
        name = f"{letter}{seed}"
        position.script = iter([FAULTS[rng.choice(names)] for _ in range(rng.randrange(7))])
        position.rng, position.cooldowns = Random(rng.random()), []
        position.upstream.seen.clear()
        address = position.closed if rng.random() < 0.1 else position.upstream.base_url
        providers[name] = provider(name, address, max_concurrency=rng.choice([None, 1, 2]), rpm=rng.choice([None, 2]))
    engine = UpstreamEngine(
        providers,
        KeyCache(lambda _: "key"),
        price=lambda _: PRICE,
        counter=QuarterOfBytes(),
        limits=LIMITS,
        clock=Clock(loop.time, lambda: EPOCH + loop.time()),
        rng=Random(seed),
        health=health,
        provider_state=provider_state,
    )
    where = candidate(*(f"{name}/m" for name in providers))
    asks = [
        ask(engine, where, rng.choice([0, 0, 1, 20]), rng.choice([None, None, None, 0.5, 4, 25]))
        for _ in range(rng.randint(1, 4))
    ]
    ended = await asyncio.gather(*asks)
    for position in positions:
        await position.upstream.wait_for(lambda upstream: all(seen.over for seen in upstream.seen))
    return ended


def check(seed: int, ended: list[Asked], positions: list[Position]) -> None:
    """What must hold of every schedule."""
    for one in ended:
        # A question cannot end later than its deadline, but for the time that closing a socket takes.
        assert one.took_s <= LIMITS.total_s + 0.5, seed
        if isinstance(one.end, Reply):
            assert one.end.text == RIGHT, seed
        elif isinstance(one.end, UpstreamError):
            assert str(one.end).endswith("."), seed
            assert "key" not in str(one.end).replace("the key from", "").replace("No key was", ""), seed
        assert all(attempt.cost is not None for attempt in one.attempts), seed
    attempts = [attempt for one in ended for attempt in one.attempts]
    for position, letter in zip(positions, "abc", strict=True):
        mine = [attempt for attempt in attempts if attempt.model.provider == f"{letter}{seed}"]
        sent = [attempt for attempt in mine if not (attempt.reason or "").startswith("no connection")]
        assert len(sent) == len(position.upstream.seen), seed
        whole = sum(attempt.status is AttemptStatus.OK for attempt in mine)
        assert whole <= sum(seen.status == 200 for seen in position.upstream.seen), seed
        for answered, until in position.cooldowns:
            # Calls that were under way when the 429 came are older than its bench.
            early = [seen.at for seen in position.upstream.seen if answered + 0.01 < seen.at < until - 0.01]
            assert not early, (seed, answered, until, early)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_question_ends_in_the_right_answer_or_a_clear_failure(batch: int, tmp_path: Path) -> None:
    """Every other batch keeps health in the ledger's file, as daemons do."""
    database = Database(tmp_path / "ledger.db" if batch % 2 else None, MIGRATIONS, datetime.fromtimestamp(EPOCH, UTC))

    async def main(loop: VirtualLoop) -> dict[str, int]:
        count = {"answered": 0, "failed": 0, "cancelled": 0, "failed over": 0}
        shared = SharedHealth(database, lambda: EPOCH + loop.time())
        async with stage(loop) as (positions, provider_state):
            for seed in range(batch * SCHEDULES, (batch + 1) * SCHEDULES):
                ended = await play(seed, loop, positions, provider_state, shared if batch % 2 else MemoryHealth())
                check(seed, ended, positions)
                for one in ended:
                    kind = "answered" if isinstance(one.end, Reply) else "failed"
                    count["cancelled" if isinstance(one.end, asyncio.CancelledError) else kind] += 1
                    count["failed over"] += isinstance(one.end, Reply) and bool(one.watch.attempts)
        return count

    try:
        count = run(main)
    finally:
        database.close()
    # A stage on which nothing fails, or nothing is ever answered, would prove nothing.
    assert count["failed over"] > 10
    assert count["answered"] > count["failed"] > 0
    assert count["cancelled"] > 0

"""Ten thousand seeded schedules of real answers and faults: after each the ledger holds what the providers billed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.dialect_name import DialectName
from routerd.domain.reply import Reply
from routerd.domain.settings import Budget
from routerd.providers import Clock, KeyCache, MemoryHealth, ProviderState, UpstreamEngine
from tests.faults.answers import ANSWERS, FRESH, OUT, PRICE, RIGHT, Played, messages, quarters, refused
from tests.faults.test_schedules import EPOCH, FAULTS, LIMITS, Asked, ask, said
from tests.faults.virtual import VirtualLoop, run
from tests.loopback import Seen, Turn, Upstream
from tests.providers.scene import QuarterOfBytes, candidate, provider

SCHEDULES, BATCHES, FEW = 10_000, 40, 20
LETTERS = "abc"
PATIENCE = (None, None, None, 0.57, 4.13, 25.29)
"""Seconds after which a user cancels; never the moment at which a server has just said all."""
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)

UNBILLED = ("told to wait", "server error", "credential", "no such model", "unacceptable", "context too long")
"""Refused by status: no model answered."""
TOLD = ("right", "gzip", "slow drip", "filtered", "cut before done")
"""Whose usage arrives where the client stays to the end."""
UNTOLD = (
    *("reset", "reset mid-stream", "hang", "hang mid-stream", "cut", "malformed", "error in stream"),
    *("no usage", "wrong usage"),
)
"""Accepted by a provider that then tells nothing, or nothing that can be believed."""
FAULTY = (*UNBILLED, "redirect", "error in 200", *TOLD, *UNTOLD)


@dataclass
class Billed:
    """One call that a provider saw, and what it bills for it."""

    seen: Seen
    kind: str
    """The fault, or empty for an answer of the corpus."""
    played: Played

    @property
    def due(self) -> Played:
        """Known once the call is over: what was produced, at the price of each token."""
        if not self.kind:
            return self.played
        if self.kind in TOLD and self.seen.disconnected_at is None:
            tokens = self.seen.billed
            return replace(self.played, bill=quarters(tokens.prompt_tokens * FRESH + tokens.completion_tokens * OUT))
        told = self.kind not in TOLD + UNTOLD
        return replace(self.played, bill=Decimal(0) if told else None, sure=told)

    @property
    def most(self) -> Decimal:
        """What an estimate may reach: all that was produced, and a token for each piece that is counted apart."""
        tokens = self.seen.billed
        return quarters(tokens.prompt_tokens * FRESH + (tokens.completion_tokens + self.seen.pieces_sent) * OUT)


@dataclass
class Position:
    """One provider: its server, the faults that it is to have in this schedule, and its bills."""

    upstream: Upstream = field(init=False)
    script: list[str] = field(default_factory=list)
    rng: Random = field(default_factory=Random)
    native: bool = False
    """Whether it speaks Anthropic's own API."""
    bills: list[Billed] = field(default_factory=list)

    def turn(self, seen: Seen) -> Turn:
        kind = self.script.pop() if self.script else ""
        if kind:
            played = Played(FAULTS[kind](self.rng, EPOCH + seen.at), None)
        else:
            kinds = (messages, messages, refused) if self.native else ANSWERS
            played = self.rng.choice(kinds)(RIGHT, self.rng)
        self.bills.append(Billed(seen, kind, played))
        return played.turn


UNSURE = frozenset({AttemptStatus.TIMEOUT, AttemptStatus.NETWORK})
"""Ends after which nobody knows whether the provider was reached."""


@asynccontextmanager
async def stage(loop: VirtualLoop) -> AsyncIterator[tuple[list[Position], ProviderState]]:
    """Three servers and kept clients, for a whole batch of schedules."""
    positions, state = [Position() for _ in LETTERS], ProviderState()
    try:
        for position in positions:
            position.upstream = Upstream(position.turn, reply=said, clock=loop.time)
            await position.upstream.__aenter__()
        yield positions, state
    finally:
        await state.close()
        for position in positions:
            await position.upstream.__aexit__(None, None, None)


async def play(
    seed: int, loop: VirtualLoop, positions: list[Position], state: ProviderState, book: SqliteLedger
) -> tuple[list[Asked], bool]:
    """One schedule: what each provider does, and one to three questions; whether these came one after another."""
    rng = Random(seed)
    providers = {}
    for position, letter in zip(positions, LETTERS, strict=True):
        name = f"{letter}{seed}"
        position.script = [rng.choice(("", *FAULTY) if rng.random() < 0.6 else ("",)) for _ in range(rng.randrange(5))]
        position.rng, position.bills, position.native = Random(rng.random()), [], rng.random() < 0.25
        position.upstream.seen.clear()
        dialect = DialectName.MESSAGES if position.native else DialectName.CHAT
        providers[name] = provider(name, position.upstream.base_url, dialect=dialect)
    engine = UpstreamEngine(
        providers,
        KeyCache(lambda _: "key"),
        price=lambda _: PRICE,
        counter=QuarterOfBytes(),
        limits=LIMITS,
        clock=Clock(loop.time, lambda: EPOCH + loop.time()),
        rng=Random(seed),
        health=MemoryHealth(),
        provider_state=state,
    )
    where = candidate(*(f"{name}/m" for name in providers))
    patience = [rng.choice(PATIENCE) for _ in range(rng.randint(1, 3))]
    in_turn = rng.random() < 0.7
    if in_turn:
        ended = [await ask(engine, where, 0, one) for one in patience]
    else:
        ended = await asyncio.gather(*(ask(engine, where, rng.choice([0, 0, 1, 20]), one) for one in patience))
    for position in positions:
        await position.upstream.wait_for(lambda upstream: all(seen.over for seen in upstream.seen))
    for number, one in enumerate(ended):
        for attempt in one.attempts:
            book.book(Booking(f"{seed}-{number}", "ask", "", attempt, None, 1, 1, None), BEGAN)
    return ended, in_turn


def rows(database: Database, name: str) -> list[tuple[Decimal, bool, str]]:
    """What the ledger holds of a provider: dollars, whether they are an estimate, and how the attempt ended."""
    found = database.read("SELECT cost, usage_estimated, status FROM attempts WHERE provider = ? ORDER BY id", (name,))
    return [(Decimal(str(cost)) / 10**12, bool(estimated), str(status)) for cost, estimated, status in found]


def check(seed: int, database: Database, positions: list[Position], in_turn: bool) -> None:
    """The ledger's rows are the providers' bills; what nobody told is flagged and no more than was produced."""
    for position, letter in zip(positions, LETTERS, strict=True):
        booked, due = rows(database, f"{letter}{seed}"), [(bill, bill.due) for bill in position.bills]
        flagged = sum(estimated for _, estimated, _ in booked)
        # A request that never arrived is booked as one that may have: flagged, as nobody told its bill.
        lost = len(booked) - len(due)
        assert 0 <= lost <= sum(estimated and status in UNSURE for _, estimated, status in booked), (seed, letter)
        assert flagged - lost == sum(not one.sure for _, one in due), (seed, letter)
        told = sum(cost for cost, estimated, _ in booked if not estimated)
        assert told == sum(one.bill or 0 for _, one in due if one.sure), (seed, letter)
        for (cost, estimated, status), (bill, one) in zip(booked, due, strict=True) if in_turn and not lost else ():
            where = (seed, letter, bill.kind, status, one)
            assert estimated is not one.sure, where
            if one.bill is not None:
                assert cost == one.bill, where
            elif bill.kind and not bill.seen.asked.endswith("/messages") and "wrong" not in bill.kind:
                assert 0 <= cost <= bill.most, where


def schedules(seeds: range) -> Counter[str]:
    """Play these schedules, each held against its bills; how often what came of it."""
    database = Database(None, MIGRATIONS, datetime.fromtimestamp(EPOCH, UTC))
    book = SqliteLedger(database, Budget)
    count: Counter[str] = Counter()

    async def main(loop: VirtualLoop) -> None:
        async with stage(loop) as (positions, state):
            for seed in seeds:
                ended, in_turn = await play(seed, loop, positions, state, book)
                check(seed, database, positions, in_turn)
                for one in ended:
                    if isinstance(one.end, Reply):
                        assert one.end.text == RIGHT, seed
                    count["answered" if isinstance(one.end, Reply) else "not"] += 1
                    count.update(attempt.status for attempt in one.attempts)
                    count["told"] += sum(not attempt.usage_estimated and bool(attempt.cost) for attempt in one.attempts)
                    count["estimated"] += sum(attempt.usage_estimated for attempt in one.attempts)

    try:
        run(main)
    finally:
        database.close()
    return count


def test_a_hundredth_of_the_schedules() -> None:
    count = schedules(range(FEW))
    assert count["told"] > count["estimated"] > 0


@pytest.mark.fuzz
@pytest.mark.parametrize("batch", range(BATCHES))
def test_after_each_schedule_the_ledger_holds_what_the_providers_billed(batch: int) -> None:
    each = SCHEDULES // BATCHES
    count = schedules(range(batch * each, (batch + 1) * each))
    # A stage on which all goes well, or nothing does, would prove nothing.
    assert count["answered"] > count["not"] > 0
    assert count["told"] > count["estimated"] / 2 > 0
    assert len([status for status in AttemptStatus if count[status]]) >= len(AttemptStatus) - 3, count

"""What a test of the engine needs: a question, a candidate, a recording observer, an engine on servers."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from routerd.actions.ask import SPEC
from routerd.domain.action import Request, Scope, Target
from routerd.domain.attempt import Attempt
from routerd.domain.document import Document
from routerd.domain.errors import RouterdError
from routerd.domain.key_source import KeySource
from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.domain.position import span
from routerd.domain.prompt import Conventions, Message, Prompt, Question
from routerd.domain.quote import Candidate
from routerd.domain.reply import Reply
from routerd.domain.settings import Limits, ProviderSettings
from routerd.domain.symbol import Outline
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.providers import Clock, KeyCache, ProviderState, UpstreamEngine
from tests.loopback.compose import quarter_of_bytes

PRICE = Price(input=Decimal(1), output=Decimal(4))
LIMITS = Limits(total_s=8.0, first_token_s=2.0, between_tokens_s=2.0)
"""Far above what loopback takes, as a machine under load may not run a test for a whole second."""
MESSAGES = (Message("system", "You are terse."), Message("user", "Say hello, and nothing more."))
INPUT_TOKENS = sum(quarter_of_bytes(message.content) for message in MESSAGES)


class QuarterOfBytes:
    """Counts as the test server does, so that an estimate can be held against its bill."""

    def count(self, text: str) -> int:
        return quarter_of_bytes(text)

    def count_text(self, text: Text) -> int:
        return quarter_of_bytes(text.string)


@dataclass
class Witness:
    """A Meter that remembers, and allows so many calls."""

    attempts: list[Attempt] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    asked: list[ModelRef] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    costs: list[Decimal | None] = field(default_factory=list)
    calls: float = math.inf
    """How many calls there is money for."""
    counted: list[int] = field(default_factory=list)
    sent: int = 0

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        self.stages.append(name)
        if model is not None:
            self.asked.append(model)

    def wrote(self, text: str) -> None:
        """Not kept."""

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        self.counts.append(so_far)
        self.costs.append(cost)

    async def allow(self, model: ModelRef, counted: int) -> int | Refusal:
        self.counted.append(counted)
        return (
            1000
            if len(self.counted) <= self.calls
            else Refusal("A further call may cost more than is left.", RefusalCode.BUDGET)
        )

    def sending(self) -> None:
        self.sent += 1

    @property
    def statuses(self) -> list[str]:
        return [attempt.status.value for attempt in self.attempts]


def question(max_output: int = 1000, input_tokens: int = INPUT_TOKENS) -> Question:
    document = Document("file:///x.py", 1, "python", Text("x = 1\n"))
    target = Target(Scope.FILE, span(0, 0, 1, 0), "`x.py`", Outline("python"))
    prompt = Prompt(MESSAGES, input_tokens, 0, max_output)
    return Question(SPEC, Request("ask", document, span(0, 0, 0, 0)), target, Conventions("x.py"), prompt)


def provider(name: str, base_url: str, **more: Any) -> ProviderSettings:
    return ProviderSettings(name, base_url, KeySource(env=f"{name.upper()}_API_KEY"), **more)


def candidate(*models: str) -> Candidate:
    return Candidate(Tier.LOGIC, tuple(ModelRef.parse(model) for model in models))


def engine(providers: Mapping[str, ProviderSettings], **changes: Any) -> UpstreamEngine:
    """An engine in real time, with the key "key-NAME" for each provider, unless told otherwise."""
    arguments: dict[str, Any] = {
        "keys": KeyCache(lambda settings: f"key-{settings.name}"),
        "price": lambda model: PRICE,
        "counter": QuarterOfBytes(),
        "limits": LIMITS,
        "clock": Clock(time.monotonic, time.time),
        "rng": Random(1),
        "provider_state": ProviderState(),
    }
    arguments |= changes
    _OPEN.append(arguments["provider_state"])
    return UpstreamEngine(providers, **arguments)


async def outcome(running: UpstreamEngine, where: Candidate, observer: Witness, **ask: Any) -> Reply | RouterdError:
    """The reply, or the fault that was raised."""
    try:
        return await running.ask(question(**ask), where, observer)
    except RouterdError as fault:
        return fault


_OPEN: list[ProviderState] = []
"""Of every engine that a test made: closed when the test ends, so that no socket outlives it."""


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a test's coroutine; no test takes longer than 20 seconds."""

    async def closing() -> None:
        try:
            await asyncio.wait_for(main, 20)
        finally:
            while _OPEN:
                await _OPEN.pop().close()

    asyncio.run(closing())

"""Warmth: how much of a prompt a provider's cache should still hold, from what was sent there a moment ago."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from routerd.domain.conversation import Turn
from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.domain.ports import Counter
from routerd.domain.prompt import Message

LEAST_TOKENS, STEP = 1_024, 128
"""No shorter prefix is cached, and longer ones in such steps (OpenAI's guide to it; DeepSeek's are finer)."""

HELD_FOR = timedelta(minutes=5)
"""The shorter end of what OpenAI (5 to 10 minutes without use) and Anthropic (5 minutes) say."""

_NOT_FORESEEABLE = ("claude", "gemini")
"""Anthropic caches what a request marks, and routerd marks nothing; Google promises no hit of its implicit cache."""


def cached_prefix_tokens(
    model: ModelRef,
    price: Price | None,
    messages: tuple[Message, ...],
    sent: Sequence[Turn],
    counter: Counter,
    now: datetime,
) -> int:
    """Tokens from the start of a prompt, by the local count, that were sent to the same model recently.

    Zero where no price for cached input is known, or where a hit could not be promised.
    """
    if price is None or price.cached_input is None or any(name in model.model.lower() for name in _NOT_FORESEEABLE):
        return 0
    young = [turn for turn in sent if turn.model == model and now - turn.at <= HELD_FOR]
    shared = max((turn.shares(messages) for turn in young), key=len, default="")
    tokens = counter.count(shared)
    return tokens - tokens % STEP if tokens >= LEAST_TOKENS else 0

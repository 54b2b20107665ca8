"""Prompt-cache estimate: how much of a prompt a provider's cache should contain, by what was sent recently."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from routerd.domain.model import ModelRef
from routerd.domain.money import Price
from routerd.domain.ports import Counter
from routerd.domain.prompt import Message, Turn

LEAST_TOKENS, STEP = 1_024, 128
"""The shortest cached prefix and the step of longer ones, in tokens (OpenAI's guide; DeepSeek's are finer)."""

CACHE_LIFETIME = timedelta(minutes=5)
"""The shorter of OpenAI's (5 to 10 minutes without use) and Anthropic's (5 minutes) cache lifetimes."""

_NOT_FORESEEABLE = ("claude", "gemini")
"""Anthropic caches only what a request marks, and routerd marks nothing; Google's implicit cache is not guaranteed."""


def cached_prefix_tokens(
    model: ModelRef,
    price: Price | None,
    messages: tuple[Message, ...],
    sent: Sequence[Turn],
    counter: Counter,
    now: datetime,
) -> int:
    """Tokens of the prompt's prefix, by the local count, that were sent to the same model recently.

    Zero if no price for cached input is known, or if a cache hit is not guaranteed.
    """
    if price is None or price.cached_input is None or any(name in model.model.lower() for name in _NOT_FORESEEABLE):
        return 0
    young = [turn for turn in sent if turn.model == model and now - turn.at <= CACHE_LIFETIME]
    shared = max((turn.shares(messages) for turn in young), key=len, default="")
    tokens = counter.count(shared)
    return tokens - tokens % STEP if tokens >= LEAST_TOKENS else 0

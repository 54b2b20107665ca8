"""Usage from every provider's shape into disjoint buckets; what a provider did not say stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from routerd.domain.money import Usage

_MOST = 1_000_000_000
"""Tokens of one call: a hundred times the largest window there is, and its price still fits into the ledger."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a provider said of one call. A side that it did not tell, or told nonsense of, is not known."""

    usage: Usage
    input_known: bool
    output_known: bool
    cost: Decimal | None = None
    """Dollars, where the provider tells its own price (OpenRouter)."""

    def filled(self, input_tokens: int, output_tokens: int) -> Usage:
        """The usage, with counts made here in place of what is not known."""
        told = self.usage
        if not self.input_known:
            told = Usage(input=input_tokens, output=told.output, reasoning=told.reasoning)
        if not self.output_known:
            told = Usage(told.input, told.cached_input, told.cache_write, output=output_tokens)
        return told

    @property
    def known(self) -> bool:
        """Whether the provider told both sides."""
        return self.input_known and self.output_known


def read_usage(raw: Mapping[str, Any] | None) -> Bill:
    """The bill of one call from the ``usage`` object of its answer.

    Input: OpenAI's ``prompt_tokens`` hold what the cache served; Anthropic's ``input_tokens`` do not.
    Output: OpenAI's ``completion_tokens`` hold the reasoning; xAI and Google leave it out of them, which
    only ``total_tokens`` tells.
    """
    raw = raw or {}
    prompt, completion = _count(raw, "prompt_tokens"), _count(raw, "completion_tokens")
    if prompt is None and completion is None and ("input_tokens" in raw or "output_tokens" in raw):
        return _native(raw)
    cached = _cached(raw)
    write = _details(raw, "prompt", "cache_write_tokens") or _count(raw, "cache_creation_input_tokens") or 0
    fresh = (prompt or 0) - cached - write
    if fresh < 0:  # a gateway that leaves the cached tokens out of prompt_tokens, as Anthropic does
        fresh = prompt or 0
    reasoning = _details(raw, "completion", "reasoning_tokens") or 0
    shown = completion or 0
    beyond = (_count(raw, "total_tokens") or 0) - (prompt or 0) - shown
    if completion is not None and prompt is not None and beyond > 0 and reasoning in (0, beyond):
        reasoning = beyond
    else:
        reasoning = min(reasoning, shown)
        shown -= reasoning
    return Bill(Usage(fresh, cached, write, shown, reasoning), bool(prompt), bool(completion), _cost(raw))


def _native(raw: Mapping[str, Any]) -> Bill:
    """Anthropic's own names (caches apart), which OpenAI's Responses API shares (caches within)."""
    prompt, completion = _count(raw, "input_tokens"), _count(raw, "output_tokens")
    read = _count(raw, "cache_read_input_tokens") or 0
    write = _count(raw, "cache_creation_input_tokens") or 0
    within = _details(raw, "input", "cached_tokens") or 0
    reasoning = min(_details(raw, "output", "reasoning_tokens") or 0, completion or 0)
    fresh = max((prompt or 0) - within, 0)
    usage = Usage(fresh, read + within, write, (completion or 0) - reasoning, reasoning)
    return Bill(usage, bool(usage.all_input), bool(completion), _cost(raw))


def _cached(raw: Mapping[str, Any]) -> int:
    """OpenAI, Groq, Google, OpenRouter; DeepSeek; LiteLLM and one-api for Anthropic; Moonshot."""
    return (
        _details(raw, "prompt", "cached_tokens")
        or _count(raw, "prompt_cache_hit_tokens")
        or _count(raw, "cache_read_input_tokens")
        or _count(raw, "cached_tokens")
        or 0
    )


def _details(raw: Mapping[str, Any], side: str, name: str) -> int | None:
    details = raw.get(f"{side}_tokens_details")
    return _count(details, name) if isinstance(details, Mapping) else None


def _count(raw: Mapping[str, Any], name: str) -> int | None:
    """A count of tokens; text that is a number counts, one beyond all windows, negative or fractional is nonsense."""
    value = raw.get(name)
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isdecimal() and len(value) <= len(str(_MOST)):
        value = int(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= _MOST else None


def _cost(raw: Mapping[str, Any]) -> Decimal | None:
    """OpenRouter's ``cost``, in dollars. Zero says nothing: keys of one's own are billed elsewhere."""
    value = raw.get("cost")
    cost = Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
    return cost if cost is not None and cost.is_finite() and cost > 0 else None

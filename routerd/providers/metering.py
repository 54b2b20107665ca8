"""The usage and cost of one call: the provider's bill where it is credible, else an estimate marked as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from routerd.domain.model import ModelRef
from routerd.domain.money import MILLION, Price, Usage, cost
from routerd.domain.ports import Counter
from routerd.providers.draft import Draft
from routerd.providers.usage import read_usage

_SLICE = 4_096
"""Characters: a tokenizer is far slower on one endless word than on ordinary text of that length."""
_SLICES = 8
"""Slices that are counted: 20 ms for the worst text found, or 8,000 tokens of code."""


def estimated_tokens(counter: Counter, text: str) -> int:
    """The tokens of a text: exact for a short one, by slices for a longer one, by a sample of slices for a long one."""
    if len(text) <= _SLICE:
        return counter.count(text) if text else 0
    starts = range(0, len(text), _SLICE)
    if len(starts) <= _SLICES:
        return sum(counter.count(text[start : start + _SLICE]) for start in starts)
    step = (len(text) - _SLICE) // (_SLICES - 1)
    sample = sum(counter.count(text[start : start + _SLICE]) for start in range(0, _SLICES * step, step))
    return -(-sample * len(text) // (_SLICE * _SLICES))


_CREDIBLE_DOLLARS, _CREDIBLE_TIMES = 1, 100
"""A bill above 1 dollar + 100 times our own price is a wrong unit; search fees of some cents stay below that."""


def _most(counted: int) -> int:
    """Highest credible token count: a full context window that others filled, plus ten times our own count."""
    return 1_000_000 + 10 * counted


def _own_cost(usage: Usage, hour_writes: int, price: Price) -> Decimal:
    """The cost in dollars. What the cache keeps for an hour costs twice the input; price lists have the shorter write.

    Source: Anthropic's guide to prompt caching.
    """
    write = price.input if price.cache_write is None else price.cache_write
    return cost(usage, price) + min(hour_writes, usage.cache_write) * (2 * price.input - write) / MILLION


@dataclass(frozen=True, slots=True)
class MeteredUsage:
    """The usage and cost that one call is booked with."""

    usage: Usage
    cost: Decimal | None
    """Dollars; ``None`` where the price is unknown."""
    estimated: bool


@dataclass(frozen=True, slots=True)
class UsageMeter:
    """Reads usage and cost from a draft."""

    price: Callable[[ModelRef], Price | None]
    counter: Counter

    def bill(self, model: ModelRef, draft: Draft, input_tokens: int) -> MeteredUsage:
        """The usage and cost of a call. ``input_tokens``: the local count, for a provider that reports none.

        A call that the provider never accepted used nothing; that is exact, not an estimate.
        """
        if not draft.sent:
            return MeteredUsage(Usage(), Decimal(0), False)
        reported = read_usage(draft.usage).within(_most(input_tokens), _most(0))
        received = "" if reported.output_known else draft.text + draft.reasoning
        usage = reported.filled(input_tokens, estimated_tokens(self.counter, received))
        price = self.price(model)
        rates = price and price.of_tier(draft.service_tier)
        own = _own_cost(usage, reported.hour_writes, rates or price) if price else None
        dollars, absurd = reported.cost, reported.absurd
        if dollars is not None and own is not None and dollars > _CREDIBLE_DOLLARS + _CREDIBLE_TIMES * own:
            dollars, absurd = None, True
        # The ordinary rates of a tier whose rates are not known are an estimate.
        guessed = price is not None and rates is None and dollars is None
        return MeteredUsage(usage, own if dollars is None else dollars, absurd or guessed or not reported.known)

"""The usage and cost of one call: the provider's bill where it is credible, else an estimate marked as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from routerd.domain.model import ModelRef
from routerd.domain.money import Price, Usage, cost
from routerd.domain.ports import Counter
from routerd.providers.draft import Draft
from routerd.providers.usage import read_usage

_SLICE = 4_096
"""Characters: a tokenizer takes far longer for one endless word than for as much of any text."""
_SLICES = 8
"""Of any text: 20 ms for the worst that was found, and 8,000 tokens of code."""


def estimated_tokens(counter: Counter, text: str) -> int:
    """The tokens of a text: exact for a short one, else by slices, and for a long one from some of its slices."""
    if len(text) <= _SLICE:
        return counter.count(text) if text else 0
    starts = range(0, len(text), _SLICE)
    if len(starts) <= _SLICES:
        return sum(counter.count(text[start : start + _SLICE]) for start in starts)
    step = (len(text) - _SLICE) // (_SLICES - 1)
    sample = sum(counter.count(text[start : start + _SLICE]) for start in range(0, _SLICES * step, step))
    return -(-sample * len(text) // (_SLICE * _SLICES))


_DEAR_DOLLARS, _DEAR_TIMES = 1, 100
"""A bill above both together is a slip of a unit: fees for searches cost cents beside tokens that cost less."""


def _most(counted: int) -> int:
    """Tokens of one side that can be true: a whole window that was filled elsewhere, and ten times our own count."""
    return 1_000_000 + 10 * counted


@dataclass(frozen=True, slots=True)
class MeteredUsage:
    """What one call is booked with."""

    usage: Usage
    cost: Decimal | None
    """Dollars; ``None`` where the price is unknown."""
    estimated: bool


@dataclass(frozen=True, slots=True)
class UsageMeter:
    """Reads the bill of a draft."""

    price: Callable[[ModelRef], Price | None]
    counter: Counter

    def bill(self, model: ModelRef, draft: Draft, input_tokens: int) -> MeteredUsage:
        """What a call used and cost. ``input_tokens``: as counted here, for a provider that does not say.

        A call that the provider never accepted used nothing, and that is known.
        """
        if not draft.sent:
            return MeteredUsage(Usage(), Decimal(0), False)
        told = read_usage(draft.usage).within(_most(input_tokens), _most(0))
        received = "" if told.output_known else draft.text + draft.reasoning
        usage = told.filled(input_tokens, estimated_tokens(self.counter, received))
        price = self.price(model)
        own = cost(usage, price) if price else None
        dollars, absurd = told.cost, told.absurd
        if dollars is not None and own is not None and dollars > _DEAR_DOLLARS + _DEAR_TIMES * own:
            dollars, absurd = None, True
        return MeteredUsage(usage, own if dollars is None else dollars, absurd or not told.known)

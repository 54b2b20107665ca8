"""What one call cost: the provider's bill where it told one, else an estimate that says that it is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from routerd.adapters.upstream.draft import Draft
from routerd.adapters.upstream.usage import read_usage
from routerd.domain.model import ModelRef
from routerd.domain.money import Price, Usage, cost
from routerd.domain.ports import Counter


@dataclass(frozen=True, slots=True)
class Billed:
    """What one call is booked with."""

    usage: Usage
    cost: Decimal | None
    """Dollars; ``None`` where the price is unknown."""
    estimated: bool


@dataclass(frozen=True, slots=True)
class Till:
    """Reads the bill of a draft."""

    price: Callable[[ModelRef], Price | None]
    counter: Counter

    def bill(self, model: ModelRef, draft: Draft, input_tokens: int) -> Billed:
        """What a call used and cost. ``input_tokens``: as counted here, for a provider that does not say.

        A call that the provider never accepted used nothing, and that is known.
        """
        if not draft.sent:
            return Billed(Usage(), Decimal(0), False)
        told = read_usage(draft.usage)
        received = "" if told.output_known else draft.text + draft.reasoning
        usage = told.filled(input_tokens, self.counter.count(received) if received else 0)
        price = self.price(model)
        dollars = told.cost if told.cost is not None else cost(usage, price) if price else None
        return Billed(usage, dollars, not told.known)

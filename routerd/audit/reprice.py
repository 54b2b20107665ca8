"""What one logged request cost, and what another model would have billed for the same words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from routerd.audit.logged import Json, LoggedCall, tokens
from routerd.domain.baseline import retokenized
from routerd.domain.model import ModelRef
from routerd.domain.money import MILLION, Usage, total
from routerd.domain.quote import Route, Tariff
from routerd.domain.tier import Tier


class RepricedCall(NamedTuple):
    """One call with its usage in disjoint buckets, and how its model bills."""

    call: LoggedCall
    usage: Usage
    tariff: Tariff

    @property
    def cost(self) -> Decimal | None:
        """Dollars, as the log says, else at today's price."""
        if self.call.cost is not None:
            return self.call.cost
        paid, price = self.tariff.bill(self.usage), self.tariff.price
        if paid is None or price is None:
            return None
        write = price.input if price.cache_write is None else price.cache_write
        return paid + _held_for_an_hour(self.call.usage, self.usage) * (2 * price.input - write) / MILLION


@dataclass(frozen=True, slots=True)
class Audited:
    """One request as it was, and as it would have been; dollars, ``None`` where nobody knows."""

    words: str
    model: ModelRef
    usage: Usage
    cost: Decimal | None
    action: str | None = None
    tier: Tier | None = None
    """``None`` without words: nothing says which tier would have done."""
    instead: ModelRef | None = None
    would_cost: Decimal | None = None
    """For a request without words just what it cost: no saving is claimed."""
    sure: bool = False
    """Whether the classifier was; where not, the tier is the declared default, rounded up."""


def reprice(words: str, calls: Sequence[RepricedCall], route: Route | None, now: Tariff | None) -> Audited:
    """Hold a request against the route that its words would take; ``now`` is the tariff of the model there."""
    paid = total(one.cost for one in calls)
    usage = sum((one.usage for one in calls), Usage())
    audited = Audited(words, calls[0].call.model, usage, paid, would_cost=paid)
    found = route.classification if route else None
    if route is None or now is None or found is None:
        return audited
    return replace(
        audited,
        action=found.action,
        tier=route.first.tier,
        instead=now.model,
        would_cost=total(_instead(one, now) for one in calls),
        sure=found.confident,
    )


def _instead(one: RepricedCall, now: Tariff) -> Decimal | None:
    """What the other model would have billed. Thoughts stay as they are: no log shows that it had thought less."""
    return now.bill(
        retokenized(one.usage, now.token_calibration.input_factor / one.tariff.token_calibration.input_factor)
    )


def _held_for_an_hour(raw: Json, usage: Usage) -> int:
    """Tokens written to Anthropic's cache for an hour.

    They cost twice the input price (its guide to prompt caching); price lists know the write for five minutes only,
    at a quarter more than input.
    """
    parts = raw.get("cache_creation")
    return min(tokens(parts.get("ephemeral_1h_input_tokens")), usage.cache_write) if isinstance(parts, dict) else 0

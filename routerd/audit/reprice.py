"""What one logged request cost, and what another model would have billed for the same prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from routerd.audit.logged import Json, LoggedCall, tokens
from routerd.domain.model import ModelRef
from routerd.domain.money import MILLION, Usage, total
from routerd.domain.quote import Route, Tariff, retokenized
from routerd.domain.tier import Tier


class RepricedCall(NamedTuple):
    """One call with its usage in disjoint buckets, and how its model bills."""

    call: LoggedCall
    usage: Usage
    tariff: Tariff

    @property
    def cost(self) -> Decimal | None:
        """Dollars by the log, else at today's price."""
        if self.call.cost is not None:
            return self.call.cost
        paid, price = self.tariff.bill(self.usage), self.tariff.price
        if paid is None or price is None:
            return None
        write = price.input if price.cache_write is None else price.cache_write
        return paid + _hour_cache_writes(self.call.usage, self.usage) * (2 * price.input - write) / MILLION


@dataclass(frozen=True, slots=True)
class Audited:
    """One request with its actual and its hypothetical cost in dollars; unknown is ``None``."""

    words: str
    model: ModelRef
    usage: Usage
    cost: Decimal | None
    action: str | None = None
    tier: Tier | None = None
    """``None`` without a prompt: the tier cannot be decided."""
    instead: ModelRef | None = None
    would_cost: Decimal | None = None
    """Equal to ``cost`` for a request without a prompt: no saving is claimed."""
    sure: bool = False
    """Whether the classifier was confident; if not, the tier is the configured default or a stronger one."""


def reprice(words: str, calls: Sequence[RepricedCall], route: Route | None, now: Tariff | None) -> Audited:
    """Compares a request with the route of its prompt; ``now`` is the tariff of the route's model."""
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
    """What the other model would have billed. Reasoning tokens stay the same: no log shows that it would need fewer."""
    return now.bill(
        retokenized(one.usage, now.token_calibration.input_factor / one.tariff.token_calibration.input_factor)
    )


def _hour_cache_writes(raw: Json, usage: Usage) -> int:
    """Tokens written to Anthropic's one-hour cache.

    They cost twice the input price (its guide to prompt caching); price lists contain only the five-minute write,
    which costs 25 % more than input.
    """
    parts = raw.get("cache_creation")
    return min(tokens(parts.get("ephemeral_1h_input_tokens")), usage.cache_write) if isinstance(parts, dict) else 0

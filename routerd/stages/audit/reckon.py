"""What one logged request cost, and what another model would have billed for the same tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from routerd.domain.model import ModelRef
from routerd.domain.money import Usage, cost
from routerd.domain.quote import Route, Tariff
from routerd.domain.tier import Tier
from routerd.stages.audit.logs import Logged


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


def reckon(logged: Logged, usage: Usage, then: Tariff, route: Route | None, now: Tariff | None) -> Audited:
    """Hold a request against the route that its words would take; ``then`` and ``now`` are the models' tariffs."""
    paid = logged.cost if logged.cost is not None else cost(usage, then.price) if then.price else None
    audited = Audited(logged.words, logged.model, usage, paid, would_cost=paid)
    words = route.classification if route else None
    if route is None or now is None or words is None:
        return audited
    factor = now.learned.input_factor / then.learned.input_factor
    other = Usage(*(round(tokens * factor) for tokens in _buckets(usage)))
    return replace(
        audited,
        action=words.action,
        tier=route.first.tier,
        instead=now.model,
        would_cost=cost(other, now.price) if now.price else None,
        sure=words.confident,
    )


def _buckets(usage: Usage) -> tuple[int, ...]:
    """Every bucket; the output too, as the same words are other tokens to another tokenizer."""
    return usage.input, usage.cached_input, usage.cache_write, usage.output, usage.reasoning

"""What the choice by expected cost knows of quotes: options, stakes, and the expected price of those that are asked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from routerd.domain.action import ActionSpec
from routerd.domain.forecast import Quote
from routerd.domain.model import OFFLINE
from routerd.domain.stakes import Option, Stakes
from routerd.routing.expected_cost import rows


def expected(asked: Sequence[Quote], fixes: bool) -> Decimal | None:
    """The expected price in dollars with retries and escalation; ``None`` if a price is unknown.

    The arithmetic is that of ``expected_cost.rows`` without the penalty, which nobody bills.
    """
    paid = [quote for quote in asked if quote.estimate.model != OFFLINE]
    if any(quote.estimate.cost is None for quote in paid):
        return None
    found = rows([option(quote) for quote in paid], Stakes(Decimal(0), Decimal(0), fixes))
    return found[0].expected if found else Decimal(0)


def option(quote: Quote, below: bool = False) -> Option:
    """What the choice by expected cost knows of a quote."""
    price, known = quote.estimate.cost, quote.acceptance
    passes, may_pass = (Decimal(str(round(share, 4))) for share in (known.likely, known.hopeful))
    name = f"{quote.estimate.tier} → {quote.estimate.model}"
    return Option(name, price.likely if price else None, passes, may_pass, known.answers, known.since, below)


def stakes(spec: ActionSpec, quote: Quote, fixes: bool, runs: bool) -> Stakes:
    """What an action puts at stake, by the likely length of its answer and whether its answers are run."""
    noticed = spec.penalty.noticed_when_run if runs else None
    noticed = spec.penalty.noticed if noticed is None else noticed
    length = Decimal(quote.estimate.output_tokens.likely) / 1_000
    return Stakes(spec.penalty.per_thousand * length, Decimal(str(noticed)), fixes)

"""Forecast: the likely price of a whole action and the most that it can cost, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from routerd.domain.forecast import Quote
from routerd.domain.model import OFFLINE
from routerd.domain.settings import Budget

TIMES_LIKELY, ALWAYS_ALLOWED = 10, Decimal("0.01")
"""Without a cap an action stops before it costs more than ten times its likely price or a cent, whichever is more:
in the recorded outcomes, higher costs came from a repeating fault."""


def cap(budget: Budget, likely: Decimal | None, first: Quote, counted: int) -> Decimal | None:
    """The cap of an action in dollars: the user's setting, else a multiple of its likely price.

    ``None`` if the first price is unknown. The first answer is always within the cap: a prompt that a provider's cache
    should serve may cost ten times its likely price if it does not.
    """
    if budget.per_action is not None:
        return budget.per_action
    if likely is None:
        likely = first.estimate.cost.likely if first.estimate.cost else None
    least = first.terms.most(counted, first.terms.least)
    if likely is None or least is None:
        return None
    return max(TIMES_LIKELY * likely, ALWAYS_ALLOWED, least)


def most(quotes: Sequence[Quote], capped: Decimal | None) -> Decimal | None:
    """The upper bound of the action's bill in dollars; ``quotes`` contains every model that may be asked.

    ``None`` if a price is unknown, or a provider accepts no limit of the answer.
    """
    paid = [quote for quote in quotes if quote.model != OFFLINE]
    if all(quote.terms.price is not None and quote.terms.price.free for quote in paid):
        return Decimal(0)
    if any(quote.terms.price is None or not quote.terms.limited for quote in paid):
        return None
    return capped

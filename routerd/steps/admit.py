"""Admit: whether a model may be asked within its context window and the budgets, and what to confirm with the user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from routerd.domain.forecast import Forecast, Quote
from routerd.domain.limit import Limit
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import dollars, dollars_at_most
from routerd.domain.quote import Candidate, Estimate
from routerd.domain.settings import Budget
from routerd.domain.verdict import Refusal, RefusalCode


def refusal(quote: Quote, counted: int, budget: Budget, left: Sequence[Limit] | Refusal) -> Refusal | None:
    """Why a model may not be asked with ``counted`` local input tokens; ``None`` if it may.

    ``left`` is what the daily and monthly budgets have left, or why it is unknown.
    """
    estimate, model = quote.estimate, quote.estimate.model
    if model == OFFLINE:
        return None
    least = quote.terms.most(counted, quote.terms.least)
    if least is None and budget.limited:
        return Refusal(
            f"The price of {model} is unknown and a budget is set: "
            f'give it under [models."{model}"] with input and output.',
            RefusalCode.PRICE,
            "its price is unknown, and a budget is set",
        )
    if least is not None and budget.per_action is not None and least > budget.per_action:
        return Refusal(
            f"This could cost {dollars(least)}, above the {dollars(budget.per_action)} "
            f"allowed per action: select less, or raise {budget.per_action_by}.",
            RefusalCode.BUDGET,
            f"above the {dollars(budget.per_action)} allowed per action",
        )
    window = estimate.price.context if estimate.price else None
    needed = max(counted, estimate.input_tokens) + estimate.output_tokens.likely
    if window is not None and needed > window:
        return Refusal(
            f"This needs {needed:,} tokens, and the context window of {model} is {window:,}: select a smaller part, "
            f'or correct context under [models."{model}"].',
            RefusalCode.SIZE,
            f"needs {needed:,} tokens, holds {window:,}",
        )
    if isinstance(left, Refusal):
        return left
    return next((over for limit in left if (over := limit.refusal(least or Decimal(0)))), None)


def admitted(
    chain: Sequence[Candidate],
    quotes: Mapping[ModelRef, Quote],
    counted: int,
    budget: Budget,
    left: Sequence[Limit] | Refusal,
) -> tuple[tuple[Candidate, ...], Mapping[ModelRef, Refusal]]:
    """The chain with the models that may be asked, and why the others may not; see ``refusal``."""
    refusals = {
        model: found for model, quote in quotes.items() if (found := refusal(quote, counted, budget, left)) is not None
    }
    allowed = tuple(
        Candidate(candidate.tier, models)
        for candidate in chain
        if (models := tuple(model for model in candidate.models if model not in refusals))
    )
    return allowed, refusals


def confirmation(title: str, forecast: Forecast, confirm_above: Decimal | None) -> str | None:
    """What the user must agree to before anything is sent, without a full stop; ``None`` if nothing."""
    estimate = forecast.estimate
    if confirm_above is None or estimate.model == OFFLINE:
        return None
    if estimate.cost is None:
        return f"{title} with {estimate.model} has no known price"
    if estimate.cost.high <= confirm_above:
        return None
    most = estimate.cost.high if forecast.most is None else forecast.most
    return f"{title} with {estimate.model} will cost about {dollars(forecast.likely)}, at most {dollars_at_most(most)}"


def agreed(forecast: Forecast, confirm_above: Decimal | None, asked: bool) -> Decimal | None:
    """Dollars that the action may cost without another question; ``None``: no limit.

    ``asked``: whether the user agreed to what ``confirmation`` told.
    """
    cost = forecast.estimate.cost
    if confirm_above is None or cost is None:
        return confirm_above
    most = forecast.most if asked and forecast.most is not None else cost.high
    return max(confirm_above, most)


def asked_again(estimate: Estimate, spent: Decimal, agreed: Decimal | None) -> str | None:
    """The question before a further attempt that could exceed the confirmed amount."""
    if agreed is None or estimate.cost is None or spent + estimate.cost.high <= agreed:
        return None
    return (
        f"{dollars(spent)} brought no answer that could be taken. Another try, by {estimate.model}, will cost about "
        f"{dollars(estimate.cost.likely)} (up to {dollars(estimate.cost.high)}). Send it?"
    )

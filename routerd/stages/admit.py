"""Admit: the rungs that window and budget allow, whether to ask the user first, or a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from routerd.domain.model import OFFLINE
from routerd.domain.money import dollars
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Estimate
from routerd.domain.settings import Budget
from routerd.domain.verdict import Refusal


@dataclass(frozen=True, slots=True)
class Admission:
    """What may be sent: indices of the ladder, and a question to put to the user before sending."""

    rungs: tuple[int, ...]
    question: str | None = None
    agreed: Decimal | None = None
    """Dollars that the action may cost without another question; ``None``: any number."""


def admit(estimates: tuple[Estimate, ...], prompt: Prompt, budget: Budget) -> Admission | Refusal:
    """Which rungs of the ladder may be asked. Daily and monthly caps are the ledger's: it sees all daemons."""
    refusals = [_refusal(estimate, prompt, budget) for estimate in estimates]
    rungs = tuple(index for index, refusal in enumerate(refusals) if refusal is None)
    if not rungs:
        return next(refusal for refusal in refusals if refusal is not None)
    first = estimates[rungs[0]]
    question = _question(first, budget.confirm_above)
    asked = first.cost.high if first.cost and question else Decimal(0)
    return Admission(rungs, question, None if budget.confirm_above is None else max(budget.confirm_above, asked))


def asked_again(estimate: Estimate, spent: Decimal, agreed: Decimal | None) -> str | None:
    """What to ask before a further try that could bring the action beyond what was agreed to."""
    if agreed is None or estimate.cost is None or spent + estimate.cost.high <= agreed:
        return None
    return (
        f"{dollars(spent)} brought no answer that could be taken. Another try, by {estimate.model}, will cost about "
        f"{dollars(estimate.cost.likely)} (up to {dollars(estimate.cost.high)}). Send it?"
    )


def _refusal(estimate: Estimate, prompt: Prompt, budget: Budget) -> Refusal | None:
    if estimate.model == OFFLINE:
        return None
    if estimate.cost is None and budget.limited:
        return Refusal(
            f"The price of {estimate.model} is unknown and a budget is set: "
            f'give it under [models."{estimate.model}"] with input and output.',
            "price",
        )
    if estimate.cost and budget.per_action is not None and estimate.cost.high > budget.per_action:
        return Refusal(
            f"This could cost {dollars(estimate.cost.high)}, above the {dollars(budget.per_action)} "
            "allowed per action: select less, or raise budget.per_action.",
            "budget",
        )
    window = estimate.price.context if estimate.price else None
    needed = estimate.input_tokens + estimate.output_tokens.likely
    if window is not None and needed > window:
        return Refusal(
            f"This needs {needed:,} tokens and {estimate.model} holds {window:,}: select a smaller part.",
            "size",
        )
    return None


def _question(estimate: Estimate, confirm_above: Decimal | None) -> str | None:
    if confirm_above is None or estimate.model == OFFLINE:
        return None
    if estimate.cost is None:
        return f"The price of {estimate.model} is unknown. Send it?"
    if estimate.cost.high <= confirm_above:
        return None
    return f"This will cost about {dollars(estimate.cost.likely)} (up to {dollars(estimate.cost.high)}). Send it?"

"""Token calibration from bills: robust ratios of billed to counted tokens, and quantiles of output; pure functions.

It uses medians, because least squares made one provider's estimates worse: a few outliers distort a mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routerd.domain.quantile import outer_levels, quantile
from routerd.domain.quote import Past, TokenCalibration

HALF_LIFE = 60
"""The half-life of a bill's weight, in bills: prompts and models change within weeks."""

_PRIOR_WEIGHT = 2.0
"""The weight of the shipped factor in bills; the third bill outweighs it."""

_FEWEST_OUTPUTS = 12
"""Below this many answers the tails are unreliable, and the prior's spread is wider than any of them."""

_FEWEST_ALIKE = 8
"""From this many bills on, an action in a language has its own factor, and before that the language:
tokenizers differ less between programming languages than between code and the prose of an action's prompt."""

_RANGE_BILLS = 100
"""The number of bills in a range: older ones weigh less than a third."""


@dataclass(frozen=True, slots=True)
class BilledAttempt:
    """One billed answer: tokens counted and estimated locally, and tokens billed."""

    counted_input: int
    billed_input: int
    prior_output: int
    billed_output: int
    action: str = ""
    language: str = ""
    cached_input: int = 0
    reasoning: int = 0
    """The reasoning tokens in the billed output."""


def learn(bills: Sequence[BilledAttempt], action: str, language: str, prior_factor: float) -> TokenCalibration:
    """Calibrates one action and language from a model's latest bills, newest first."""
    of_language = [bill for bill in bills if bill.language == language]
    of_action = [bill for bill in of_language if bill.action == action]
    alike = next((some for some in (of_action, of_language) if len(some) >= _FEWEST_ALIKE), bills)
    inputs = [(b.billed_input / b.counted_input, _weight(age)) for age, b in enumerate(alike) if b.counted_input]
    factor = quantile([*inputs, (prior_factor, _PRIOR_WEIGHT)], 0.5)
    thought = _share_of_reasoning(alike)
    of_action = [b for b in of_action if b.prior_output and b.counted_input and b.billed_input]
    if len(of_action) < _FEWEST_OUTPUTS:
        return TokenCalibration(factor, reasoning=thought)
    past = tuple(
        Past(
            b.billed_input / b.counted_input,
            b.cached_input / b.billed_input,
            b.billed_output / b.prior_output,
            _weight(age),
        )
        for age, b in enumerate(of_action[:_RANGE_BILLS])
    )
    outputs = [(one.output, one.weight) for one in past]
    low, high = outer_levels([one.weight for one in past])
    return TokenCalibration(
        factor, (quantile(outputs, low), quantile(outputs, 0.5), quantile(outputs, high)), past, thought
    )


def _share_of_reasoning(bills: Sequence[BilledAttempt]) -> float:
    """The weighted share of reasoning in all generated tokens; a mean, as the sum of tokens is billed."""
    generated = sum(bill.billed_output * _weight(age) for age, bill in enumerate(bills))
    thought = sum(bill.reasoning * _weight(age) for age, bill in enumerate(bills))
    return thought / generated if generated else 0.0


def _weight(age: int) -> float:
    return float(0.5 ** (age / HALF_LIFE))

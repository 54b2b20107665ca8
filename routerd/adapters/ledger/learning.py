"""What bills teach: robust ratios of billed to counted tokens, and quantiles of output; pure arithmetic.

Medians, because least squares made one provider's estimates worse: a few odd bills pull a mean far off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routerd.domain.quote import Learned

HALF_LIFE = 60
"""Bills after which an older one counts half: prompts and models change within weeks."""

_PRIOR_WEIGHT = 2.0
"""The shipped factor counts as so many bills, and is outvoted from the third on."""

_FEWEST_OUTPUTS = 8
"""Below this many answers the tails are guesswork, and the prior's spread is wider than any of them."""

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
"""Nine bills in ten fall between the outer two; the promise is 85 to 95."""


@dataclass(frozen=True, slots=True)
class Bill:
    """One answer that was billed: tokens counted and foreseen here, tokens billed there."""

    counted_input: int
    billed_input: int
    prior_output: int
    billed_output: int


def quantile(values: Sequence[tuple[float, float]], share: float) -> float:
    """The weighted quantile of (value, weight) pairs, interpolated between the middles of their weights."""
    ordered = sorted(values)
    total = sum(weight for _, weight in ordered)
    seen, before = 0.0, None
    for value, weight in ordered:
        middle = (seen + weight / 2) / total
        if middle >= share:
            if before is None:
                return value
            lower, at = before
            return lower + (value - lower) * (share - at) / (middle - at)
        before = (value, middle)
        seen += weight
    return ordered[-1][0]


def learn(of_model: Sequence[Bill], of_action: Sequence[Bill], prior_factor: float) -> Learned:
    """From a model's latest bills, newest first, and those of one action and language among them."""
    inputs = [
        (bill.billed_input / bill.counted_input, _weight(age))
        for age, bill in enumerate(of_model)
        if bill.counted_input
    ]
    factor = quantile([*inputs, (prior_factor, _PRIOR_WEIGHT)], MIDDLE)
    outputs = [
        (bill.billed_output / bill.prior_output, _weight(age))
        for age, bill in enumerate(of_action)
        if bill.prior_output
    ]
    if len(outputs) < _FEWEST_OUTPUTS:
        return Learned(factor)
    low, middle, high = (quantile(outputs, share) for share in (LOW, MIDDLE, HIGH))
    return Learned(factor, (low, middle, high))


def _weight(age: int) -> float:
    return float(0.5 ** (age / HALF_LIFE))

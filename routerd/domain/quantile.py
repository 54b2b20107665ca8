"""Weighted quantiles, and the quantile levels of a prediction interval from a few past values."""

from __future__ import annotations

from collections.abc import Sequence

Weighted = Sequence[tuple[float, float]]
"""Pairs of a value and its weight."""

PROMISED = 0.9
"""The share of bills that an estimate's range should contain: the middle of "85 to 95 of 100"."""


def quantile(values: Weighted, share: float) -> float:
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


def outer_levels(weights: Sequence[float], promised: float = PROMISED) -> tuple[float, float]:
    """The two levels between whose quantiles the next value falls with the given probability.

    The k-th smallest of n values lies above the next one with probability k / (n + 1), whatever their
    distribution (Vovk's conformal prediction); n is Kish's effective number where weights differ.
    """
    count = sum(weights) ** 2 / sum(weight * weight for weight in weights)
    rank = (1 - promised) / 2 * (count + 1)
    low = max((rank - 0.5) / count, 0.0)
    return low, 1 - low

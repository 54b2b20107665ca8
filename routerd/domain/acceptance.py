"""How often a model's answers kept their contract: what the ledger remembers of one kind of work."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

WINDOW = 200
"""Latest answers that count. With that many the bound is within 1.28 * sqrt(0.25 / 200) = 4.5 % of the share."""

Z = 1.28
"""One-sided 90 % bound of the normal distribution: a rung gets the benefit of so much doubt."""

_PRIOR, _PRIOR_WEIGHT = 0.85, 4.0
"""Before anything was tried: ours, outvoted within a day's work."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The latest answers of one model to one action in one language."""

    accepted: int = 0
    tried: int = 0
    since: int = 0
    """Actions of this kind that were run since the model was last asked."""

    @property
    def likely(self) -> float:
        """The share of its answers that should be accepted: the mean of a beta distribution, with a prior."""
        return (self.accepted + _PRIOR * _PRIOR_WEIGHT) / (self.tried + _PRIOR_WEIGHT)

    @property
    def at_best(self) -> float:
        """The share of its answers that may be accepted at best: the upper end of Wilson's score interval.

        E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927. With nothing
        tried it is 1, so that every model is asked at least once.
        """
        if self.tried == 0:
            return 1.0
        share, n = self.accepted / self.tried, self.tried
        middle = share + Z * Z / (2 * n)
        return min(1.0, (middle + Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))) / (1 + Z * Z / n))

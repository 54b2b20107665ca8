"""The acceptance rate of a model's answers for one action and language, from the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

WINDOW = 200
"""The number of latest answers that count: the bound is then within 1.28 * sqrt(0.25 / 200) = 4.5 % of the share."""

Z = 1.28
"""One-sided 90 % bound of the normal distribution: the confidence with which a model is judged too weak."""

_PRIOR, _PRIOR_WEIGHT = 0.85, 4.0
"""The prior rate before any answer, an assumption of ours; a day's work outweighs it."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The latest answers of one model to one action in one language."""

    accepted: int = 0
    answers: int = 0
    since: int = 0
    """Actions of this kind that ran since the model was last asked."""

    @property
    def likely(self) -> float:
        """The expected acceptance rate: the mean of a beta distribution with a prior."""
        return (self.accepted + _PRIOR * _PRIOR_WEIGHT) / (self.answers + _PRIOR_WEIGHT)

    @property
    def at_best(self) -> float:
        """The upper end of the acceptance rate's confidence interval (Wilson's score interval).

        E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927. Without
        any answer it is 1, so that every model is asked at least once.
        """
        if self.answers == 0:
            return 1.0
        share, n = self.accepted / self.answers, self.answers
        middle = share + Z * Z / (2 * n)
        return min(1.0, (middle + Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))) / (1 + Z * Z / n))

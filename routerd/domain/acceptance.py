"""The acceptance rate of a model's answers for one action and language, from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

WINDOW = 200
"""The number of latest answers that count: the bound is then within 1.28 * sqrt(0.25 / 200) = 4.5 % of the share."""

Z = 1.28
"""One-sided 90 % bound of the normal distribution: the confidence with which a model is judged too weak."""

PRIOR, PRIOR_BELOW, _PRIOR_WEIGHT = 0.85, 0.5, 4.0
"""The prior rate before any answer, and that below an action's default tier: assumptions of ours, which a day's work
outweighs."""

FORGETS = 0.97
"""The weight of an answer relative to the next one, so that a model that changed is known by its latest twenty."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The latest answers of one model to one action in one language."""

    accepted: int = 0
    answers: int = 0
    since: int = 0
    """Actions of this kind that ran since the model was last asked."""
    lately: float | None = None
    """The accepted answers, each weighted by its age as ``FORGETS`` says; ``None``: spread evenly over the answers."""
    prior: float = PRIOR
    """The expected rate before any answer."""

    @classmethod
    def of(cls, outcomes: Sequence[bool], since: int = 0) -> Acceptance:
        """The acceptance of answers, latest first."""
        lately = sum(FORGETS**age for age, accepted in enumerate(outcomes) if accepted)
        return cls(sum(outcomes), len(outcomes), since, lately)

    @property
    def likely(self) -> float:
        """The expected acceptance rate: the mean of a beta distribution with a prior, where old answers count less."""
        weight, lately = self._weight, self.lately
        if lately is None:
            lately = weight * self.accepted / self.answers if self.answers else 0.0
        return (lately + self.prior * self._prior_weight) / (weight + self._prior_weight)

    @property
    def hopeful(self) -> float:
        """One standard deviation of that distribution above ``likely``: what the rate may be for all that is known."""
        p = self.likely
        return min(1.0, p + sqrt(p * (1 - p) / (self.answers + _PRIOR_WEIGHT + 1)))

    @property
    def _prior_weight(self) -> float:
        """The prior counts as answers before the first one, and so is forgotten as they are."""
        return _PRIOR_WEIGHT * FORGETS**self.answers

    @property
    def _weight(self) -> float:
        """How many answers of today the answers are worth."""
        return (1 - FORGETS**self.answers) / (1 - FORGETS)

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

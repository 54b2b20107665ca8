"""What asking a tier costs and how often its answer is good: by the labels alone, and on simulated models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routerd.actions import catalog
from routerd.domain.tier import Tier
from tests.bench.cost.policies import BY_STRENGTH, Mix, Policy
from tests.bench.routing.bench import PRICES, TOKENS_IN, TOKENS_OUT

Array = NDArray[np.float64]


def price(tier: Tier) -> float:
    """Dollars of one answer, at the source article's prices."""
    return (TOKENS_IN * PRICES[tier][0] + TOKENS_OUT * PRICES[tier][1]) / 1e6


@dataclass(frozen=True, slots=True)
class World:
    """How good the models are; the cost and the quality of a policy are expectations over it, nothing is drawn."""

    name: str
    good: tuple[float, ...]
    """The chance of a good answer of the tier that an instruction needs or a stronger one, then of each weaker tier."""
    action: str = "ask"
    """The action whose check judges the answers; `ask` has none."""
    run: bool = False
    """Whether the answers are run."""

    @property
    def noticed(self) -> float:
        """The share of bad answers that the check rejects, as the action declares it."""
        penalty = catalog()[self.action].penalty
        return (penalty.noticed_when_run if self.run else None) or penalty.noticed

    def outcome(self, policy: Policy | Mix, needed: tuple[Tier, ...]) -> tuple[Array, Array]:
        """Dollars, and the chance that the answer that is kept is good, for each instruction."""
        if isinstance(policy, Mix):
            first, second = (self.outcome(one, needed) for one in (policy.first, policy.second))
            share = policy.share
            return share * first[0] + (1 - share) * second[0], share * first[1] + (1 - share) * second[1]
        pairs = [self._asked(chain, need) for chain, need in zip(policy.chains, needed, strict=True)]
        return np.array([dollars for dollars, _ in pairs]), np.array([good for _, good in pairs])

    def accepted(self, tier: Tier, needed: tuple[Tier, ...]) -> float:
        """The share of a tier's answers that pass the check, good ones and bad ones that it does not notice."""
        good = float(np.mean([self._good(tier, need) for need in needed]))
        return good + (1 - good) * (1 - self.noticed)

    def _good(self, tier: Tier, need: Tier) -> float:
        return self.good[max(0, BY_STRENGTH.index(need) - BY_STRENGTH.index(tier))]

    def _asked(self, chain: tuple[Tier, ...], need: Tier) -> tuple[float, float]:
        dollars = kept_good = 0.0
        reached = 1.0
        for tier in chain:
            good = self._good(tier, need)
            dollars += reached * price(tier)
            kept_good += reached * good
            reached *= (1 - good) * self.noticed
        return dollars, kept_good


_ABLE, _WEAK = (0.95, 0.7, 0.5, 0.4), (0.85, 0.4, 0.15, 0.05)
WORLDS = (
    World("labels", (1.0, 0.0, 0.0, 0.0)),
    World("able models", _ABLE),
    World("weak models", _WEAK),
    World("able, document", _ABLE, "document"),
    World("weak, document", _WEAK, "document"),
    World("weak, test", _WEAK, "test"),
    World("weak, test run", _WEAK, "test", run=True),
)
"""By the labels a tier is good where it suffices."""

"""The configuration that one action sees from start to end; a reload makes a new snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.settings import Settings
from routerd.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The settings and the usable models of each tier."""

    settings: Settings
    usable: Mapping[Tier, tuple[ModelRef, ...]]
    """Models whose provider has a key or needs none, and the built-in engine if the policy allows it."""

    def limited(self, per_action: Decimal, by: str) -> Snapshot:
        """The same with one action limited to so many dollars by ``by``, where it is not limited to less."""
        budget = self.settings.budget.lowered(per_action, by)
        return replace(self, settings=replace(self.settings, budget=budget))

    def stronger(self, tier: Tier) -> Tier | None:
        """The next stronger tier that has a usable model; ``None`` if there is none."""
        above = tier.and_above()[1:]
        return next((step for step in above if any(model != OFFLINE for model in self.usable.get(step, ()))), None)

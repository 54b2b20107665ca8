"""What one action sees of the configuration, from its start to its end; a reload makes a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.settings import Settings
from routerd.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The settings and, of each tier's models, those that can be asked here and now."""

    settings: Settings
    usable: Mapping[Tier, tuple[ModelRef, ...]]
    """Models whose provider has a key or needs none; the built-in engine where the policy lets it in."""

    def stronger(self, tier: Tier) -> Tier | None:
        """The next tier above one of which a model can be asked; ``None`` where there is none."""
        above = tier.and_above()[1:]
        return next((step for step in above if any(model != OFFLINE for model in self.usable.get(step, ()))), None)

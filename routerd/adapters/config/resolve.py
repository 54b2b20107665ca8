"""Which models of each tier can be asked with the keys at hand; pure, it reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.settings import OfflinePolicy, Settings
from routerd.domain.tier import Tier


def usable_tiers(settings: Settings, available: AbstractSet[str]) -> Mapping[Tier, tuple[ModelRef, ...]]:
    """Each tier's models whose provider is available, in order, and the built-in engine where it is let in.

    A tier may be empty: under the policy ``never``, or where other tiers can be asked.
    """
    askable = available | {OFFLINE.provider}
    usable = {
        tier: tuple(model for model in models if model.provider in askable) for tier, models in settings.tiers.items()
    }
    policy = settings.routing.offline
    if policy is OfflinePolicy.LAST_RESORT:
        return {tier: tuple(dict.fromkeys((*models, OFFLINE))) for tier, models in usable.items()}
    if policy is OfflinePolicy.WHEN_UNCONFIGURED and not any(usable.values()):
        return dict.fromkeys(usable, (OFFLINE,))
    return usable

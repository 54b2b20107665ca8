"""The names of models that clients of the gateway may ask for: ``auto``, tiers, provider/model and aliases."""

from __future__ import annotations

from fnmatch import fnmatchcase

from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.quote import Candidate, Route
from routerd.domain.settings import Snapshot
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, RefusalCode

AUTO = "auto"


def valid_names(snapshot: Snapshot) -> tuple[str, ...]:
    """Every name that can be listed: ``auto``, the tiers, and the models of the tiers that can be asked."""
    models = (str(model) for tier in Tier for model in snapshot.usable.get(tier, ()) if model != OFFLINE)
    return tuple(dict.fromkeys((AUTO, *Tier, *models)))


def meant_by(name: str, snapshot: Snapshot) -> str:
    """The name itself, or what the longest alias that fits it stands for."""
    if name == AUTO or name in list(Tier):
        return name
    fitting = [alias for alias in snapshot.settings.http.aliases if fnmatchcase(name, alias)]
    return snapshot.settings.http.aliases[max(fitting, key=len)] if fitting else name


def named_route(name: str, snapshot: Snapshot) -> Route | Refusal:
    """The route for any name but ``auto``."""
    meant = meant_by(name, snapshot)
    because = f"{name} was asked for" if meant == name else f"{name} is an alias of {meant}"
    if meant in list(Tier):
        tier = Tier(meant)
        models = tuple(model for model in snapshot.usable.get(tier, ()) if model != OFFLINE)
        if not models:
            return Refusal(f"No model of {tier} can be asked: set the key of a provider.", RefusalCode.PROVIDER)
        return Route((Candidate(tier, models),), because)
    provider, slash, model = meant.partition("/")
    if not (slash and model and provider in snapshot.settings.providers):
        return Refusal(
            f"There is no model '{name[:100]}'. There are {', '.join(valid_names(snapshot))}, any PROVIDER/MODEL of a "
            "configured provider, and the aliases under [http.aliases].",
            RefusalCode.MODEL,
        )
    chosen = ModelRef(provider, model)
    return Route((Candidate(tier_of(chosen, snapshot), (chosen,)),), because)


def tier_of(model: ModelRef, snapshot: Snapshot) -> Tier:
    """The strongest tier that lists a model, for the ledger; one that none lists counts as the architect's."""
    listing = [tier for tier in Tier if model in snapshot.settings.tiers.get(tier, ())]
    return max(listing, key=lambda tier: tier.rank, default=Tier.ARCHITECT)

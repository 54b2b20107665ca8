"""Route: which tier an action deserves, and from there a ladder of rungs, with the reason in words."""

from __future__ import annotations

from dataclasses import replace

from routerd.domain.action import ActionSpec, Request
from routerd.domain.classification import Classification
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.quote import Route, Rung
from routerd.domain.snapshot import Snapshot
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal


def route(
    request: Request, spec: ActionSpec, snapshot: Snapshot, classification: Classification | None
) -> Route | Refusal:
    """The ladder for a request, cheapest sensible rung first.

    Explicit choice wins, then the action's tier, then the user's own words; where those do not say
    enough, the configured default, never below what they point at.
    """
    routing = snapshot.settings.routing
    tier, reason = _tier(request, spec, snapshot, classification)
    if request.model is not None:
        return Route((Rung(tier, (request.model,)),), f"model {request.model} was asked for", classification)
    ladder = tuple(
        Rung(step, models)
        for step in tier.and_above()
        if (models := tuple(m for m in snapshot.usable.get(step, ()) if m != OFFLINE))
    )
    if not routing.escalate:
        ladder = ladder[:1]
    ladder = _without_repeats(ladder)
    if any(OFFLINE in models for models in snapshot.usable.values()):
        ladder += (Rung(tier, (OFFLINE,)),)
    if not ladder:
        return _below(tier, snapshot, reason, classification)
    if ladder[0].models == (OFFLINE,):
        reason += "; no provider is configured, so the built-in engine answers"
    elif ladder[0].tier is not tier:
        reason += f"; no model of {tier} can be asked here, so {ladder[0].tier} answers"
    return Route(ladder, reason, classification)


def _tier(
    request: Request, spec: ActionSpec, snapshot: Snapshot, classification: Classification | None
) -> tuple[Tier, str]:
    if request.tier is not None:
        return request.tier, f"{request.tier} was asked for"
    configured = snapshot.settings.actions.get(spec.name, spec.tier)
    if configured is not None:
        return configured, f"{spec.name} goes to {configured}"
    default = snapshot.settings.routing.default_tier
    if classification is None:
        return default, f"nothing to classify, so {default}"
    nearest = f"nearest: '{classification.nearest[0].text}'" if classification.nearest else "no prototype near"
    if classification.confident:
        return classification.tier, nearest
    tier = max(default, classification.tier, key=lambda t: t.rank)
    return tier, f"unsure ({nearest}), so {tier}"


def _without_repeats(ladder: tuple[Rung, ...]) -> tuple[Rung, ...]:
    """A stronger rung that would ask only models already asked is no escalation."""
    asked: set[ModelRef] = set()
    kept = []
    for rung in ladder:
        models = tuple(model for model in rung.models if model not in asked)
        asked.update(models)
        if models:
            kept.append(replace(rung, models=models))
    return tuple(kept)


def _below(tier: Tier, snapshot: Snapshot, reason: str, classification: Classification | None) -> Route | Refusal:
    weaker = sorted((t for t, models in snapshot.usable.items() if models), key=lambda t: -t.rank)
    if weaker:
        rung = Rung(weaker[0], snapshot.usable[weaker[0]])
        return Route((rung,), f"{reason}; only {weaker[0]} can be asked here", classification)
    return Refusal(
        "No provider has a key and the built-in engine is off: run 'routerd config init' and set a key.",
        "provider",
    )

"""Route: chooses the tier of an action and the chain of candidates from there, with the reason as text."""

from __future__ import annotations

from dataclasses import replace

from routerd.domain.action import ActionSpec, Request
from routerd.domain.classification import Classification, Signal
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.quote import Candidate, Route
from routerd.domain.settings import Snapshot
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, RefusalCode

LARGE_TOKENS = 8_000
"""About 800 lines, or twenty screens. After a wrong answer the next candidate reads all of it again at full price,
so starting too low saves least here."""

_AT_LEAST = {
    Signal.STACK_TRACE: Tier.LOGIC,
    Signal.MANY_FILES: Tier.ARCHITECT,
    Signal.CONCURRENCY: Tier.ARCHITECT,
    Signal.LARGE_TARGET: Tier.ARCHITECT,
}
"""The tier that a signal raises an unsure classification to. Of the labelled instructions in tests/bench/routing with
concurrency and failure, or with many files, nine of ten are the architect's."""


def local_signals(seen_in_words: tuple[Signal, ...], target_tokens: int) -> tuple[Signal, ...]:
    """The signals of the instruction, and that of the target's size."""
    return (*seen_in_words, Signal.LARGE_TARGET) if target_tokens > LARGE_TOKENS else seen_in_words


def route(
    request: Request,
    spec: ActionSpec,
    snapshot: Snapshot,
    classification: Classification | None,
    signals: tuple[Signal, ...] = (),
) -> Route | Refusal:
    """The chain for a request, cheapest suitable candidate first.

    An explicit choice wins (``above``, then a model, then a tier), then the action's tier, then the classification
    of the instruction; if unsure, the configured default, but no tier below what that or the signals suggest.
    """
    if request.above is not None:
        stronger = snapshot.stronger(request.above)
        if stronger is None:
            return Refusal(f"No tier above {request.above} has a model that can be asked here.", RefusalCode.TIER)
        reason = f"a tier above {request.above} was asked for"
        return _chain(spec, stronger, snapshot, Route((), reason, classification, signals))
    tier, reason = _tier(request, spec, snapshot, classification, signals)
    if request.model == OFFLINE and not spec.offline:
        return _needs_a_model(spec)
    if request.model is not None:
        return Route(
            (Candidate(tier, (request.model,)),), f"model {request.model} was asked for", classification, signals
        )
    found = _chain(spec, tier, snapshot, Route((), reason, classification, signals))
    if isinstance(found, Refusal) or request.tier is not None:
        return found
    return replace(found, below=_weaker(spec, tier, snapshot, found.chain))


def _chain(spec: ActionSpec, tier: Tier, snapshot: Snapshot, wanted: Route) -> Route | Refusal:
    """The candidates from a tier on; the reason also says if another tier or the built-in engine must answer."""
    reason = wanted.reason
    chain = tuple(
        Candidate(step, models)
        for step in tier.and_above()
        if (models := tuple(m for m in snapshot.usable.get(step, ()) if m != OFFLINE))
    )
    if not snapshot.settings.routing.escalate:
        chain = chain[:1]
    chain = _without_repeats(chain)
    if spec.offline and any(OFFLINE in models for models in snapshot.usable.values()):
        chain += (Candidate(tier, (OFFLINE,)),)
    if not chain:
        return _below(spec, snapshot, wanted)
    if chain[0].models == (OFFLINE,):
        reason += "; no provider is configured, so the built-in engine answers"
    elif chain[0].tier is not tier:
        reason += f"; no model of {tier} can be asked here, so {chain[0].tier} answers"
    return replace(wanted, chain=chain, reason=reason)


def _weaker(spec: ActionSpec, tier: Tier, snapshot: Snapshot, chain: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """The candidates below the tier of an action whose answers a check can judge; none without escalation."""
    if spec.tier is not tier or spec.penalty.noticed == 0 or not snapshot.settings.routing.escalate:
        return ()
    if chain[0].models == (OFFLINE,):
        return ()
    asked = {model for candidate in chain for model in candidate.models} | {OFFLINE}
    weaker = (
        Candidate(step, tuple(model for model in snapshot.usable.get(step, ()) if model not in asked))
        for step in sorted(Tier, key=lambda step: step.rank)
        if step.rank < tier.rank
    )
    return _without_repeats(tuple(candidate for candidate in weaker if candidate.models))


def _tier(
    request: Request,
    spec: ActionSpec,
    snapshot: Snapshot,
    words: Classification | None,
    signals: tuple[Signal, ...],
) -> tuple[Tier, str]:
    if request.tier is not None:
        return request.tier, f"{request.tier} was asked for"
    configured = snapshot.settings.actions.get(spec.name, spec.tier)
    if configured is not None:
        return configured, f"{spec.name} goes to {configured}"
    default = snapshot.settings.routing.default_tier
    if words is None:
        return default, f"nothing to classify, so {default}"
    nearest = f"nearest: '{words.nearest[0].text}'" if words.nearest else "no prototype near"
    beside = "".join(f"; {signal}" for signal in signals)
    beside += f"; {words.caveat}" if words.caveat else ""
    if words.confident:
        return words.tier, nearest + beside
    tier = max(default, words.tier, *(_AT_LEAST[signal] for signal in signals), key=lambda t: t.rank)
    return tier, f"unsure ({nearest}){beside}, so {tier}"


def _without_repeats(chain: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Drops stronger candidates that would only ask models already in the chain."""
    asked: set[ModelRef] = set()
    distinct = []
    for candidate in chain:
        models = tuple(model for model in candidate.models if model not in asked)
        asked.update(models)
        if models:
            distinct.append(replace(candidate, models=models))
    return tuple(distinct)


def _below(spec: ActionSpec, snapshot: Snapshot, wanted: Route) -> Route | Refusal:
    paid = {tier: tuple(m for m in models if m != OFFLINE) for tier, models in snapshot.usable.items()}
    weaker = sorted((tier for tier, models in paid.items() if models), key=lambda t: -t.rank)
    if weaker:
        candidate = Candidate(weaker[0], paid[weaker[0]])
        return replace(wanted, chain=(candidate,), reason=f"{wanted.reason}; only {weaker[0]} can be asked here")
    if any(snapshot.usable.values()):
        return _needs_a_model(spec)
    return Refusal(
        "No provider has a key and the built-in engine is off: run 'routerd config init' and set a key.",
        RefusalCode.PROVIDER,
    )


def _needs_a_model(spec: ActionSpec) -> Refusal:
    return Refusal(
        f"The built-in engine has no answer for '{spec.name}': run 'routerd config init' and set a provider's key.",
        RefusalCode.PROVIDER,
    )

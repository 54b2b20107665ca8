"""Decision: quotes, admission and the choice by expected cost; the one place that chooses the first model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from routerd.domain.acceptance import PRIOR, PRIOR_BELOW
from routerd.domain.action import Request
from routerd.domain.forecast import Forecast, PricedCandidate, Quote
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.prompt import Question
from routerd.domain.quote import Candidate, Route, Tariff
from routerd.domain.settings import Quirks, Settings, Snapshot
from routerd.domain.stakes import Choice, Option
from routerd.domain.tier import Tier
from routerd.pipeline.dependencies import Dependencies
from routerd.routing.expected_cost import choose
from routerd.routing.prompt_cache import cached_prefix_tokens
from routerd.routing.quoted_options import expected, option, stakes
from routerd.steps.admit import admitted
from routerd.steps.quote import cap, most, quote, terms


@dataclass(frozen=True, slots=True)
class Decision:
    """The models to call and their cost, for given sizes of prompt and target, at one moment."""

    route: Route
    """The chain after admission; the configured chain where nothing was admitted."""
    quotes: Mapping[ModelRef, Quote]
    """For each model that is configured for the action."""
    asked: tuple[Quote, ...]
    """One for each candidate of the route: the quote of its first deployment."""
    forecast: Forecast
    """Shown by every frontend."""
    cap: Decimal | None
    """Highest cost of the action in dollars; ``None`` where prices are unknown."""


@dataclass(frozen=True, slots=True)
class Situation:
    """The input of a decision: a question with its chain, and its sizes in tokens."""

    question: Question
    configured: Route
    counted: int
    likely: int
    baseline: Tariff | None
    now: datetime
    known: Mapping[ModelRef, Tariff] = field(default_factory=dict)
    """Tariffs that were asked for at this moment."""


def decided(case: Situation, snapshot: Snapshot, deps: Dependencies) -> Decision:
    """Quote, admit, prune and forecast; the only place that chooses the first model, for a hover as for a run."""
    settings, route, request = snapshot.settings, case.configured, case.question.request
    left = deps.ledger.limits(case.now, request.origin)
    kinds = tuple(mask.kind for mask in case.question.masks)
    quotes = {
        model: _quoted(case, Candidate(candidate.tier, (model,)), settings, deps)
        for candidate in (*route.below, *route.chain)
        for model in candidate.models
    }
    chain, refusals = admitted(route.chain, quotes, case.counted, settings.budget, left)
    below, _ = admitted(route.below, quotes, case.counted, settings.budget, left)
    skipped = {model: found.short or found.message for model, found in refusals.items()}
    if not chain:
        asked = tuple(quotes[candidate.models[0]] for candidate in route.chain)
        candidates = _candidates(route, quotes, skipped)
        forecast = Forecast(asked[0].estimate, None, None, candidates, next(iter(refusals.values())), masked=kinds)
        return Decision(route, quotes, asked, forecast, None)
    allowed = replace(route, chain=chain)
    choice: Choice | None = None
    if not request.chosen:
        allowed, choice, left_out = _chosen(case, replace(allowed, below=below), quotes, settings, deps)
        skipped |= left_out
    asked = tuple(quotes[deps.engine.first(case.question, candidate)] for candidate in allowed.chain)
    likely = expected(asked, settings.routing.escalate)
    capped = cap(settings.budget, likely, asked[0], case.counted)
    bound = most([quotes[model] for candidate in allowed.chain for model in candidate.models], capped)
    begun = tuple(candidate for candidate in allowed.chain if candidate in below)
    candidates = _candidates(replace(route, chain=(*begun, *route.chain)), quotes, skipped)
    with_key = _with_key(case, settings, deps)
    forecast = Forecast(asked[0].estimate, likely, bound, candidates, choice=choice, with_key=with_key, masked=kinds)
    return Decision(allowed, quotes, asked, forecast, capped)


def _chosen(
    case: Situation, route: Route, quotes: Mapping[ModelRef, Quote], settings: Settings, deps: Dependencies
) -> tuple[Route, Choice | None, dict[ModelRef, str]]:
    """The route by expected cost with its arithmetic, and why each model of the chain that is left out is."""
    spec, offline = case.question.spec, tuple(one for one in route.chain if one.models == (OFFLINE,))
    options: dict[Option, Candidate] = {}
    for candidate in (*route.below, *route.chain):
        if candidate not in offline:
            quoted = quotes[deps.engine.first(case.question, candidate)]
            options[option(quoted, candidate in route.below)] = candidate
    if not options or not any(candidate in route.chain for candidate in options.values()):
        return route, None, {}
    default = quotes[deps.engine.first(case.question, route.first)]
    runs = case.question.command is not None
    choice = choose(tuple(options), stakes(spec, default, settings.routing.escalate, runs))
    kept = tuple(options[one] for one in choice.chain)
    left_out = {
        model: f"left out, {choice.reason}"
        for candidate in route.chain
        if candidate not in kept and candidate not in offline
        for model in candidate.models
    }
    reason = "; ".join(filter(None, (route.reason, choice.reason)))
    return replace(route, chain=(*kept, *offline), reason=reason), choice, left_out


def _with_key(case: Situation, settings: Settings, deps: Dependencies) -> PricedCandidate | None:
    """The first configured paid model where only the built-in engine can be asked, unless the user asked for that."""
    if case.question.request.model is not None or any(one.models != (OFFLINE,) for one in case.configured.chain):
        return None
    for tier in case.configured.first.tier.and_above():
        for model in settings.tiers.get(tier, ()):
            if model != OFFLINE:
                quoted = _quoted(case, Candidate(tier, (model,)), settings, deps)
                return _candidate(tier, quoted, None)
    return None


def _quoted(case: Situation, candidate: Candidate, settings: Settings, deps: Dependencies) -> Quote:
    """The quote of a candidate's only model, with its terms and its past acceptance."""
    question, model = case.question, candidate.models[0]
    request, prompt = question.request, question.prompt
    tariff = case.known.get(model) or tariff_of(model, request, deps, case.now)
    if case.counted == prompt.input_tokens:
        warm = cached_prefix_tokens(model, tariff.price, prompt.messages, deps.recent.all(), deps.counter, case.now)
        tariff = replace(tariff, cached_tokens=warm)
    sized = replace(prompt, input_tokens=case.counted)
    estimate = quote(question.spec, candidate, sized, case.likely, tariff, case.baseline)
    own = settings.models.get(str(model)) or settings.models.get(model.model)
    provider = settings.providers.get(model.provider)
    known = deps.ledger.acceptance(model, request.action, request.document.language)
    weaker = any(model in one.models for one in case.configured.below)
    known = replace(known, prior=PRIOR_BELOW if weaker else PRIOR)
    return Quote(
        estimate, terms(estimate, tariff.token_calibration, own, provider.quirks if provider else Quirks()), known
    )


def _candidates(
    route: Route, quotes: Mapping[ModelRef, Quote], skipped: Mapping[ModelRef, str]
) -> tuple[PricedCandidate, ...]:
    """Every model of the chain with its price, and why it will not be called."""
    return tuple(
        _candidate(candidate.tier, quotes[model], skipped.get(model))
        for candidate in route.chain
        for model in candidate.models
    )


def _candidate(tier: Tier, quoted: Quote, skipped: str | None) -> PricedCandidate:
    price, model = quoted.estimate.cost, quoted.estimate.model
    accepted = None if model == OFFLINE else quoted.acceptance.likely
    return PricedCandidate(model, tier, price.likely if price else None, accepted, skipped)


def tariff_of(model: ModelRef, request: Request, deps: Dependencies, now: datetime) -> Tariff:
    """The price and calibration of a model, without what its prompt cache holds."""
    token_calibration = deps.ledger.token_calibration(model, request.action, request.document.language)
    return Tariff(model, deps.catalogue.price(model, now), token_calibration)

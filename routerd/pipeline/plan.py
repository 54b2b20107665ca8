"""Plan: everything that is decided before anything is sent, and the dependencies that this needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from routerd.actions import named
from routerd.domain import ports
from routerd.domain.action import Contract, Request
from routerd.domain.forecast import Forecast, PricedCandidate, Quote
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.prompt import Question, target_key
from routerd.domain.quote import Candidate, Estimate, Route, Tariff
from routerd.domain.settings import Quirks, Settings, Snapshot
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.routing.prompt_cache import cached_prefix_tokens
from routerd.routing.pruning import not_worth, prune_chain
from routerd.routing.route import local_signals, route
from routerd.routing.session_affinity import PromptSize, cached_prefix, keep_session_model
from routerd.routing.words import own_words
from routerd.steps.admit import admitted
from routerd.steps.compose import PromptInput, compose, target_text
from routerd.steps.conventions import conventions
from routerd.steps.gather import Surroundings, gather
from routerd.steps.mask import hidden, masked, secret_file_refusal
from routerd.steps.quote import cap, expected, likely_output, most, quote, terms
from routerd.steps.resolve import resolve, unreadable


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything outside the pipeline, by its Protocol."""

    counter: ports.Counter
    secrets: ports.Secrets
    grammar: ports.Grammar
    catalogue: ports.Catalogue
    classifier: ports.Classifier
    recent: ports.RecentTurns
    engine: ports.Engine
    workspace: ports.Workspace
    ledger: ports.Ledger
    cache: ports.ReplyCache
    runner: ports.Runner
    worker: ports.Worker
    clock: Callable[[], datetime]


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
class Plan:
    """Everything that is decided before anything is sent."""

    question: Question
    configured: Route
    """The chain before admission."""
    decision: Decision
    prior_output: int
    baseline: Tariff | None

    @property
    def route(self) -> Route:
        """The chain after admission."""
        return self.decision.route

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """One for each candidate of the route."""
        return tuple(quote.estimate for quote in self.decision.asked)

    @property
    def forecast(self) -> Forecast:
        """Shown by every frontend."""
        return self.decision.forecast


def plan(request: Request, snapshot: Snapshot, deps: Dependencies, fresh: bool = False) -> Plan | Refusal:
    """Resolve, gather, compose, route, quote and admit; no model call, and no disk unless ``fresh``.

    ``fresh`` reads the existing tests from disk, where an estimate trusts the index in memory.
    Raises UsageError for an action that does not exist.
    """
    spec = named(request.action)
    document, settings, now = request.document, snapshot.settings, deps.clock()
    project = deps.workspace.project(document.uri)
    name = project.relative(document.uri).rpartition("/")[2]
    unread = unreadable(document.text, name) or secret_file_refusal(name)
    if unread is not None:
        return unread
    outline = deps.grammar.outline(document)
    target = resolve(request, spec, outline, deps.grammar.knows(document.language), name)
    if isinstance(target, Refusal):
        return target
    habits = conventions(document, target, project)
    if spec.contract is Contract.TESTS and habits.test_path is None:
        return Refusal(f"{name} holds tests itself; routerd knows no file for tests of it.", RefusalCode.SCOPE)
    if fresh and habits.test_path:
        tests = deps.workspace.chosen(
            habits.uri(habits.test_path), document.uri, writes=spec.contract is Contract.TESTS
        )
        if isinstance(tests, Refusal) and spec.contract is Contract.TESTS:
            return replace(tests, message=f"Nothing was sent, as the tests have no place to go to: {tests.message}")
        habits = replace(habits, test_file=None if isinstance(tests, Refusal) else tests)
    callers = request.changed.callers if request.changed else ()
    spans = target.pieces or (target.span,)
    used = tuple(dict.fromkeys(name for span in spans for name in deps.grammar.names(document, span)))
    around = Surroundings(document, target, used, project, habits, callers)
    context = gather(spec, around, deps.counter)
    prompt = compose(PromptInput(spec, request, target, habits, context), settings.instructions, deps.counter)
    prompt, masks = masked(prompt, document.text.string, name, deps.secrets, deps.counter)
    size = deps.counter.count(target_text(spec, document, target))
    likely = likely_output(spec, size, target)
    words = own_words(request.instruction)
    classification = (
        deps.classifier.classify(hidden(words.text, masks)) if spec.tier is None and request.instruction else None
    )
    chosen = route(request, spec, snapshot, classification, local_signals(words.signals, size))
    if isinstance(chosen, Refusal):
        return chosen
    if request.replace and chosen.first.models == (OFFLINE,) and any(symbol.doc for symbol in target.symbols):
        return Refusal(
            "Documented already, and without a model routerd rewrites no documentation: run 'routerd config init' and "
            "set a key.",
            RefusalCode.PROVIDER,
        )
    question = Question(spec, request, target, habits, prompt, context, masks)
    turn = deps.recent.last(target_key(question))
    if turn is not None and not request.chosen:
        warm = cached_prefix(turn, prompt, deps.counter, now)
        chosen = keep_session_model(
            chosen, warm, snapshot, PromptSize(prompt.input_tokens, likely), lambda m: _tariff(m, request, deps, now)
        )
    reference = settings.tiers.get(settings.routing.baseline, ())
    baseline = _tariff(reference[0], request, deps, now) if reference else None
    known = {baseline.model: baseline} if baseline else {}
    decision = _decided(_Case(question, chosen, prompt.input_tokens, likely, baseline, now, known), snapshot, deps)
    prompt = replace(prompt, max_output=decision.asked[0].terms.max_output)
    return Plan(replace(question, prompt=prompt), chosen, decision, likely, baseline)


def forecast_again(planned: Plan, snapshot: Snapshot, deps: Dependencies, counted: int, size: int) -> Forecast:
    """The forecast of a plan at the current sizes of prompt (``counted``) and target (``size``), in tokens."""
    question = planned.question
    likely = likely_output(question.spec, size, question.target)
    case = _Case(question, planned.configured, counted, likely, planned.baseline, deps.clock())
    return _decided(case, snapshot, deps).forecast


@dataclass(frozen=True, slots=True)
class _Case:
    """The input of a decision at one moment: a question with its chain, and its sizes in tokens."""

    question: Question
    configured: Route
    counted: int
    likely: int
    baseline: Tariff | None
    now: datetime
    known: Mapping[ModelRef, Tariff] = field(default_factory=dict)
    """Tariffs that were asked for at this moment."""


def _decided(case: _Case, snapshot: Snapshot, deps: Dependencies) -> Decision:
    """Quote, admit, prune and forecast; the only place that chooses the first model, for a hover as for a run."""
    settings, route, request = snapshot.settings, case.configured, case.question.request
    left = deps.ledger.limits(case.now, request.origin)
    kinds = tuple(mask.kind for mask in case.question.masks)
    quotes = {
        model: _quoted(case, Candidate(candidate.tier, (model,)), settings, deps)
        for candidate in route.chain
        for model in candidate.models
    }
    chain, refusals = admitted(route.chain, quotes, case.counted, settings.budget, left)
    skipped = {model: found.short or found.message for model, found in refusals.items()}
    if not chain:
        asked = tuple(quotes[candidate.models[0]] for candidate in route.chain)
        candidates = _candidates(route, quotes, skipped)
        forecast = Forecast(asked[0].estimate, None, None, candidates, next(iter(refusals.values())), masked=kinds)
        return Decision(route, quotes, asked, forecast, None)
    allowed = replace(route, chain=chain)
    asked = tuple(quotes[deps.engine.first(case.question, candidate)] for candidate in chain)
    if request.model is None and request.tier is None:
        estimates, known = [quote.estimate for quote in asked], [quote.acceptance for quote in asked]
        for index, why in not_worth(allowed, estimates, known).items():
            skipped |= dict.fromkeys(chain[index].models, why)
        asked = tuple(quote for quote in asked if quote.estimate.model not in skipped)
        allowed, _ = prune_chain(allowed, estimates, known)
    likely = expected(asked, settings.routing.escalate)
    capped = cap(settings.budget, likely, asked[0], case.counted)
    bound = most([quotes[model] for candidate in allowed.chain for model in candidate.models], capped)
    candidates = _candidates(route, quotes, skipped)
    forecast = Forecast(
        asked[0].estimate, likely, bound, candidates, with_key=_with_key(case, settings, deps), masked=kinds
    )
    return Decision(allowed, quotes, asked, forecast, capped)


def _with_key(case: _Case, settings: Settings, deps: Dependencies) -> PricedCandidate | None:
    """The first configured paid model where only the built-in engine can be asked, unless the user asked for that."""
    if case.question.request.model is not None or any(one.models != (OFFLINE,) for one in case.configured.chain):
        return None
    for tier in case.configured.first.tier.and_above():
        for model in settings.tiers.get(tier, ()):
            if model != OFFLINE:
                quoted = _quoted(case, Candidate(tier, (model,)), settings, deps)
                return _candidate(tier, quoted, None)
    return None


def _quoted(case: _Case, candidate: Candidate, settings: Settings, deps: Dependencies) -> Quote:
    """The quote of a candidate's only model, with its terms and its past acceptance."""
    question, model = case.question, candidate.models[0]
    request, prompt = question.request, question.prompt
    tariff = case.known.get(model) or _tariff(model, request, deps, case.now)
    if case.counted == prompt.input_tokens:
        warm = cached_prefix_tokens(model, tariff.price, prompt.messages, deps.recent.all(), deps.counter, case.now)
        tariff = replace(tariff, cached_tokens=warm)
    sized = replace(prompt, input_tokens=case.counted)
    estimate = quote(question.spec, candidate, sized, case.likely, tariff, case.baseline)
    own = settings.models.get(str(model)) or settings.models.get(model.model)
    provider = settings.providers.get(model.provider)
    known = deps.ledger.acceptance(model, request.action, request.document.language)
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


def _tariff(model: ModelRef, request: Request, deps: Dependencies, now: datetime) -> Tariff:
    """The price and calibration of a model, without what its prompt cache holds."""
    token_calibration = deps.ledger.token_calibration(model, request.action, request.document.language)
    return Tariff(model, deps.catalogue.price(model, now), token_calibration)

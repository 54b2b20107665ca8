"""Plan: everything that is decided before anything is sent, and the dependencies that this needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from routerd.actions import catalog, named
from routerd.domain import ports
from routerd.domain.acceptance import PRIOR, PRIOR_BELOW
from routerd.domain.action import ActionSpec, Contract, Request
from routerd.domain.classification import Classification
from routerd.domain.conversation import target_key
from routerd.domain.expected_cost import Choice, Option
from routerd.domain.forecast import Forecast, PricedCandidate, Quote
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.prompt import Prompt, Question
from routerd.domain.quote import Candidate, Estimate, Route, Tariff
from routerd.domain.settings import Quirks, Settings
from routerd.domain.snapshot import Snapshot
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.routing.expected_cost import choose
from routerd.routing.prompt_cache import cached_prefix_tokens
from routerd.routing.recognised import recognised
from routerd.routing.route import local_signals, route
from routerd.routing.session_affinity import PromptSize, cached_prefix, keep_session_model
from routerd.routing.words import OwnWords, own_words
from routerd.steps.admit import refusal
from routerd.steps.compose import PromptInput, compose, target_text
from routerd.steps.conventions import conventions
from routerd.steps.forecast import cap, expected, most, option, stakes
from routerd.steps.gather import Surroundings, gather
from routerd.steps.quote import likely_output, quote
from routerd.steps.resolve import resolve, unreadable
from routerd.steps.terms import terms


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything outside the pipeline, by its Protocol."""

    counter: ports.Counter
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

    ``fresh`` reads the existing tests from disk, where an estimate trusts the index in memory. An instruction that
    asks for another action is planned as that action, on the tier of its words; if that is not possible here, as it is.
    Raises UsageError for an action that does not exist.
    """
    asked = named(request.action)
    words = own_words(request.instruction)
    if asked.tier is not None or not request.instruction:
        return _planned(request, asked, (words, None), snapshot, deps, fresh)
    found = deps.classifier.classify(words.text)
    action = recognised(words.text, found, catalog())
    if action is not None:
        meant = _planned(replace(request, action=action), asked, (words, found), snapshot, deps, fresh)
        if not isinstance(meant, Refusal):
            return meant
    return _planned(request, asked, (words, found), snapshot, deps, fresh)


def _planned(
    request: Request,
    asked: ActionSpec,
    told: tuple[OwnWords, Classification | None],
    snapshot: Snapshot,
    deps: Dependencies,
    fresh: bool,
) -> Plan | Refusal:
    """The plan of a request that was ``asked`` as the same or another action, with what its words tell."""
    spec, (words, classification) = named(request.action), told
    document, settings = request.document, snapshot.settings
    project = deps.workspace.project(document.uri)
    name = project.relative(document.uri).rpartition("/")[2]
    unread = unreadable(document.text, name)
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
    used = deps.grammar.names(document, target.span)
    around = Surroundings(document, target, used, project, habits)
    context = gather(spec, around, deps.counter)
    prompt = compose(PromptInput(spec, request, target, habits, context), settings.instructions, deps.counter)
    size = deps.counter.count(target_text(spec, document, target))
    likely = likely_output(spec, size, target)
    routed = spec if spec is asked else replace(asked, offline=spec.offline)
    chosen = route(request, routed, snapshot, classification, local_signals(words.signals, size))
    if isinstance(chosen, Refusal):
        return chosen
    if request.replace and chosen.first.models == (OFFLINE,) and any(symbol.doc for symbol in target.symbols):
        return Refusal(
            "Documented already, and without a model routerd rewrites no documentation: run 'routerd config init' and "
            "set a key.",
            RefusalCode.PROVIDER,
        )
    question = Question(spec, request, target, habits, prompt, context)
    turn = deps.recent.last(target_key(question))
    if turn is not None and not request.chosen:
        warm = cached_prefix(turn, prompt, deps.counter, deps.clock())
        chosen = keep_session_model(
            chosen, warm, snapshot, PromptSize(prompt.input_tokens, likely), lambda m: _tariff(m, request, deps)
        )
    reference = settings.tiers.get(settings.routing.baseline, ())
    baseline = _tariff(reference[0], request, deps) if reference else None
    decision = _decided(_Case(question, chosen, prompt.input_tokens, likely, baseline), snapshot, deps)
    prompt = replace(prompt, max_output=decision.asked[0].terms.max_output)
    return Plan(replace(question, prompt=prompt), chosen, decision, likely, baseline)


def forecast_again(planned: Plan, snapshot: Snapshot, deps: Dependencies, counted: int, size: int) -> Forecast:
    """The forecast of a plan at the current sizes of prompt (``counted``) and target (``size``), in tokens."""
    question = planned.question
    likely = likely_output(question.spec, size, question.target)
    case = _Case(question, planned.configured, counted, likely, planned.baseline)
    return _decided(case, snapshot, deps).forecast


@dataclass(frozen=True, slots=True)
class _Case:
    """The input of a decision: a question with its chain, and its sizes in tokens."""

    question: Question
    configured: Route
    counted: int
    likely: int
    baseline: Tariff | None


def _decided(case: _Case, snapshot: Snapshot, deps: Dependencies) -> Decision:
    """Quote, admit, prune and forecast; the only place that chooses the first model, for a hover as for a run."""
    settings, route, request = snapshot.settings, case.configured, case.question.request
    left = deps.ledger.limits(deps.clock())
    quotes = {
        model: _quoted(case, Candidate(candidate.tier, (model,)), settings, deps)
        for candidate in (*route.below, *route.chain)
        for model in candidate.models
    }
    refusals = {
        model: found
        for model, quote in quotes.items()
        if (found := refusal(quote, case.counted, settings.budget, left)) is not None
    }
    below, chain = (
        tuple(
            Candidate(candidate.tier, models)
            for candidate in candidates
            if (models := tuple(model for model in candidate.models if model not in refusals))
        )
        for candidates in (route.below, route.chain)
    )
    skipped = {model: found.short or found.message for model, found in refusals.items()}
    if not chain:
        asked = tuple(quotes[candidate.models[0]] for candidate in route.chain)
        candidates = _candidates(route, quotes, skipped)
        forecast = Forecast(asked[0].estimate, None, None, candidates, next(iter(refusals.values())))
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
    forecast = Forecast(asked[0].estimate, likely, bound, candidates, choice=choice, with_key=with_key)
    return Decision(allowed, quotes, asked, forecast, capped)


def _chosen(
    case: _Case, route: Route, quotes: Mapping[ModelRef, Quote], settings: Settings, deps: Dependencies
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
    runs = settings.test_command is not None
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
    same = case.counted == prompt.input_tokens
    tariff = _tariff(model, request, deps, prompt if same else None)
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
    price = quoted.estimate.cost
    accepted = None if quoted.model == OFFLINE else quoted.acceptance.likely
    return PricedCandidate(quoted.model, tier, price.likely if price else None, accepted, skipped)


def _tariff(model: ModelRef, request: Request, deps: Dependencies, prompt: Prompt | None = None) -> Tariff:
    """The price and calibration of a model; with a prompt, also the prefix that its prompt cache should hold."""
    now = deps.clock()
    token_calibration = deps.ledger.token_calibration(model, request.action, request.document.language)
    price = deps.catalogue.price(model, now)
    warm = cached_prefix_tokens(model, price, prompt.messages, deps.recent.all(), deps.counter, now) if prompt else 0
    return Tariff(model, price, token_calibration, warm)

"""The line's first half: everything that is decided before anything is sent, and what it is decided with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from routerd.actions import named
from routerd.domain import ports
from routerd.domain.action import Contract, Request
from routerd.domain.conversation import target_key
from routerd.domain.forecast import Candidate, Forecast, Quote
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.prompt import Prompt, Question
from routerd.domain.quote import Estimate, Route, Rung, Tariff
from routerd.domain.settings import Quirks, Settings
from routerd.domain.snapshot import Snapshot
from routerd.domain.verdict import Refusal
from routerd.stages.admit import refusal
from routerd.stages.compose import Brief, compose, target_text
from routerd.stages.conventions import conventions
from routerd.stages.forecast import cap, expected, most
from routerd.stages.gather import Surroundings, gather
from routerd.stages.quote import likely_output, quote
from routerd.stages.resolve import resolve, unreadable
from routerd.stages.route import local_signals, route
from routerd.stages.skip import not_worth, worthwhile
from routerd.stages.stay import Size, held, stay
from routerd.stages.terms import terms
from routerd.stages.warmth import warm_tokens
from routerd.stages.words import own_words


@dataclass(frozen=True, slots=True)
class Places:
    """Everything outside the line, by its Protocol."""

    counter: ports.Counter
    grammar: ports.Grammar
    catalogue: ports.Catalogue
    classifier: ports.Classifier
    recent: ports.Recent
    engine: ports.Engine
    workspace: ports.Workspace
    ledger: ports.Ledger
    cache: ports.ReplyCache
    runner: ports.Runner
    worker: ports.Worker
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Decision:
    """Who is asked and what that costs, for a prompt and a target of some size, at some moment."""

    route: Route
    """What may be asked, after admission; where nothing may, what is configured."""
    quotes: Mapping[ModelRef, Quote]
    """Of every model that is configured for the action."""
    asked: tuple[Quote, ...]
    """One for each step of the route: of the model that is asked first there."""
    forecast: Forecast
    """What every surface shows."""
    cap: Decimal | None
    """Dollars that the action may cost at the most; ``None``: nobody can tell."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is decided before anything is sent."""

    question: Question
    configured: Route
    """The ladder before admission."""
    decision: Decision
    prior_output: int
    baseline: Tariff | None

    @property
    def route(self) -> Route:
        """The steps that may be asked."""
        return self.decision.route

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """One for each step of the route."""
        return tuple(quote.estimate for quote in self.decision.asked)

    @property
    def forecast(self) -> Forecast:
        """What every surface shows."""
        return self.decision.forecast


def plan(request: Request, snapshot: Snapshot, places: Places, fresh: bool = False) -> Plan | Refusal:
    """Resolve, gather, compose, route, quote and admit; no model call, and no disk unless ``fresh``.

    ``fresh`` reads the existing tests from disk, where an estimate trusts the index in memory.
    Raises UsageError for an action that does not exist.
    """
    spec = named(request.action)
    document, settings = request.document, snapshot.settings
    project = places.workspace.project(document.uri)
    name = project.relative(document.uri).rpartition("/")[2]
    unread = unreadable(document.text, name)
    if unread is not None:
        return unread
    outline = places.grammar.outline(document)
    target = resolve(request, spec, outline, places.grammar.knows(document.language), name)
    if isinstance(target, Refusal):
        return target
    habits = conventions(document, target, project)
    if spec.contract is Contract.TESTS and habits.test_path is None:
        return Refusal(f"{name} holds tests itself; routerd knows no file for tests of it.", "scope")
    if fresh and habits.test_path:
        tests = places.workspace.chosen(
            habits.uri(habits.test_path), document.uri, writes=spec.contract is Contract.TESTS
        )
        if isinstance(tests, Refusal) and spec.contract is Contract.TESTS:
            return replace(tests, message=f"Nothing was sent, as the tests have no place to go to: {tests.message}")
        habits = replace(habits, test_file=None if isinstance(tests, Refusal) else tests)
    used = places.grammar.names(document, target.span)
    around = Surroundings(document, target, used, project, habits)
    context = gather(spec, around, places.counter)
    prompt = compose(Brief(spec, request, target, habits, context), settings.instructions, places.counter)
    size = places.counter.count(target_text(spec, document, target))
    likely = likely_output(spec, size, target)
    words = own_words(request.instruction)
    classification = places.classifier.classify(words.text) if spec.tier is None and request.instruction else None
    chosen = route(request, spec, snapshot, classification, local_signals(words.signals, size))
    if isinstance(chosen, Refusal):
        return chosen
    question = Question(spec, request, target, habits, prompt, context)
    turn = places.recent.last(target_key(question))
    if turn is not None and not request.chosen:
        warm = held(turn, prompt, places.counter, places.clock())
        chosen = stay(chosen, warm, snapshot, Size(prompt.input_tokens, likely), lambda m: _tariff(m, request, places))
    reference = settings.tiers.get(settings.routing.baseline, ())
    baseline = _tariff(reference[0], request, places) if reference else None
    decision = _decided(_Case(question, chosen, prompt.input_tokens, likely, baseline), snapshot, places)
    prompt = replace(prompt, max_output=decision.asked[0].terms.room)
    return Plan(replace(question, prompt=prompt), chosen, decision, likely, baseline)


def forecast_again(planned: Plan, snapshot: Snapshot, places: Places, counted: int, size: int) -> Forecast:
    """What a plan would foresee now, for a prompt and a target that have these sizes, in tokens, by now."""
    question = planned.question
    likely = likely_output(question.spec, size, question.target)
    case = _Case(question, planned.configured, counted, likely, planned.baseline)
    return _decided(case, snapshot, places).forecast


@dataclass(frozen=True, slots=True)
class _Case:
    """What is to be decided on: a question with a ladder, and its sizes in tokens."""

    question: Question
    configured: Route
    counted: int
    likely: int
    baseline: Tariff | None


def _decided(case: _Case, snapshot: Snapshot, places: Places) -> Decision:
    """Quote, admit, skip and forecast: the one place that decides who is asked first, for a hover and for a run."""
    settings, route, request = snapshot.settings, case.configured, case.question.request
    left = places.ledger.limits(places.clock())
    quotes = {
        model: _quoted(case, Rung(rung.tier, (model,)), settings, places)
        for rung in route.ladder
        for model in rung.models
    }
    refusals = {
        model: found
        for model, quote in quotes.items()
        if (found := refusal(quote, case.counted, settings.budget, left)) is not None
    }
    ladder = tuple(
        Rung(rung.tier, models)
        for rung in route.ladder
        if (models := tuple(model for model in rung.models if model not in refusals))
    )
    skipped = {model: found.short or found.message for model, found in refusals.items()}
    if not ladder:
        asked = tuple(quotes[rung.models[0]] for rung in route.ladder)
        candidates = _candidates(route, quotes, skipped)
        forecast = Forecast(asked[0].estimate, None, None, candidates, next(iter(refusals.values())))
        return Decision(route, quotes, asked, forecast, None)
    allowed = replace(route, ladder=ladder)
    asked = tuple(quotes[places.engine.first(case.question, rung)] for rung in ladder)
    if request.model is None and request.tier is None:
        estimates, known = [quote.estimate for quote in asked], [quote.known for quote in asked]
        for index, why in not_worth(allowed, estimates, known).items():
            skipped |= dict.fromkeys(ladder[index].models, why)
        asked = tuple(quote for quote in asked if quote.model not in skipped)
        allowed, _ = worthwhile(allowed, estimates, known)
    likely = expected(asked, settings.routing.escalate)
    capped = cap(settings.budget, likely, asked[0], case.counted)
    bound = most([quotes[model] for rung in allowed.ladder for model in rung.models], capped)
    forecast = Forecast(asked[0].estimate, likely, bound, _candidates(route, quotes, skipped))
    return Decision(allowed, quotes, asked, forecast, capped)


def _quoted(case: _Case, rung: Rung, settings: Settings, places: Places) -> Quote:
    """The price of asking the one model of a step, with the terms and the past of that model."""
    question, model = case.question, rung.models[0]
    request, prompt = question.request, question.prompt
    same = case.counted == prompt.input_tokens
    tariff = _tariff(model, request, places, prompt if same else None)
    sized = replace(prompt, input_tokens=case.counted)
    estimate = quote(question.spec, rung, sized, case.likely, tariff, case.baseline)
    own = settings.models.get(str(model)) or settings.models.get(model.model)
    provider = settings.providers.get(model.provider)
    known = places.ledger.acceptance(model, request.action, request.document.language)
    return Quote(estimate, terms(estimate, tariff.learned, own, provider.quirks if provider else Quirks()), known)


def _candidates(
    route: Route, quotes: Mapping[ModelRef, Quote], skipped: Mapping[ModelRef, str]
) -> tuple[Candidate, ...]:
    """Every model of the ladder with its price, and why it will not be asked."""
    found = []
    for rung in route.ladder:
        for model in rung.models:
            price = quotes[model].estimate.cost
            accepted = None if model == OFFLINE else quotes[model].known.likely
            found.append(Candidate(model, rung.tier, price.likely if price else None, accepted, skipped.get(model)))
    return tuple(found)


def _tariff(model: ModelRef, request: Request, places: Places, prompt: Prompt | None = None) -> Tariff:
    """How a model bills; with a prompt, what its cache should hold of it too."""
    now = places.clock()
    learned = places.ledger.learned(model, request.action, request.document.language)
    price = places.catalogue.price(model, now)
    warm = warm_tokens(model, price, prompt.messages, places.recent.all(), places.counter, now) if prompt else 0
    return Tariff(model, price, learned, warm)

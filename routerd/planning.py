"""The line's first half: everything that is decided before anything is sent, and what it is decided with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from routerd.actions import named
from routerd.domain import ports
from routerd.domain.action import Request
from routerd.domain.conversation import target_key
from routerd.domain.model import ModelRef
from routerd.domain.prompt import Prompt, Question
from routerd.domain.quote import Estimate, Route, Tariff
from routerd.domain.settings import Settings
from routerd.domain.snapshot import Snapshot
from routerd.domain.verdict import Refusal
from routerd.stages.compose import Brief, compose, target_text
from routerd.stages.conventions import conventions
from routerd.stages.gather import Surroundings, gather
from routerd.stages.quote import likely_output, quote
from routerd.stages.resolve import resolve, unreadable
from routerd.stages.route import local_signals, route
from routerd.stages.skip import worthwhile
from routerd.stages.stay import Size, held, stay
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
class Plan:
    """All that is decided before anything is sent."""

    question: Question
    route: Route
    estimates: tuple[Estimate, ...]
    """One for each rung of the route's ladder."""
    prior_output: int
    baseline: Tariff | None


def plan(request: Request, snapshot: Snapshot, places: Places, fresh: bool = False) -> Plan | Refusal:
    """Resolve, gather, compose, route and quote; no model call, and no disk unless ``fresh``.

    ``fresh`` reads the existing tests from disk, where an estimate trusts the index in memory.
    Raises UsageError for an action that does not exist.
    """
    spec = named(request.action)
    document, settings = request.document, snapshot.settings
    project = places.workspace.project(document.uri)
    name = project.relative(document.uri).rpartition("/")[2]
    refusal = unreadable(document.text, name)
    if refusal is not None:
        return refusal
    outline = places.grammar.outline(document)
    target = resolve(request, spec, outline, places.grammar.knows(document.language), name)
    if isinstance(target, Refusal):
        return target
    habits = conventions(document, target, project)
    if fresh and habits.test_path:
        habits = replace(habits, test_file=places.workspace.read(f"{habits.root}/{habits.test_path}"))
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
    if turn is not None and request.model is None and request.tier is None:
        warm = held(turn, prompt, places.counter, places.clock())
        chosen = stay(chosen, warm, snapshot, Size(prompt.input_tokens, likely), lambda m: _tariff(m, request, places))
    tariffs = [_tariff(rung.models[0], request, places, prompt) for rung in chosen.ladder]
    reference = settings.tiers.get(settings.routing.baseline, ())
    baseline = _tariff(reference[0], request, places) if reference else None
    estimates = tuple(
        quote(spec, rung, prompt, likely, tariff, baseline) for rung, tariff in zip(chosen.ladder, tariffs, strict=True)
    )
    if request.model is None and request.tier is None:
        known = [places.ledger.acceptance(rung.models[0], spec.name, document.language) for rung in chosen.ladder]
        chosen, estimates = worthwhile(chosen, estimates, known)
    prompt = replace(prompt, max_output=_max_output(estimates[0], settings))
    return Plan(replace(question, prompt=prompt), chosen, estimates, likely, baseline)


def requoted(planned: Plan, request: Request, places: Places, counted: int, size: int) -> Estimate:
    """The first rung's estimate for a prompt and a target that have these sizes, in tokens, by now."""
    question, first = planned.question, planned.route.first
    likely = likely_output(question.spec, size, question.target)
    same = counted == question.prompt.input_tokens
    tariff = _tariff(first.models[0], request, places, question.prompt if same else None)
    prompt = replace(question.prompt, input_tokens=counted)
    return quote(question.spec, first, prompt, likely, tariff, planned.baseline)


def _tariff(model: ModelRef, request: Request, places: Places, prompt: Prompt | None = None) -> Tariff:
    """How a model bills; with a prompt, what its cache should hold of it too."""
    now = places.clock()
    learned = places.ledger.learned(model, request.action, request.document.language)
    price = places.catalogue.price(model, now)
    warm = warm_tokens(model, price, prompt.messages, places.recent.all(), places.counter, now) if prompt else 0
    return Tariff(model, price, learned, warm)


def _max_output(estimate: Estimate, settings: Settings) -> int:
    """The answer's limit: room beyond the high end, as a cut answer costs all and gives nothing."""
    own = settings.models.get(str(estimate.model)) or settings.models.get(estimate.model.model)
    room = 2 * estimate.output_tokens.high + 512
    return min(room, own.max_output) if own and own.max_output else room

"""Plan: everything that is decided before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from routerd.actions import catalog, named
from routerd.domain.action import ActionSpec, Contract, Request
from routerd.domain.classification import Classification
from routerd.domain.forecast import Forecast
from routerd.domain.model import OFFLINE
from routerd.domain.prompt import Question, target_key
from routerd.domain.quote import Estimate, Route, Tariff
from routerd.domain.settings import Snapshot
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.pipeline.decision import Decision, Situation, decided, tariff_of
from routerd.pipeline.dependencies import Dependencies
from routerd.pipeline.project_tests import run_by
from routerd.routing.recognised import recognised
from routerd.routing.route import local_signals, route
from routerd.routing.session_affinity import PromptSize, cached_prefix, keep_session_model
from routerd.routing.words import OwnWords, own_words
from routerd.steps.compose import PromptInput, compose, target_text
from routerd.steps.conventions import conventions
from routerd.steps.gather import Surroundings, gather
from routerd.steps.mask import masked, masked_words, secret_file_refusal
from routerd.steps.quote import likely_output
from routerd.steps.resolve import resolve, unreadable


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
    project = deps.workspace.project(request.document.uri)
    name = project.relative(request.document.uri).rpartition("/")[2]
    shown = masked_words(words.text, request.document.text.string, name, deps.secrets)
    found = deps.classifier.classify(shown)
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
    if fresh:
        project = deps.workspace.verified(document.uri, used)
    around = Surroundings(document, target, used, project, habits, callers)
    context = gather(spec, around, deps.counter)
    prompt = compose(PromptInput(spec, request, target, habits, context), settings.instructions, deps.counter)
    prompt, masks = masked(prompt, document.text.string, name, deps.secrets, deps.counter)
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
    command = run_by(spec, document.language, habits, project, snapshot)
    question = Question(spec, request, target, habits, prompt, context, masks, command)
    turn = deps.recent.last(target_key(question))
    if turn is not None and not request.chosen:
        warm = cached_prefix(turn, prompt, deps.counter, now)
        chosen = keep_session_model(
            chosen, warm, snapshot, PromptSize(prompt.input_tokens, likely), lambda m: tariff_of(m, request, deps, now)
        )
    reference = settings.tiers.get(settings.routing.baseline, ())
    baseline = tariff_of(reference[0], request, deps, now) if reference else None
    known = {baseline.model: baseline} if baseline else {}
    situation = Situation(question, chosen, prompt.input_tokens, likely, baseline, now, known)
    decision = decided(situation, snapshot, deps)
    prompt = replace(prompt, max_output=decision.asked[0].terms.max_output)
    return Plan(replace(question, prompt=prompt), chosen, decision, likely, baseline)


def forecast_again(planned: Plan, snapshot: Snapshot, deps: Dependencies, counted: int, size: int) -> Forecast:
    """The forecast of a plan at the current sizes of prompt (``counted``) and target (``size``), in tokens."""
    question = planned.question
    likely = likely_output(question.spec, size, question.target)
    case = Situation(question, planned.configured, counted, likely, planned.baseline, deps.clock())
    return decided(case, snapshot, deps).forecast

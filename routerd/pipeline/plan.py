"""Plan: everything that is decided before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from routerd.actions import catalog, named
from routerd.domain.action import ActionSpec, Contract, Request, Target
from routerd.domain.classification import Classification
from routerd.domain.document import Document
from routerd.domain.forecast import Forecast
from routerd.domain.model import OFFLINE
from routerd.domain.prompt import Conventions, Prompt, Question, target_key
from routerd.domain.quote import Estimate, Route, Tariff
from routerd.domain.settings import Settings, Snapshot
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.pipeline.aim import aimed, untestable
from routerd.pipeline.decision import Decision, Situation, decided, tariff_of
from routerd.pipeline.dependencies import Dependencies
from routerd.pipeline.mentioned import mentioned
from routerd.pipeline.project_tests import run_by
from routerd.routing.recognised import recognised
from routerd.routing.route import local_signals, route
from routerd.routing.session_affinity import PromptSize, cached_prefix, keep_session_model
from routerd.routing.words import OwnWords, own_words
from routerd.steps.compose import PromptInput, compose, refined, target_text
from routerd.steps.conventions import conventions
from routerd.steps.gather import Surroundings, gather
from routerd.steps.mask import masked, masked_words
from routerd.steps.quote import likely_output

_NOTHING_TO_REFINE = Refusal(
    "There is no answer of a model here that could be refined: ask anew in your own words.", RefusalCode.INSTRUCTION
)
NOTHING_REWRITTEN = Refusal(
    "Documented already, and without a model routerd rewrites no documentation: run 'routerd config init' and set a "
    "key.",
    RefusalCode.PROVIDER,
)


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
    if request.refines:
        turn = deps.recent.answered(request.refines)
        if turn is None or turn.model == OFFLINE:
            return _NOTHING_TO_REFINE
        request = request if request.chosen else replace(request, tier=turn.tier, model=turn.model)
        return _planned(request, asked, (own_words(request.instruction), None), snapshot, deps, fresh)
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
    aim = aimed(request, spec, deps)
    if isinstance(aim, Refusal):
        return aim
    name, target, project = aim.name, aim.target, aim.project
    habits = conventions(document, target, project)
    if spec.contract is Contract.TESTS and habits.test_path is None:
        return untestable(name, habits.path, document.language)
    if fresh:
        tested = _with_tests(habits, spec, document, deps)
        if isinstance(tested, Refusal):
            return tested
        habits = tested
    callers = request.changed.callers if request.changed else ()
    used = _used(target, document, deps)
    project = deps.workspace.verified(document.uri, used) if fresh else project
    around = Surroundings(document, target, used, project, habits, callers)
    named_too = mentioned(request, project, deps)
    if isinstance(named_too, Refusal):
        return named_too
    context = (*gather(spec, around, deps.counter), *named_too)
    prompt = _composed(PromptInput(spec, request, target, habits, context), settings, deps)
    prompt, masks = masked(prompt, document.text.string, name, deps.secrets, deps.counter)
    size = deps.counter.count(target_text(spec, document, target))
    likely = likely_output(spec, size, len(target.symbols))
    routed = spec if spec is asked else replace(asked, offline=spec.offline)
    chosen = route(request, routed, snapshot, classification, local_signals(words.signals, size))
    if isinstance(chosen, Refusal):
        return chosen
    if request.replace and chosen.first.models == (OFFLINE,) and any(symbol.doc for symbol in target.symbols):
        return NOTHING_REWRITTEN
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


def _used(target: Target, document: Document, deps: Dependencies) -> tuple[str, ...]:
    """The identifiers that the target uses, each once."""
    spans = target.pieces or (target.span,)
    return tuple(dict.fromkeys(name for span in spans for name in deps.grammar.names(document, span)))


def _with_tests(habits: Conventions, spec: ActionSpec, document: Document, deps: Dependencies) -> Conventions | Refusal:
    """The conventions with the tests that exist already; a Refusal where new tests have no place to go to."""
    if not habits.test_path or habits.in_file:
        return habits
    writes = spec.contract is Contract.TESTS
    tests = deps.workspace.chosen(habits.uri(habits.test_path), document.uri, writes=writes)
    if isinstance(tests, Refusal) and writes:
        return replace(tests, message=f"Nothing was sent, as the tests have no place to go to: {tests.message}")
    return replace(habits, test_file=None if isinstance(tests, Refusal) else tests)


def _composed(brief: PromptInput, settings: Settings, deps: Dependencies) -> Prompt:
    """The prompt; of an answer that is refined, behind the conversation so far."""
    prompt = compose(brief, settings.instructions, deps.counter)
    answer = brief.request.refines
    before = deps.recent.answered(answer) if answer else None
    return prompt if before is None else refined(prompt, before, brief, deps.counter)


def forecast_again(planned: Plan, snapshot: Snapshot, deps: Dependencies, counted: int, size: int) -> Forecast:
    """The forecast of a plan at the current sizes of prompt (``counted``) and target (``size``), in tokens."""
    question = planned.question
    likely = likely_output(question.spec, size, len(question.target.symbols))
    case = Situation(question, planned.configured, counted, likely, planned.baseline, deps.clock())
    return decided(case, snapshot, deps).forecast

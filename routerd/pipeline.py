"""The line: the only file that knows the order of the stages, from an editor's wish to a checked change.

It is handed its places and never fetches them; it keeps nothing between two requests.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from routerd.actions import catalog
from routerd.delivery import deliver
from routerd.domain import ports
from routerd.domain.action import Request
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.conversation import Turn, target_key
from routerd.domain.errors import BadRequest, UpstreamError, UsageError
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Usage, dollars
from routerd.domain.outcome import Outcome, Status
from routerd.domain.prompt import Prompt, Question
from routerd.domain.quote import Estimate, Route, Rung, Tariff
from routerd.domain.reply import Change, Finish, Reply, Unproven
from routerd.domain.settings import Settings
from routerd.domain.snapshot import Snapshot
from routerd.domain.verdict import Refusal, Rejected
from routerd.judge import Judge
from routerd.receipt import Receipt
from routerd.stages.admit import admit
from routerd.stages.compose import Brief, compose, limited, target_text, with_rejections
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
    spec = catalog().get(request.action)
    if spec is None:
        raise UsageError(f"There is no action '{request.action}'; there are {', '.join(catalog())}.")
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
    around = Surroundings(document, target, used, project, habits, places.workspace.diagnostics(document.uri))
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
    prompt = limited(prompt, _max_output(estimates[0], settings))
    return Plan(replace(question, prompt=prompt), chosen, estimates, likely, baseline)


def requoted(planned: Plan, request: Request, places: Places, counted: int, size: int) -> Estimate:
    """The first rung's estimate for a prompt and a target that have these sizes, in tokens, by now."""
    question, first = planned.question, planned.route.first
    likely = likely_output(question.spec, size, question.target)
    same = counted == question.prompt.input_tokens
    tariff = _tariff(first.models[0], request, places, question.prompt if same else None)
    prompt = replace(question.prompt, input_tokens=counted)
    return quote(question.spec, first, prompt, likely, tariff, planned.baseline)


async def run(
    job: str, request: Request, snapshot: Snapshot, places: Places, editor: ports.Editor, watch: ports.Watch
) -> Outcome:
    """One action from wish to editor. Expected ends are outcomes; cancelling the task ends in ``cancelled``."""
    watch.stage("gathering context")
    planned = plan(request, snapshot, places, fresh=True)
    if isinstance(planned, Refusal):
        return Outcome(Status.REFUSED, request.action, planned.message)
    receipt = Receipt(
        job, request.document.language, places.ledger, watch, places.clock, planned.baseline, request.action
    )
    outcome = Outcome(
        Status.FAILED, request.action, "", planned.route, planned.estimates[0], model=planned.estimates[0].model
    )
    settings = snapshot.settings
    try:
        admitted = await _admitted(planned, settings, editor)
        if isinstance(admitted, Refusal):
            return replace(outcome, status=Status.REFUSED, message=admitted.message)
        async with asyncio.timeout(settings.limits.total_s):
            found = await _climb(planned, admitted, settings, places, receipt)
        if isinstance(found, Refusal):
            ended = replace(outcome, status=Status.REFUSED, message=found.message)
        elif isinstance(found, Rejected):
            ended = replace(outcome, message=f"No answer passed its check: {found.reason}.")
        elif isinstance(found, Unproven):
            message = f"Not applied: {found.reason.splitlines()[0]}."
            ended = replace(outcome, status=Status.PROPOSED, message=message, change=found.change)
        else:
            accepted = replace(outcome, tier=receipt.attempts[-1].tier, model=receipt.attempts[-1].model, change=found)
            ended = await deliver(accepted, planned.question, places.workspace, editor, receipt)
    except asyncio.CancelledError:
        ended = replace(outcome, status=Status.CANCELLED, message=f"Cancelled; {dollars(receipt.spent)} was spent.")
    except TimeoutError:
        limit = f"{settings.limits.total_s:g} seconds (limits.total_s)"
        ended = replace(outcome, message=f"No answer passed its check within {limit}.")
    except UpstreamError as fault:
        ended = replace(outcome, message=str(fault))
    finally:
        places.ledger.release(job)
    return replace(ended, attempts=tuple(receipt.attempts))


async def _admitted(planned: Plan, settings: Settings, editor: ports.Editor) -> tuple[int, ...] | Refusal:
    """The rungs that window, budget and user allow."""
    admission = admit(planned.estimates, planned.question.prompt, settings.budget)
    if isinstance(admission, Refusal):
        return admission
    if admission.question and not await editor.confirm(admission.question):
        return Refusal("Not sent: it was not confirmed.", "confirm")
    return admission.rungs


async def _climb(
    planned: Plan, rungs: tuple[int, ...], settings: Settings, places: Places, receipt: Receipt
) -> Change | Unproven | Rejected | Refusal:
    """Ask the admitted rungs, one after the other, until an answer keeps its contract, and its tests pass if run.

    Raises UpstreamError where no rung gave a whole answer.
    """
    receipt.prior_output = planned.prior_output
    judge = Judge(places.grammar, places.workspace, places.runner, settings.test_command)
    refusals: list[tuple[str, str]] = []
    fault: UpstreamError | None = None
    unproven: Unproven | None = None
    for index in rungs:
        rung = planned.route.ladder[index]
        receipt.estimate = planned.estimates[index]
        # A slip of form is mended by the model that made it: once more here, then up the ladder.
        for _ in range(2 if settings.routing.escalate and rung.models != (OFFLINE,) else 1):
            over = receipt.reserve(settings.budget.per_action)
            if over is not None:
                return unproven or (Rejected(f"{refusals[-1][1]}; {over.message}") if refusals else over)
            question = _with(planned.question, refusals, places)
            receipt.counted_input = question.prompt.input_tokens
            reply = await _ask(question, rung, places, receipt)
            if isinstance(reply, UpstreamError):
                fault = fault or reply
                break
            if not reply.attempt.cached:
                places.recent.keep(target_key(question), Turn.of(question, reply.attempt, places.clock()))
            found = await _judged(judge, reply, question, receipt)
            if isinstance(found, Change):
                receipt.attempted(reply.attempt)
                _remember(question, reply, places)
                return found
            receipt.attempted(replace(reply.attempt, status=AttemptStatus.REJECTED, reason=found.reason))
            refusals.append((reply.text, found.reason))
            if isinstance(found, Unproven):
                unproven = found
            elif found.mechanical:
                continue
            break
    if unproven or refusals:
        return unproven or Rejected(refusals[-1][1])
    raise fault or UpstreamError("No model could be asked.")


async def _judged(judge: Judge, reply: Reply, question: Question, receipt: Receipt) -> Change | Unproven | Rejected:
    change = judge.verdict(reply, question)
    if isinstance(change, Rejected) or not judge.runs(change, question):
        return change
    receipt.stage("running the tests")
    try:
        return await judge.doubt(change, question) or change
    except asyncio.CancelledError:
        receipt.attempted(reply.attempt)  # it was paid, whatever becomes of it
        raise


async def _ask(question: Question, rung: Rung, places: Places, receipt: Receipt) -> Reply | UpstreamError:
    """An answer from the cache, which costs nothing, or from the engine; a fault that another rung may not have.

    Raises BadRequest: what is malformed here is malformed on every rung.
    """
    for model in rung.models:
        text = places.cache.get(_key(question, str(model)), places.clock())
        if text is not None:
            attempt = Attempt(model, rung.tier, AttemptStatus.OK, Usage(), Decimal(0), 0, "cached", cached=True)
            return Reply(text, Finish.STOP, attempt)
    receipt.stage("asking", rung.models[0])
    try:
        return await places.engine.ask(question, rung, receipt)
    except BadRequest:
        raise
    except UpstreamError as fault:
        return fault


def _with(question: Question, refusals: list[tuple[str, str]], places: Places) -> Question:
    if not refusals:
        return question
    # Only the latest refusal travels: each costs its tokens again, and an older one was answered.
    prompt = with_rejections(question.prompt, (refusals[-1],), places.counter)
    return replace(question, prompt=prompt, rejections=tuple(reason for _, reason in refusals))


def _remember(question: Question, reply: Reply, places: Places) -> None:
    attempt = reply.attempt
    if not attempt.cached and attempt.model != OFFLINE:
        places.cache.put(_key(question, str(attempt.model)), reply.text, places.clock())


def _key(question: Question, model: str) -> str:
    content = "\0".join((model, *(f"{m.role}\0{m.content}" for m in question.prompt.messages)))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


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

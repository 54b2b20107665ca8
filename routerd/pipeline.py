"""The line: from an editor's wish to a checked change; with ``planning``, all that knows the order of the stages.

It is handed its places and never fetches them; it keeps nothing between two requests.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from decimal import Decimal

from routerd.delivery import deliver
from routerd.domain import ports
from routerd.domain.action import Request
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.conversation import Turn, target_key
from routerd.domain.errors import BadRequest, ContextTooLong, Unfinished, UpstreamError, WorkerFailed
from routerd.domain.model import OFFLINE
from routerd.domain.money import Usage, dollars
from routerd.domain.outcome import Outcome, Status
from routerd.domain.prompt import Question
from routerd.domain.quote import Rung
from routerd.domain.reply import Change, Finish, Reply, Unproven
from routerd.domain.settings import Settings
from routerd.domain.snapshot import Snapshot
from routerd.domain.verdict import Refusal, Rejected
from routerd.judge import Judge
from routerd.planning import Places, Plan, plan
from routerd.receipt import Receipt
from routerd.stages.admit import Admission, admit, asked_again
from routerd.stages.compose import with_rejection

_WORDLESS = Refusal("Say in your own words what to do (in a terminal: --instruction TEXT).", "instruction")
"""An estimate may come before the words; what is sent may not."""


async def run(
    job: str, request: Request, snapshot: Snapshot, places: Places, editor: ports.Editor, watch: ports.Watch
) -> Outcome:
    """One action from wish to editor. Expected ends are outcomes; cancelling the task ends in ``cancelled``."""
    watch.stage("gathering context")
    planned = plan(request, snapshot, places, fresh=True)
    if not isinstance(planned, Refusal) and planned.question.spec.instructed and not request.instruction.strip():
        planned = _WORDLESS
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
            found = await _Climb(planned, settings, places, receipt, editor, admitted.agreed).by(admitted.rungs)
        if isinstance(found, Refusal):
            ended = replace(outcome, status=Status.REFUSED, message=found.message)
        elif isinstance(found, Rejected):
            ended = replace(outcome, message=_unanswered(found, receipt))
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
    except (UpstreamError, WorkerFailed) as fault:
        ended = replace(outcome, message=str(fault))
    finally:
        places.ledger.release(job)
    message = f"{ended.message} {receipt.trouble}" if receipt.trouble else ended.message
    return replace(ended, message=message, attempts=tuple(receipt.attempts))


def _unanswered(rejected: Rejected, receipt: Receipt) -> str:
    if receipt.attempts and receipt.attempts[-1].model == OFFLINE:
        return f"This needs a model, and none has a key ('routerd config init' says how): {rejected.reason}."
    return f"No answer passed its check: {rejected.reason}."


async def _admitted(planned: Plan, settings: Settings, editor: ports.Editor) -> Admission | Refusal:
    """The rungs that window, budget and user allow."""
    admission = admit(planned.estimates, planned.question.prompt, settings.budget)
    if isinstance(admission, Refusal):
        return admission
    if admission.question and not await editor.confirm(admission.question):
        return Refusal("Not sent: it was not confirmed.", "confirm")
    return admission


@dataclass(slots=True)
class _Climb:
    """The way up the ladder, until an answer keeps its contract, and its tests pass if run."""

    planned: Plan
    settings: Settings
    places: Places
    receipt: Receipt
    editor: ports.Editor
    agreed: Decimal | None
    """Dollars that the user agreed to, or need not be asked for."""
    refusals: list[tuple[str, str]] = field(default_factory=list)
    """Each answer that was not taken, with the reason."""

    async def by(self, rungs: tuple[int, ...]) -> Change | Unproven | Rejected | Refusal:
        """What the admitted rungs answer, asked one after the other.

        A tier that is down is no reason to pay for a dearer one: then only the built-in engine is left to ask.
        Raises UpstreamError where no rung gave a whole answer.
        """
        self.receipt.prior_output = self.planned.prior_output
        fault: UpstreamError | None = None
        unproven: Unproven | None = None
        for index in rungs:
            rung = self.planned.route.ladder[index]
            if _down(fault) and not self.refusals and rung.models != (OFFLINE,):
                continue
            self.receipt.estimate = self.planned.estimates[index]
            end = await self._on(rung)
            if isinstance(end, Change):
                return end
            if isinstance(end, Refusal):
                return unproven or (Rejected(f"{self.refusals[-1][1]}; {end.message}") if self.refusals else end)
            if isinstance(end, UpstreamError):
                fault = fault or end
            elif isinstance(end, Unproven):
                unproven = end
        if unproven or self.refusals:
            return unproven or Rejected(self.refusals[-1][1])
        raise fault or UpstreamError("No model could be asked.")

    async def _on(self, rung: Rung) -> Change | Unproven | Rejected | Refusal | UpstreamError:
        """One rung's answer. A slip of form is mended by the model that made it: once more, then up the ladder."""
        settings, places, receipt = self.settings, self.places, self.receipt
        judge = Judge(places.grammar, places.workspace, places.runner, places.worker, settings.test_command)
        again = settings.routing.escalate and rung.models != (OFFLINE,)
        while True:
            over = await self._declined() or await receipt.reserve(settings.budget.per_action)
            if over is not None:
                return over
            question = _with(self.planned.question, self.refusals, places)
            receipt.counted_input = question.prompt.input_tokens
            reply = await _ask(question, rung, places, receipt)
            if isinstance(reply, UpstreamError):
                return reply
            if not reply.attempt.cached:
                places.recent.keep(target_key(question), Turn.of(question, reply.attempt, places.clock()))
            try:
                found = await _judged(judge, reply, question, receipt)
            except WorkerFailed:
                _remember(question, reply, places)  # it was paid for: asking again costs nothing
                raise
            if isinstance(found, Change):
                receipt.attempted(reply.attempt)
                _remember(question, reply, places)
                return found
            receipt.attempted(replace(reply.attempt, status=AttemptStatus.REJECTED, reason=found.reason))
            self.refusals.append((reply.text, found.reason))
            if not again or isinstance(found, Unproven) or not found.mechanical:
                return found
            again = False

    async def _declined(self) -> Refusal | None:
        """Whether the user does not want to pay for a further try, where that is more than was agreed to."""
        estimate, spent = self.receipt.estimate, self.receipt.spent
        question = asked_again(estimate, spent, self.agreed) if estimate else None
        if question is None:
            return None
        if not await self.editor.confirm(question):
            return Refusal("another try was not confirmed", "confirm")
        self.agreed = spent + estimate.cost.high if estimate and estimate.cost else None
        return None


def _down(fault: UpstreamError | None) -> bool:
    """Whether providers failed, rather than what the tier's models can do."""
    return fault is not None and not isinstance(fault, ContextTooLong | Unfinished)


async def _judged(judge: Judge, reply: Reply, question: Question, receipt: Receipt) -> Change | Unproven | Rejected:
    try:
        change = await judge.verdict(reply, question)
        if isinstance(change, Rejected) or not judge.runs(change, question):
            return change
        receipt.stage("running the tests")
        return await judge.doubt(change, question) or change
    except BaseException as end:  # it was paid, whatever becomes of it
        cancelled = isinstance(end, asyncio.CancelledError)
        status = AttemptStatus.CANCELLED if cancelled else AttemptStatus.REJECTED
        reason = "cancelled while it was checked" if cancelled else f"its check failed ({type(end).__name__})"
        receipt.attempted(replace(reply.attempt, status=status, reason=reason))
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
    return replace(question, prompt=with_rejection(question.prompt, *refusals[-1], places.counter))


def _remember(question: Question, reply: Reply, places: Places) -> None:
    attempt = reply.attempt
    if not attempt.cached and attempt.model != OFFLINE:
        places.cache.put(_key(question, str(attempt.model)), reply.text, places.clock())


def _key(question: Question, model: str) -> str:
    content = "\0".join((model, *(f"{m.role}\0{m.content}" for m in question.prompt.messages)))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()

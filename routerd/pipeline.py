"""The line: from an editor's wish to a checked change; with ``planning``, all that knows the order of the stages.

It is handed its places and never fetches them; it keeps nothing between two requests.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from decimal import Decimal

from routerd.delivery import deliver
from routerd.domain import ports
from routerd.domain.action import Request
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.conversation import Turn, target_key
from routerd.domain.errors import BadRequest, UpstreamError
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
from routerd.stages.admit import admit
from routerd.stages.compose import with_rejections


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
    except UpstreamError as fault:
        ended = replace(outcome, message=str(fault))
    finally:
        places.ledger.release(job)
    return replace(ended, attempts=tuple(receipt.attempts))


def _unanswered(rejected: Rejected, receipt: Receipt) -> str:
    if receipt.attempts and receipt.attempts[-1].model == OFFLINE:
        return f"This needs a model, and none has a key ('routerd config init' says how): {rejected.reason}."
    return f"No answer passed its check: {rejected.reason}."


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

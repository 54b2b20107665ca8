"""Run: from a request to a checked change; with ``plan``, the only code that knows the order of the steps.

It is given its dependencies and keeps no state between two requests.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from decimal import Decimal

from routerd.domain import ports
from routerd.domain.action import Request
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.errors import BadRequest, ContextTooLong, OverBudget, Unfinished, UpstreamError, WorkerFailed
from routerd.domain.model import OFFLINE
from routerd.domain.money import Usage
from routerd.domain.outcome import Outcome, Status
from routerd.domain.prompt import Question, Turn, target_key
from routerd.domain.quote import Candidate, Estimate
from routerd.domain.reply import Change, Finish, Reply, Unverified
from routerd.domain.settings import Settings, Snapshot
from routerd.domain.verdict import Refusal, RefusalCode, Rejected
from routerd.pipeline.answer_cache import answer_key, remember
from routerd.pipeline.deliver import deliver
from routerd.pipeline.dependencies import Dependencies
from routerd.pipeline.judge import Judge
from routerd.pipeline.plan import Plan, plan
from routerd.pipeline.project_tests import offered, tested
from routerd.pipeline.receipt import Allowance, CallMeter, Receipt
from routerd.steps.admit import agreed, asked_again, confirmation
from routerd.steps.compose import with_rejection
from routerd.steps.mask import sendable

NO_INSTRUCTION = Refusal("Say in your own words what to do.", RefusalCode.INSTRUCTION)
"""An estimate needs no instruction; a request that is sent does."""


async def run(
    job: str, request: Request, snapshot: Snapshot, deps: Dependencies, editor: ports.Editor, observer: ports.Observer
) -> Outcome:
    """Run one action from request to edit. Expected ends are outcomes; a cancelled task returns ``cancelled``."""
    observer.stage("gathering context")
    # In a thread: it reads files of the project, and looks at texts of any size.
    planned = await asyncio.to_thread(plan, request, snapshot, deps, fresh=True)
    if not isinstance(planned, Refusal) and planned.question.spec.instructed and not request.instruction.strip():
        planned = NO_INSTRUCTION
    if isinstance(planned, Refusal):
        return Outcome(Status.REFUSED, request.action, planned.message, refusal=planned.code)
    request = planned.question.request  # an instruction may have asked for another action
    decision, settings = planned.decision, snapshot.settings
    forecast = decision.forecast
    receipt = _receipt(job, planned, settings, deps, observer)
    outcome = Outcome(Status.FAILED, request.action, "", decision.route, forecast, model=forecast.estimate.model)
    try:
        offer = _offer(planned, settings)
        declined = forecast.refusal or await _declined(offer, editor)
        if declined is not None:
            return replace(outcome, status=Status.REFUSED, message=declined.message)
        allowed = agreed(forecast, settings.budget.confirm_above, offer is not None)
        async with asyncio.timeout(settings.limits.total_s):
            asking = _Escalation(planned, settings, deps, receipt, editor, allowed)
            found = await asking.run()
        if isinstance(found, Refusal):
            ended = replace(outcome, status=Status.REFUSED, message=found.message)
        elif isinstance(found, Rejected):
            ended = replace(outcome, message=_unanswered(found, receipt))
        elif isinstance(found, Unverified):
            message = f"Not applied: {found.reason.splitlines()[0]}."
            ended = replace(outcome, status=Status.PROPOSED, message=message, change=found.change, must_preview=True)
        else:
            last = receipt.attempts[-1]
            accepted = replace(outcome, tier=last.tier, model=last.model, change=found, answer=asking.answer)
            ended = await deliver(accepted, planned.question, deps.workspace, editor, receipt)
    except asyncio.CancelledError:
        ended = replace(outcome, status=Status.CANCELLED, message="Cancelled.")
    except TimeoutError:
        limit = f"{settings.limits.total_s:g} seconds (limits.total_s)"
        ended = replace(outcome, message=f"No answer passed its check within {limit}{_last_failure(receipt)}.")
    except (UpstreamError, WorkerFailed) as fault:
        ended = replace(outcome, message=str(fault))
    finally:
        deps.ledger.release(job)
    wrong = receipt.allowance.overbilled
    notes = (
        ended.message,
        tested(ended.change),
        f"{wrong}." if wrong and wrong not in ended.message else None,
        receipt.total if ended.status in (Status.FAILED, Status.CANCELLED) else None,
        receipt.ledger_problem,
    )
    stronger = snapshot.stronger(ended.tier) if ended.tier else None
    untested = offered(planned.question, deps.workspace.project(request.document.uri), snapshot)
    return replace(
        ended,
        message=" ".join(note for note in notes if note),
        attempts=tuple(receipt.attempts),
        next_tier=stronger,
        untested=untested if ended.change and ended.change.files else None,
    )


def _last_failure(receipt: Receipt) -> str:
    """What the last failed attempt ended with, in the provider's own words."""
    failed = [one for one in receipt.attempts if one.reason and one.status is not AttemptStatus.OK]
    return f" ({failed[-1].model}: {failed[-1].reason})" if failed else ""


def _unanswered(rejected: Rejected, receipt: Receipt) -> str:
    if receipt.attempts and receipt.attempts[-1].model == OFFLINE:
        return f"This needs a model, and none has a key ('routerd config init' says how): {rejected.reason}."
    return f"No answer passed its check: {rejected.reason}."


def _receipt(job: str, planned: Plan, settings: Settings, deps: Dependencies, observer: ports.Observer) -> Receipt:
    request, quotes = planned.question.request, planned.decision.quotes
    terms = {model: quote.terms for model, quote in quotes.items()}
    allowance = Allowance(job, deps.ledger, deps.clock, terms, settings.budget, planned.decision.cap, request.origin)
    return Receipt(
        job,
        request.document.language,
        deps.ledger,
        observer,
        deps.clock,
        planned.baseline,
        request.action,
        allowance,
        {model: quote.estimate for model, quote in quotes.items()},
        planned.prior_output,
        measures=deps.measures,
    )


def _offer(planned: Plan, settings: Settings) -> str | None:
    """What the user must agree to before anything is sent; ``None`` if nothing."""
    question = planned.question
    title = question.spec.titled(question.target.label, question.request.replace)
    return confirmation(title, planned.decision.forecast, settings.budget.confirm_above)


async def _declined(offer: str | None, editor: ports.Editor) -> Refusal | None:
    if offer is None or await editor.confirm(f"{offer}. Send it?"):
        return None
    return Refusal(f"Not sent: {offer}, and nobody agreed to that.", RefusalCode.CONFIRM)


@dataclass(slots=True)
class _Escalation:
    """Escalation along the chain, until an answer keeps its contract and its tests pass, where they run."""

    planned: Plan
    settings: Settings
    deps: Dependencies
    receipt: Receipt
    editor: ports.Editor
    agreed: Decimal | None
    """Dollars that the user confirmed, or that need no confirmation."""
    refusals: list[tuple[str, str]] = field(default_factory=list)
    """Each rejected answer with the reason."""
    answer: str | None = None
    """The key of the accepted answer in the reply cache."""

    async def run(self) -> Change | Unverified | Rejected | Refusal:
        """Ask the candidates of the chain in order.

        An outage is no reason to pay for a more expensive tier: after it, only the built-in engine is asked.
        Raises UpstreamError where no candidate gave a complete answer.
        """
        fault: UpstreamError | None = None
        unproven: Unverified | None = None
        for candidate, estimate in zip(self.planned.decision.route.chain, self.planned.estimates, strict=True):
            if _down(fault) and not self.refusals and candidate.models != (OFFLINE,):
                continue
            end = await self._ask(candidate, estimate)
            if isinstance(end, Change):
                return end
            if isinstance(end, Refusal):
                return self._stopped(end, fault, unproven)
            if isinstance(end, UpstreamError):
                fault = fault or end
            elif isinstance(end, Unverified):
                unproven = end
        if unproven or self.refusals:
            return unproven or Rejected(self.refusals[-1][1])
        raise fault or UpstreamError("No model could be asked.")

    def _stopped(
        self, why: Refusal, fault: UpstreamError | None, unproven: Unverified | None
    ) -> Unverified | Rejected | Refusal:
        """The result where no further attempt is allowed, with the earlier reason. Raises UpstreamError after one."""
        reason = why.message.rstrip(".")
        if unproven is not None:
            return replace(unproven, reason=f"{unproven.reason.splitlines()[0]}; {reason}")
        if self.refusals:
            return Rejected(f"{self.refusals[-1][1]}; {reason}")
        if fault is not None:
            raise UpstreamError(f"{fault} {why.message}")
        return why

    async def _ask(
        self, candidate: Candidate, estimate: Estimate
    ) -> Change | Unverified | Rejected | Refusal | UpstreamError:
        """Ask one candidate. A malformed reply is sent back to the same model once; after that the chain goes on."""
        settings, deps, receipt = self.settings, self.deps, self.receipt
        judge = Judge(deps.grammar, deps.workspace, deps.runner, deps.worker)
        again = settings.routing.escalate and candidate.models != (OFFLINE,)
        while True:
            declined = await self._declined(estimate)
            if declined is not None:
                return declined
            question = _with(self.planned.question, self.refusals, deps)
            reply = await _ask(question, candidate, deps, receipt)
            if isinstance(reply, UpstreamError | Refusal):
                return reply
            if not reply.attempt.cached:
                deps.recent.keep(target_key(question), Turn.of(question, reply.attempt, deps.clock()))
            try:
                found = await _judged(judge, reply, question, receipt)
            except WorkerFailed:
                remember(question, reply, deps)  # it was paid for: the same request is free next time
                raise
            if isinstance(found, Change):
                self.answer = remember(question, reply, deps)
                deps.recent.accept(self.answer, Turn.of(question, reply.attempt, deps.clock(), reply.text))
                return found
            self.refusals.append((reply.text, found.reason))
            if not again or isinstance(found, Unverified) or not found.mechanical:
                return found
            again = False

    async def _declined(self, estimate: Estimate) -> Refusal | None:
        """Ask for confirmation of another attempt beyond the confirmed amount; a Refusal where the user declines."""
        spent = self.receipt.spent
        again = asked_again(estimate, spent, self.agreed)
        if again is None:
            return None
        if not await self.editor.confirm(again):
            return Refusal("another try was not confirmed", RefusalCode.CONFIRM)
        self.agreed = spent + estimate.cost.high if estimate.cost else None
        return None


def _down(fault: UpstreamError | None) -> bool:
    """Whether the providers failed, as opposed to the limits of the tier's models."""
    return fault is not None and not isinstance(fault, ContextTooLong | Unfinished)


async def _judged(judge: Judge, reply: Reply, question: Question, receipt: Receipt) -> Change | Unverified | Rejected:
    """The verdict on an answer, whose attempt is booked with it."""
    attempt = reply.attempt
    try:
        found: Change | Unverified | Rejected = await judge.verdict(reply, question)
        if isinstance(found, Change) and question.command is not None:
            receipt.observer.stage("running the tests")
            found = await judge.tested(found, question)
        if not isinstance(found, Change):
            attempt = replace(attempt, status=AttemptStatus.REJECTED, reason=found.reason)
        return found
    except BaseException as end:  # the provider bills it in any case
        cancelled = isinstance(end, asyncio.CancelledError)
        status = AttemptStatus.CANCELLED if cancelled else AttemptStatus.REJECTED
        reason = "cancelled while it was checked" if cancelled else f"its check failed ({type(end).__name__})"
        attempt = replace(attempt, status=status, reason=reason)
        raise
    finally:
        receipt.book(attempt, question.prompt.input_tokens)


async def _ask(
    question: Question, candidate: Candidate, deps: Dependencies, receipt: Receipt
) -> Reply | UpstreamError | Refusal:
    """An answer from the cache, which is free, or from the engine; a fault is returned, as another candidate may work.

    Raises BadRequest, as a malformed request is malformed for every candidate.
    """
    for model in () if question.request.fresh else candidate.models:
        text = await deps.cache.find(answer_key(question, str(model)), deps.clock())
        if text is not None:
            attempt = Attempt(model, candidate.tier, AttemptStatus.OK, Usage(), Decimal(0), 0, "cached", cached=True)
            return Reply(text, Finish.STOP, attempt)
    receipt.observer.stage("asking", deps.engine.first(question, candidate))
    meter = CallMeter(receipt, question.prompt.input_tokens)
    try:
        return await deps.engine.ask(question, candidate, meter)
    except BadRequest:
        raise
    except OverBudget as over:
        return Refusal(str(over), RefusalCode.BUDGET)
    except UpstreamError as fault:
        return fault
    finally:
        meter.settle()


def _with(question: Question, refusals: list[tuple[str, str]], deps: Dependencies) -> Question:
    """The question with the latest rejection alone: each one costs its tokens again."""
    if not refusals:
        return question
    answer, reason = sendable(refusals[-1], question.masks, deps.secrets)
    return replace(question, prompt=with_rejection(question.prompt, answer, reason, deps.counter))

"""Deliver: a checked change is anchored in the current text of the editor, then applied or kept as a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from routerd.domain.action import Contract
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.model import OFFLINE
from routerd.domain.money import dollars, spent_words
from routerd.domain.outcome import Outcome, Status
from routerd.domain.ports import Editor, Workspace
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange
from routerd.domain.verdict import Refusal, Stale
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.pipeline.receipt import Receipt
from routerd.steps.anchor import anchor
from routerd.steps.permit import look_first

_TRIES = 3
"""A user who keeps typing may invalidate an edit in flight more than once."""


async def deliver(
    accepted: Outcome,
    question: Question,
    workspace: Workspace,
    editor: Editor,
    receipt: Receipt,
    tries: int = _TRIES,
) -> Outcome:
    """Apply the change to the current text, or propose it with the reason."""
    assert accepted.change is not None
    receipt.observer.stage("applying")
    settled = _reanchored(accepted.change, question, workspace, editor)
    if isinstance(settled, Stale):
        return replace(accepted, status=Status.PROPOSED, message=f"Not applied: {settled.reason}.", stale=True)
    if isinstance(settled, Refusal):  # a link was created meanwhile: the text was paid for, so it is shown
        text = "\n".join(file.after.string for file in accepted.change.files)
        message = f"Not applied: {settled.message}"
        return replace(accepted, status=Status.PROPOSED, message=message, change=Change(document=text))
    reason = look_first(settled, question)
    if reason is not None:
        message = f"Not applied: {reason}."
        return replace(accepted, status=Status.PROPOSED, message=message, change=settled, must_preview=True)
    label = question.spec.titled(question.target.label, question.request.replace)
    problem = await editor.apply(settled, label)
    if problem is None:
        return replace(
            accepted,
            status=Status.APPLIED,
            message=_done(f"{label}: {_found(settled)}", question, receipt),
            change=settled,
        )
    if isinstance(problem, Stale) and tries > 1:
        return await deliver(accepted, question, workspace, editor, receipt, tries - 1)
    stale = isinstance(problem, Stale)
    why = problem.reason if isinstance(problem, Stale) else problem
    return replace(accepted, status=Status.PROPOSED, message=f"Not applied: {why}.", change=settled, stale=stale)


def _reanchored(change: Change, question: Question, workspace: Workspace, editor: Editor) -> Change | Stale | Refusal:
    files: list[FileChange] = []
    for file in change.files:
        asked = question.request.document
        own = file.uri == asked.uri
        now = editor.current(file.uri) if own else workspace.chosen(file.uri, asked.uri, writes=True)
        if isinstance(now, Refusal):
            return now
        if now is None:
            if not file.create:
                return Stale("the file was closed or deleted meanwhile")
            files.append(file)
            continue
        if file.create:
            return Stale(f"{file.uri.rpartition('/')[2]} came into being meanwhile")
        span = question.target.span if own else file.before.whole
        moved = anchor(file, now.text, span)
        if isinstance(moved, Stale):
            return moved
        files.append(replace(moved, version=now.version))
    return replace(change, files=tuple(files))


def _found(change: Change) -> str:
    """The number of findings of a review; "" for every other change."""
    if change.findings is None:
        return ""
    count = len(change.findings)
    dropped = f" ({change.dropped_findings} more quoted what the file does not say)" if change.dropped_findings else ""
    return f"{count or 'no'} finding{'s' * (count != 1)}{dropped}, "


def _done(begin: str, question: Question, receipt: Receipt) -> str:
    """The message of a success: the model, its cost, and the failures before it."""
    last = receipt.attempts[-1]
    if last.model == OFFLINE:
        language = question.request.document.language
        if question.spec.contract is Contract.FINDINGS and not has_tree(language, Tree.PYTHON):
            return f"{begin}offline, only merge conflicts and leftovers of debugging are checked for in {language}."
        return f"{begin}done offline, without a model."
    price = "nothing (cached)" if last.cached else dollars(last.cost)
    unpriced = sum(one.cost is None for one in receipt.attempts)
    if receipt.spent > (last.cost or 0) or unpriced > (last.cost is None):
        price += f" ({spent_words(receipt.spent, unpriced)} with the failed attempts)"
    return begin + "; ".join((f"done by {last.model} for {price}", *_detours(receipt.attempts))) + "."


def _detours(attempts: Sequence[Attempt]) -> tuple[str, ...]:
    """Why other models did not answer, each once; else why the answering model was not the first of its list."""
    *others, last = attempts
    failed = (f"{one.model} {_ENDED[one.status]}" + _because(one) for one in others)
    return tuple(dict.fromkeys(failed)) or ((last.reason,) if last.reason and not last.cached else ())


def _because(one: Attempt) -> str:
    return f": {one.reason}" if one.status is AttemptStatus.REJECTED and one.reason else ""


_ENDED = {
    AttemptStatus.OK: "answered",
    AttemptStatus.CANCELLED: "was cancelled",
    AttemptStatus.REJECTED: "gave an answer that was not taken",
    AttemptStatus.RATE_LIMITED: "was rate limited",
    AttemptStatus.SERVER_ERROR: "had a server error",
    AttemptStatus.NETWORK: "could not be reached",
    AttemptStatus.TIMEOUT: "was too slow",
    AttemptStatus.TRUNCATED: "broke off its answer",
    AttemptStatus.CREDENTIAL: "did not accept the key",
    AttemptStatus.BAD_REQUEST: "did not accept the request",
}
"""Phrases that follow the model's name; the receipt has the details of each attempt."""

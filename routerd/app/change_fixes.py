"""Applies the fixes of a review's findings, each file's together, by the contract of an action that edits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from routerd.app.change_review import ChangeReview, FileReview
from routerd.app.changed_files import ChangedFile
from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.finding import Finding
from routerd.domain.ports import Editor
from routerd.domain.position import Edit
from routerd.domain.reply import Change, FileChange
from routerd.domain.tool_files import is_tool_file
from routerd.domain.verdict import Refusal, Rejected
from routerd.steps.check.hunks import check_hunks


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of the fixes of one file."""

    path: str
    applied: tuple[Finding, ...] = ()
    problem: str | None = None
    """Why none was applied, as the rest of a sentence."""


async def apply_fixes(
    app: App, review: ChangeReview, files: Iterable[ChangedFile], editor: Editor
) -> tuple[Fixed, ...]:
    """Write the fixes of all findings that have one; of two that overlap, the first."""
    requests = {file.path: file.request for file in files if file.request is not None}
    return tuple(
        [
            await _fixed(app, file, requests[file.path], editor)
            for file in review.files
            if any(finding.fix for finding in file.findings)
        ]
    )


async def _fixed(app: App, file: FileReview, request: Request, editor: Editor) -> Fixed:
    uri = request.document.uri
    now = app.workspace.chosen(uri, uri, writes=True)
    if isinstance(now, Refusal):
        return Fixed(file.path, problem=now.message.partition("' ")[2].rstrip("."))
    if now is None or now.text != file.text:
        return Fixed(file.path, problem="is not as it was reviewed: it has changes that were no part of it")
    if is_tool_file(file.path):
        return Fixed(file.path, problem="holds settings that other programs act on: change it yourself")
    chosen = _apart(file.findings)
    change = Change((FileChange(uri, file.text, tuple(edit for _, edit in chosen)),))
    planned = app.plan(request)
    if isinstance(planned, Refusal):
        return Fixed(file.path, problem=planned.message)
    verdict = check_hunks(change, planned.question, app.grammar)
    problem = verdict.reason if isinstance(verdict, Rejected) else await editor.apply(change, "Fix")
    if problem is not None:
        return Fixed(file.path, problem=problem if isinstance(problem, str) else problem.reason)
    return Fixed(file.path, tuple(finding for finding, _ in chosen))


def _apart(findings: Iterable[Finding]) -> list[tuple[Finding, Edit]]:
    """The findings with a fix whose lines no earlier one changes."""
    chosen: list[tuple[Finding, Edit]] = []
    for finding in findings:
        edit = finding.fix
        if edit is not None and all(edit.span.start > other.span.end for _, other in chosen):
            chosen.append((finding, edit))
    return chosen

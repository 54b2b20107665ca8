"""`routerd review`: reviews a change, for a person at a terminal, a hook or CI."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from routerd.app.change_fixes import apply_fixes
from routerd.app.change_review import ChangeReview, FileReview, review_change, review_price
from routerd.app.changed_files import ChangedFile, ChangeSource, changed_files, without_secrets
from routerd.app.file_editor import FileEditor
from routerd.app.workspace import App
from routerd.domain.finding import Finding, Severity
from routerd.domain.money import dollars, dollars_at_most
from routerd.domain.outcome import Status
from routerd.frontends.cli import review_formats, screen
from routerd.frontends.cli.many import read_diff
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.cli.options import Fresh, MaxCost, Yes
from routerd.frontends.cli.progress import ActionProgress, working
from routerd.frontends.cli.work import INDEX_SECONDS, amount
from routerd.frontends.shapes import counted
from routerd.system.signals import on_end

_FAILED, _SHORT, _CANCELLED = 1, 3, 130
_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFORMATION: "cyan", Severity.HINT: "dim"}


class ReviewFormat(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    JUNIT = "junit"


class FailOn(StrEnum):
    """The least severity that makes the command fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_FAILS = {
    FailOn.ERROR: {Severity.ERROR},
    FailOn.WARNING: {Severity.ERROR, Severity.WARNING},
    FailOn.INFO: {Severity.ERROR, Severity.WARNING, Severity.INFORMATION},
}


def review(  # noqa: PLR0913, PLR0917  # each parameter is an option of the command line
    staged: Annotated[bool, typer.Option("--staged", help="what is staged")] = False,
    base: Annotated[str | None, typer.Option(metavar="REF", help="the working tree since this revision")] = None,
    diff: Annotated[str | None, typer.Option(metavar="FILE", help="a unified diff; '-' reads standard input")] = None,
    form: Annotated[ReviewFormat, typer.Option("--format", help="how to print it")] = ReviewFormat.TEXT,
    fail_on: Annotated[FailOn, typer.Option(help="the least severity that fails")] = FailOn.ERROR,
    max_cost: MaxCost = None,
    fix: Annotated[bool, typer.Option("--fix", help="apply the fixes that findings have")] = False,
    yes: Yes = False,
    fresh: Fresh = False,
    config: Config = None,
) -> int:
    """Review a change: working tree, staged files, branch or diff."""
    most = amount(max_cost) if max_cost is not None else None
    source = ChangeSource(staged, base, read_diff(diff) if diff is not None else None)
    with opened(config) as app:
        with working("indexing the project"):
            files = found_files(app, source, fresh)
        person = sys.stdin.isatty() and diff != "-"
        agreed = _agreed(app, files, person and not yes and most is None) or yes or most is not None
        editor = FileEditor(app, "", write=fix, ask=person, agreed=agreed)
        found = asyncio.run(_reviewed(app, files, editor, most=most))
        _print(found, form)
        if fix:
            for end in asyncio.run(apply_fixes(app, found, files, editor)):
                fixed = f"Fixed {counted(len(end.applied), 'finding')} in {end.path}."
                screen.note(f"Not fixed: {end.path}: {end.problem.rstrip('.')}." if end.problem else fixed)
    return _code(found, fail_on)


def found_files(app: App, source: ChangeSource, fresh: bool) -> tuple[ChangedFile, ...]:
    """The files of a change in the current folder's repository; ``fresh`` passes by what was answered before."""
    here = Path.cwd()
    app.index((here / "change.diff").as_uri(), INDEX_SECONDS)
    files = changed_files(app, here, source)
    if not fresh:
        return files
    return tuple(replace(one, request=one.request and replace(one.request, fresh=True)) for one in files)


def _agreed(app: App, files: tuple[ChangedFile, ...], person: bool) -> bool:
    """Show the total first, and ask for it once where it needs a yes."""
    price = review_price(app, files)
    if not price.likely:
        return False
    bound = f", at most {dollars_at_most(price.most)}" if price.most is not None else ""
    told = f"Review of {counted(price.files, 'changed file')}: about {dollars(price.likely)}{bound}"
    screen.note(f"{told}.")
    limit = app.settings.budget.confirm_above
    if limit is None or price.likely <= limit or not person:
        return False
    return asyncio.run(FileEditor(app, "", write=False, ask=True).confirm("Review?"))


async def _reviewed(
    app: App, files: tuple[ChangedFile, ...], editor: FileEditor, *, most: Decimal | None
) -> ChangeReview:
    """The review as a task that Ctrl-C cancels, so that what was spent is booked before the end."""
    task = asyncio.ensure_future(review_change(app, files, editor, ActionProgress(), most))
    on_end(asyncio.get_running_loop(), task.cancel)
    try:
        return await task
    finally:
        await app.disconnect()


def _code(found: ChangeReview, fail_on: FailOn) -> int:
    if any(outcome.status is Status.CANCELLED for outcome in found.attempted):
        return _CANCELLED
    severe = any(finding.severity in _FAILS[fail_on] for _, finding in review_formats.findings(found))
    if severe or found.failed:
        return _FAILED
    return _SHORT if found.uncovered else 0


def _print(found: ChangeReview, form: ReviewFormat) -> None:
    if form is ReviewFormat.JSON:
        screen.print_json(review_formats.review_json(found))
    elif form is ReviewFormat.SARIF:
        screen.print_json(review_formats.sarif(found))
    elif form is ReviewFormat.GITHUB:
        sys.stdout.write(review_formats.github(found))
    elif form is ReviewFormat.JUNIT:
        sys.stdout.write(review_formats.junit(found))
    else:
        for file, finding in review_formats.findings(found):
            _show(file, finding)
    for line in (*review_formats.passed_over_lines(found), review_formats.summary(found)):
        screen.note(line)


def _show(file: FileReview, finding: Finding) -> None:
    """A finding as compilers print it, with its line of code; a secret in that line is not printed."""
    start, end = finding.span.start, finding.span.end
    out = screen.console()
    rule = f" [{finding.rule}]" if finding.rule else ""
    out.print(f"{file.path}:{start.line + 1}:{start.column + 1}: ", markup=False, end="")
    out.print(f"{finding.severity}", style=_STYLE[finding.severity], end="")
    out.print(f": {finding.message}{rule}{' (has a fix)' if finding.fix else ''}", markup=False)
    code = file.text.bare(start.line)
    shown = without_secrets(code)
    out.print(f"    {shown}", markup=False, style="dim")
    if shown == code:
        width = (end.column if end.line == start.line else len(code)) - start.column
        lead = "".join(character if character == "\t" else " " for character in code[: start.column])
        out.print(f"    {lead}{'^' * max(1, width)}", markup=False, style=_STYLE[finding.severity])

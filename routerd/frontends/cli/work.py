"""`routerd run` and `estimate`: what the editor does, from a terminal or a script."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from routerd.actions import catalog, named
from routerd.app.file_editor import FileEditor, unified
from routerd.app.workspace import App
from routerd.batch.planning import BatchRequest
from routerd.domain.action import Request
from routerd.domain.errors import UsageError
from routerd.domain.outcome import Outcome, Status
from routerd.domain.tier import Tier
from routerd.domain.unicode import Encoding
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.frontends.arithmetic import arithmetic_json
from routerd.frontends.cli import screen
from routerd.frontends.cli.batch_end import Destination, ManyOptions
from routerd.frontends.cli.explain import lines, parts
from routerd.frontends.cli.file_position import model_named, request, split
from routerd.frontends.cli.many import (
    Changed,
    Explain,
    estimate_many,
    run_many,
    selection_of,
    several,
)
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.cli.options import AsJson, Fresh, Instruction, InTier, MaxCost, Model, Rewrite, Stream, Yes
from routerd.frontends.cli.progress import ActionProgress
from routerd.frontends.shapes import Json, estimate_json, outcome_json, refused
from routerd.pipeline.plan import Plan
from routerd.pipeline.rewrite import or_rewritten
from routerd.system.signals import on_end

EXIT = {Status.APPLIED: 0, Status.PROPOSED: 0, Status.FAILED: 1, Status.REFUSED: 3, Status.CANCELLED: 130}
_OPTION = {
    RefusalCode.DOCUMENTED: "Add --replace to rewrite it.",
    RefusalCode.INSTRUCTION: "Add --instruction TEXT.",
}
"""What a terminal says beside a refusal: how to ask otherwise."""
INDEX_SECONDS = 3.0
"""Time that a single command spends on the files around its target; a daemon takes as long as it needs."""

Where = Annotated[str, typer.Argument(metavar="FILE[:LINE[:COL]]", help="the place, counted from 1")]


def run(  # noqa: PLR0913, PLR0917  # each parameter is an option of the command line
    action: Annotated[
        str, typer.Argument(metavar="ACTION", help=", ".join(s.name for s in catalog().values() if s.placed))
    ],
    places: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE[:LINE[:COL]]|PATHS", help="a place; or files, folders, patterns, -"),
    ] = None,
    instruction: Instruction = "",
    tier: InTier = None,
    model: Model = None,
    show_diff: Annotated[bool, typer.Option("--diff", help="print the change (default)")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="write the change")] = False,
    as_json: AsJson = False,
    rewrite: Rewrite = False,
    yes: Yes = False,
    fresh: Fresh = False,
    max_cost: MaxCost = None,
    stream: Stream = False,
    changed: Changed = None,
    explain: Explain = False,
    config: Config = None,
) -> int:
    """Run one action; prints the change as a diff, or applies it."""
    if apply and show_diff:
        raise UsageError("--apply and --diff exclude each other: choose one.")
    words = places or []
    with opened(config) as app:
        if not named(action).placed:
            raise UsageError(f"'{action}' has no place in a file: run 'routerd {action}'.")
        if several(words, changed):
            if stream:
                raise UsageError("--stream shows one answer: name one place.")
            cap = None if max_cost is None else amount(max_cost)
            place = Destination.FILES if apply else Destination.PRINTED
            options = ManyOptions(yes, fresh, explain, as_json, cap, place)
            many = BatchRequest(
                action,
                Tier.named(tier) if tier is not None else None,
                model_named(app, model),
                instruction,
                rewrite,
                fresh,
            )
            return run_many(app, many, selection_of(words, changed), options)
        (where,) = words
        asked = request(app, action, where, instruction=instruction, tier=tier, model=model, replace=rewrite)
        if max_cost is not None:
            app.limit_actions(amount(max_cost), "--max-cost")
        app.index(asked.document.uri, INDEX_SECONDS)
        editor = FileEditor(app, asked.document.uri, write=apply, ask=sys.stdin.isatty() and not as_json, agreed=yes)
        outcome = asyncio.run(run_to_end(app, replace(asked, fresh=fresh), editor, stream))
        if editor.unasked:
            outcome = replace(outcome, message=f"{outcome.message} Add --yes to agree beforehand.")
        if outcome.refusal is not None and (option := _OPTION.get(outcome.refusal)):
            outcome = replace(outcome, message=f"{outcome.message} {option}")
        if as_json:
            screen.print_json(outcome_json(outcome, Encoding.UTF32))
        else:
            _show(outcome, asked, app.workspace.project(asked.document.uri).root, split(where)[0])
            _tell_rest(outcome, apply)
    return EXIT[outcome.status]


def amount(words: str) -> Decimal:
    """An amount of dollars. Raises UsageError."""
    try:
        amount = Decimal(words.removeprefix("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise UsageError(f"--max-cost takes an amount of dollars such as 0.05, not '{words}'.")
    return amount


async def run_to_end(app: App, asked: Request, editor: FileEditor, streamed: bool = False) -> Outcome:
    """The action as a task that Ctrl-C cancels, so that what was spent is booked before the end."""
    progress = ActionProgress(streamed)
    task = asyncio.ensure_future(app.run(asked, editor, progress))
    on_end(asyncio.get_running_loop(), task.cancel)
    try:
        return await task
    finally:
        progress.close()
        await app.disconnect()


def _show(outcome: Outcome, asked: Request, root: str, file: Path) -> None:
    change = outcome.change
    if change and change.files and outcome.status is Status.PROPOSED:
        screen.diff(unified(change, root or asked.document.uri.rpartition("/")[0]))
    if change and change.document:
        screen.console().print(change.document, markup=False)
    for finding in (change.findings if change else None) or ():
        start = finding.span.start
        screen.console().print(
            f"{file}:{start.line + 1}:{start.column + 1}: {finding.severity}: {finding.message}",
            markup=False,
        )
    screen.receipt(outcome)


def _tell_rest(outcome: Outcome, apply: bool) -> None:
    """What was not done, and how to have it."""
    if apply and outcome.change is not None and not outcome.change.files:
        screen.note(f"'{outcome.action}' changes no file, so there was nothing to apply.")
    if outcome.untested is not None:
        screen.note(
            "The new tests were not run: 'routerd config tests on' lets routerd run such tests before it "
            f"shows them, in a copy of the project, with '{outcome.untested.shown}'."
        )


def _one_place(words: list[str], changed: str | None) -> bool:
    """Whether words are one place and then actions; behind it a name that is both means the action."""
    if several(words[:1], changed):
        return False
    return all(word in catalog() or not os.path.lexists(word) for word in words[1:])


def priced(app: App, place: str, actions: Sequence[str]) -> tuple[list[tuple[str, Plan]], list[str]]:
    """What actions at a place would cost, all of them where none is named; and why some are refused.

    Sends nothing. Raises UsageError where there is no such place or action.
    """
    for name in actions:
        if not named(name).placed:
            raise UsageError(f"'{name}' has no place in a file, so no price before its text is known.")
    names = actions or [spec.name for spec in catalog().values() if spec.placed and not spec.diagnosed]
    requests = [request(app, name, place) for name in names]
    app.index(requests[0].document.uri, INDEX_SECONDS)
    plans = [(asked.action, or_rewritten(asked, app.plan)[1]) for asked in requests]
    found = [(name, plan) for name, plan in plans if not isinstance(plan, Refusal)]
    refusals = [plan.message for _, plan in plans if isinstance(plan, Refusal)]
    return found, list(dict.fromkeys([*refusals, *refused(plan.forecast for _, plan in found)]))


def priced_json(plan: Plan, explain: bool = False) -> Json:
    """An Estimate of the interface; ``explain`` adds what would be sent, and the arithmetic."""
    shape = estimate_json(plan.forecast) or {}
    return shape | {"context": parts(plan), "arithmetic": arithmetic_json(plan.forecast.choice)} if explain else shape


def estimate(  # noqa: PLR0913, PLR0917  # each parameter is an option of the command line
    where: Annotated[
        str | None,
        typer.Argument(metavar="FILE[:LINE[:COL]]|PATHS", help="a place; or files, folders, patterns, -"),
    ] = None,
    more: Annotated[
        list[str] | None,
        typer.Argument(metavar="ACTION", help="behind one place: all of them if none is named; else further paths"),
    ] = None,
    action: Annotated[str, typer.Option("--action", metavar="A,B", help="the actions to price")] = "",
    changed: Changed = None,
    as_json: AsJson = False,
    explain: Annotated[bool, typer.Option("--explain", help="show what would be sent, and why; or each file")] = False,
    config: Config = None,
) -> int:
    """Say what actions would cost; sends nothing."""
    given = [*([where] if where is not None else []), *(more or ())]
    named_actions = [name.strip() for name in action.split(",") if name.strip()]
    with opened(config) as app:
        if not _one_place(given, changed):
            return estimate_many(app, named_actions, selection_of(given, changed), explain, as_json)
        found, refusals = priced(app, given[0], [*given[1:], *named_actions])
        if as_json:
            screen.print_json([priced_json(plan, explain) for _, plan in found])
        else:
            screen.estimates([(name, plan.forecast) for name, plan in found])
            gaps = app.workspace.project(split(given[0])[0].absolute().as_uri()).gaps
            for name, plan in found if explain else ():
                for line in lines(name, plan, gaps):
                    screen.console().print(line, markup=False, soft_wrap=True)
        for refusal in refusals if not as_json or not found else ():
            screen.note(refusal)
    return 0 if any(plan.forecast.refusal is None for _, plan in found) else 3

"""How a batch ended: changes land where the user wants them, and every answer that did not is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from routerd.app.batch_landing import as_patch, in_files, on_branch
from routerd.app.batches import Batches
from routerd.app.file_editor import replace_file
from routerd.batch.landing import Conflict, changed_lines
from routerd.batch.waves import RunEnd
from routerd.domain.batch import BatchPlan, ItemState
from routerd.domain.reply import FileChange
from routerd.domain.text import Text
from routerd.frontends.cli import batch_screen, screen
from routerd.frontends.cli.batch_screen import batch_json, price_json
from routerd.frontends.shapes import Json, counted

_NOTHING: Mapping[str, object] = MappingProxyType({})
DONE, FAILED, REFUSED, CANCELLED = 0, 1, 3, 130


class Destination(StrEnum):
    """Where changes go."""

    PRINTED = "printed"
    FILES = "files"
    PATCH = "patch"
    BRANCH = "branch"
    STORED = "stored"


@dataclass(frozen=True, slots=True)
class ManyOptions:
    """What the command line says beside action and files."""

    yes: bool = False
    fresh: bool = False
    explain: bool = False
    as_json: bool = False
    max_cost: Decimal | None = None
    place: Destination = Destination.PRINTED
    name: str | None = None
    """Of the patch file or the branch."""


@dataclass(frozen=True, slots=True)
class _Result:
    """What landed where."""

    files: tuple[FileChange, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    problems: tuple[str, ...] = ()
    patch: str | None = None
    where: str = ""
    """The end of the sentence "3 files …"."""


def _landed(batches: Batches, plan: BatchPlan, options: ManyOptions) -> _Result:
    """Write the changes to their place."""
    match options.place:
        case Destination.STORED:
            return _Result(where=f"changed: 'routerd batch apply {plan.action}' applies what is stored")
        case Destination.FILES:
            landed = in_files(batches, plan)
            return _Result(landed.written, tuple(landed.landing.conflicts), landed.problems, where="changed")
        case Destination.BRANCH:
            message = f"routerd: {plan.action} {counted(len(plan.items), 'file')}"
            landed = on_branch(batches, plan, options.name, message)
            where = f"changed on branch {landed.branch}" if landed.branch else "changed; there is no branch"
            return _Result(landed.written, tuple(landed.landing.conflicts), landed.problems, where=where)
        case Destination.PATCH | Destination.PRINTED:
            landing, patch = as_patch(batches, plan)
            where = "would change"
            if options.place is Destination.PATCH and options.name is not None:
                replace_file(Path(options.name).absolute(), Text(patch))
                where = f"in the patch {options.name}"
            return _Result(tuple(landing.files.values()), tuple(landing.conflicts), patch=patch, where=where)


def shown(
    batches: Batches, plan: BatchPlan, end: RunEnd, options: ManyOptions, more: Mapping[str, object] = _NOTHING
) -> int:
    """Write or print what there is, say how it ended, and return the exit code; ``more`` goes into the JSON."""
    price = plan.price
    plan = replace(plan, items=batches.store.items(plan.id))
    result = _landed(batches, plan, options)
    plan = replace(plan, items=batches.store.items(plan.id))
    added, removed = changed_lines(result.files)
    if options.as_json:
        shape = batch_json(plan) | {
            "planned": price_json(price),
            "stopped": end.capped or end.fault,
            "cancelled": end.cancelled,
            "conflicts": [{"path": one.path, "reason": one.reason} for one in result.conflicts],
            "problems": list(result.problems),
            "files": len(result.files),
            "added": added,
            "removed": removed,
            "patch": result.patch,
            "answers": _answers_json(batches, plan),
            **more,
        }
        screen.print_json(shape)
    else:
        if result.patch and options.place is Destination.PRINTED:
            screen.diff(result.patch)
        _print_answers(batches, plan)
    batch_screen.ended_lines(plan.items)
    batch_screen.conflict_lines(result.conflicts)
    for sentence in (*result.problems, end.capped, end.fault):
        if sentence:
            screen.note(sentence)
    rest = [item for item in plan.items if item.state is ItemState.PLANNED]
    if rest and (end.capped or end.cancelled or end.fault):
        screen.note(f"{counted(len(rest), 'file')} not asked: {', '.join(item.path for item in rest)}")
    spent = batch_screen.spent_of(plan.items)
    ready = sum(item.state is ItemState.DONE for item in plan.items)
    count = counted(ready, "answer") if options.place is Destination.STORED else counted(len(result.files), "file")
    lines = "" if options.place is Destination.STORED else f", +{added} -{removed} lines"
    where = "stored" + result.where.removeprefix("changed") if options.place is Destination.STORED else result.where
    screen.note(f"{count} {where}{lines}; {spent} spent so far.")
    return _exit_code(plan, end, bool(result.conflicts or result.problems))


def _exit_code(plan: BatchPlan, end: RunEnd, trouble: bool) -> int:
    if end.cancelled:
        return CANCELLED
    if end.capped:
        return REFUSED
    bad = any(item.state in (ItemState.REFUSED, ItemState.FAILED) for item in plan.items)
    return FAILED if bad or trouble or end.fault else DONE


def _print_answers(batches: Batches, plan: BatchPlan) -> None:
    for path, change_document, findings in _answers(batches, plan):
        if change_document:
            screen.console().print(f"# {path}\n\n{change_document}", markup=False)
        for line in findings:
            screen.console().print(line, markup=False)


def _answers_json(batches: Batches, plan: BatchPlan) -> list[Json]:
    return [
        {"path": path, "document": document, "findings": findings}
        for path, document, findings in _answers(batches, plan)
    ]


def _answers(batches: Batches, plan: BatchPlan) -> Iterator[tuple[str, str | None, list[str]]]:
    """What was found or written about each file, for actions that change none."""
    for item in plan.items:
        if item.state is not ItemState.DONE:
            continue
        change = batches.store.change(plan.id, item.id)
        if change is None or change.files:
            continue
        lines = [
            f"{item.path}:{found.span.start.line + 1}:{found.span.start.column + 1}: {found.severity}: {found.message}"
            for found in change.findings or ()
        ]
        yield item.path, change.document, lines

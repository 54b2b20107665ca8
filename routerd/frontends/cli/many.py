"""One action over many files from the command line: the total first, then a question, then the work and its result."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from routerd.actions import catalog, named
from routerd.app.batches import Batches, Selection
from routerd.app.workspace import App
from routerd.batch.planning import BatchRequest
from routerd.batch.waves import RunEnd
from routerd.domain.batch import BatchPlan
from routerd.domain.errors import UsageError
from routerd.domain.model import OFFLINE
from routerd.domain.money import dollars_at_most
from routerd.domain.patch import patches
from routerd.domain.verdict import Refusal
from routerd.frontends.cli import batch_screen, screen
from routerd.frontends.cli.agreement import agreed_to
from routerd.frontends.cli.batch_end import DONE, REFUSED, ManyOptions, shown
from routerd.frontends.cli.batch_screen import BatchProgress, batch_json, total_line
from routerd.frontends.cli.progress import working
from routerd.frontends.shapes import counted
from routerd.system.signals import on_end

_MAX_DIFF = 50_000_000
"""Bytes of a diff."""

Changed = Annotated[
    str | None, typer.Option("--changed", metavar="REF", help="the files that differ from a branch, tag or commit")
]
Explain = Annotated[bool, typer.Option("--explain", help="a row for each file, and each that is skipped")]


def several(words: list[str], changed: str | None) -> bool:
    """Whether words of the command line stand for more than one place in one file."""
    return changed is not None or len(words) != 1 or words[0] == "-" or Path(words[0]).is_dir() or _pattern(words[0])


def _pattern(word: str) -> bool:
    return not Path(word).exists() and any(sign in word for sign in "*?[")


def selection_of(words: list[str], changed: str | None, diff: str | None = None) -> Selection:
    """What to work on; ``-`` reads a list of files from standard input, one a line or ended by NUL."""
    if not words and changed is None and diff is None:
        raise UsageError("Name files, folders or patterns, or --changed REF.")
    listed: tuple[str, ...] | None = None
    if "-" in words:
        if diff == "-":
            raise UsageError("Standard input is either a list of files or a diff: give the diff as a file.")
        # A name may hold any byte but NUL, and ``splitlines`` also cuts at form feeds and seven other characters.
        read = sys.stdin.buffer.read(_MAX_DIFF + 1)
        if len(read) > _MAX_DIFF:
            raise UsageError("The list of files is larger than 50 MB: give folders or patterns.")
        text = os.fsdecode(read)
        names = text.split("\0") if "\0" in text else [name.removesuffix("\r") for name in text.split("\n")]
        listed = tuple(name for name in names if name)
    if diff is not None:
        changed_there = (patch.path for patch in patches(read_diff(diff)) if patch.problem is None)
        listed = (*(listed or ()), *changed_there)
    return Selection(tuple(word for word in words if word != "-"), listed, changed)


def read_diff(name: str) -> str:
    """A diff from a file, or from standard input for ``-``. Raises UsageError."""
    try:
        if name == "-":
            read = sys.stdin.buffer.read(_MAX_DIFF + 1)
        else:
            with Path(name).open("rb") as file:
                read = file.read(_MAX_DIFF + 1)
    except OSError as fault:
        raise UsageError(f"The diff {name} cannot be read: {fault.strerror or fault}.") from None
    if len(read) > _MAX_DIFF:
        raise UsageError("The diff is larger than 50 MB: give a smaller one.")
    return read.decode("utf-8", "surrogateescape")


@contextmanager
def batches_of(app: App) -> Iterator[Batches]:
    """The batches of the current folder."""
    batches = Batches(app)
    try:
        if batches.store.problem:
            screen.note(f"routerd: {batches.store.problem}")
        yield batches
    finally:
        batches.close()


def planned(batches: Batches, wanted: BatchRequest, selection: Selection, options: ManyOptions) -> BatchPlan | Refusal:
    """The stored plan of a selection."""
    with working("listing files"):
        files = list(batches.selected(selection))
    with working("looking at files", len(files)) as tell:
        plan = batches.plan(wanted, files, tell, fresh=options.fresh)
    return plan if isinstance(plan, Refusal) else replace(plan, cap=options.max_cost)


def run_many(app: App, wanted: BatchRequest, selection: Selection, options: ManyOptions) -> int:
    """Plan, ask for agreement, run, and show or write the result."""
    with batches_of(app) as batches, batches.locked():
        plan = planned(batches, wanted, selection, options)
        if isinstance(plan, Refusal):
            screen.note(plan.message)
            return REFUSED
        screen.note(total_line(plan))
        if options.explain and not options.as_json:
            batch_screen.plan_table(plan)
        batch_screen.passed_lines(plan, options.explain)
        end = RunEnd(None, cancelled=False, fault=None)
        if plan.open:
            if not agreed(plan, options):
                return REFUSED
            found = asyncio.run(_run_to_end(batches, wanted, plan))
            if isinstance(found, Refusal):
                screen.note(found.message)
                return REFUSED
            end = found
        return shown(batches, plan, end, options)


def agreed(plan: BatchPlan, options: ManyOptions) -> bool:
    """Whether the user agrees to the price; nobody is asked where nothing is sent."""
    if all(item.model == OFFLINE for item in plan.open):
        return True
    most = plan.price.most
    price = batch_screen.price_words_of(plan.price) if most is None else f"at most {dollars_at_most(most)}"
    return agreed_to(f"Send {counted(len(plan.open), 'request')} ({price})?", options)


async def _run_to_end(batches: Batches, wanted: BatchRequest, plan: BatchPlan) -> RunEnd | Refusal:
    """The run as a task that Ctrl-C cancels, so that what was spent is booked before the end."""
    with BatchProgress(plan.price.most) as progress:
        task = asyncio.ensure_future(batches.run(wanted, plan, progress))
        on_end(asyncio.get_running_loop(), task.cancel)
        return await task


def estimate_many(app: App, actions: list[str], selection: Selection, explain: bool, as_json: bool) -> int:
    """Say what actions over many files would cost; nothing is sent or stored."""
    names = actions or [
        spec.name for spec in catalog().values() if spec.placed and not spec.diagnosed and not spec.instructed
    ]
    plans: list[BatchPlan] = []
    refusals: list[str] = []
    with batches_of(app) as batches:
        with working("listing files"):
            files = list(batches.selected(selection))
        for name in names:
            if not named(name).placed:
                raise UsageError(f"'{name}' has no place in a file, so no price before its text is known.")
            with working(f"{name}: looking at files", len(files)) as tell:
                found = batches.estimated(BatchRequest(name), files, tell)
            if isinstance(found, Refusal):
                refusals.append(f"{name}: {found.message}")
            else:
                plans.append(found)
    if as_json:
        screen.print_json([batch_json(plan) for plan in plans])
    else:
        for plan in plans:
            screen.console().print(total_line(plan), markup=False)
        for plan in plans:
            if plan.items and (explain or len(names) == 1):
                batch_screen.plan_table(plan)
            batch_screen.passed_lines(plan, explain)
    for sentence in refusals:
        screen.note(sentence)
    return DONE if plans else REFUSED

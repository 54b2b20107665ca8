"""`routerd route`: where a developer's own words would be sent, and why; and how to say that this was wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import count, islice
from pathlib import Path
from typing import Annotated

import typer

from routerd.app.configuration import Setup
from routerd.app.nominal import nominal_choice
from routerd.app.workspace import App
from routerd.domain.errors import UsageError
from routerd.domain.quote import Route
from routerd.domain.stakes import Choice
from routerd.domain.tier import Tier
from routerd.domain.unicode import well_formed
from routerd.domain.verdict import Refusal
from routerd.frontends.arithmetic import arithmetic_json, arithmetic_lines
from routerd.frontends.cli import screen
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.cli.options import AsJson
from routerd.frontends.shapes import Json, route_json

_STDIN = Path("-")
_CHUNK = 256
_MOST_BYTES = 1_000_000
"""Of one line."""
"""Lines that are classified together: more are no faster, and the first answers would come later."""


def route(
    text: Annotated[str | None, typer.Argument(help="an instruction, in a developer's own words")] = None,
    as_json: AsJson = False,
    batch: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help='lines {"id", "text"}; - reads them from stdin')
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="show the five nearest known instructions")] = False,
    correct: Annotated[
        str | None, typer.Option(metavar="TIER", help="where it belongs: remembered in your configuration")
    ] = None,
    config: Config = None,
) -> int:
    """Say what a free-form instruction would be routed to, and why."""
    if (text is None) == (batch is None):
        raise UsageError('Give one instruction, as in routerd route "add unit tests", or --batch FILE.jsonl.')
    if text is not None:
        text = instruction(text)
    if correct is not None:
        _correct(correct, text, config)
    with opened(config) as app:
        return _one(app, text, as_json, explain) if text is not None else _many(app, batch or Path(), explain)


def _correct(tier: str, text: str | None, config: Path | None) -> None:
    if text is None:
        raise UsageError('Give the words to remember, as in routerd route --correct architect "why does it hang".')
    path = Setup.found(config, Path.cwd()).correct(Tier.named(tier), text)
    screen.note(f"Remembered in {path}.")


def instruction(text: str) -> str:
    """A developer's words as they are classified. Raises UsageError where there are none."""
    if not text.strip():
        raise UsageError('The instruction is empty: give words, as in routerd route "add unit tests".')
    return well_formed(text)


def routed_json(found: Route, choice: Choice | None, explain: bool = False) -> Json:
    """A Route of the interface with the arithmetic of its models' order."""
    return route_json(found, neighbours=explain) | {"arithmetic": arithmetic_json(choice)}


def _one(app: App, text: str, as_json: bool, explain: bool) -> int:
    found = app.classify(text)
    if isinstance(found, Refusal):
        screen.note(found.message)
        return 3
    choice = nominal_choice(found, app)
    shape = routed_json(found, choice, explain)
    if as_json:
        screen.print_json(shape)
        return 0
    console = screen.console()
    console.print(f"{shape['action']} → {shape['tier']} → {shape['model']}", markup=False)
    console.print(found.reason, markup=False)
    for line in arithmetic_lines(choice):
        console.print(line, markup=False, soft_wrap=True)
    words = found.classification
    if explain and words is not None:
        sure = "confident" if words.confident else "unsure"
        console.print(f"\n{sure}: score {words.score:.2f}, margin {words.margin:.2f}, {words.micros} µs", markup=False)
        for near in words.nearest:
            console.print(f"  {near.similarity:.2f}  {near.tier:<9}  {near.action:<8}  {near.text}", markup=False)
    return 0


def _many(app: App, batch: Path, explain: bool) -> int:
    lines = _lines(batch)
    while rows := list(islice(lines, _CHUNK)):
        found = app.classify_many([text for _, text in rows])
        for (identity, _), one in zip(rows, found, strict=True):
            shape = {"error": one.message} if isinstance(one, Refusal) else route_json(one, neighbours=explain)
            sys.stdout.write(json.dumps({"id": identity, **shape}, ensure_ascii=False) + "\n")
    return 0


def _lines(batch: Path) -> Iterator[tuple[object, str]]:
    with nullcontext(sys.stdin.buffer) if batch == _STDIN else batch.open("rb") as file:
        for number in count(1):
            line = file.readline(_MOST_BYTES + 1)
            if not line:
                return
            if not line.strip():
                continue
            try:
                if len(line) > _MOST_BYTES:
                    raise ValueError
                row = json.loads(line)
                yield row["id"], str(row["text"])
            except (ValueError, KeyError, TypeError, RecursionError):
                raise UsageError(f'{batch}, line {number}: write {{"id": …, "text": "…"}} on each line.') from None

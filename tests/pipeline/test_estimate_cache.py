"""What a hover shows after a keystroke is what planning the file anew would show."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from routerd.actions import catalog
from routerd.adapters.grammar import parsed as parsed_module
from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal, RefusalCode
from tests.home import at_home

SOURCE = '''\
"""Parcels."""

import os
from json import dumps

LIMIT = 10


def weigh(parcel):
    """Weigh it.

    Slowly.
    """
    return min(parcel, LIMIT)


class Label:
    def text(self, parcel):
        words = [parcel.name]
        return " ".join(words)

    def other(self):
        return 1


def tail():
    return 2
'''
LABEL = Position(17, 9)
"""The name of Label.text."""

EDITS = {
    "a comment in the body": (Position(18, 29), "  # and so on"),
    "a line in the body": (Position(18, 0), "        parcel = parcel\n"),
    "a call of a known function": (Position(18, 29), "; weigh(parcel)"),
    "a constant that is used": (Position(18, 29), " * LIMIT"),
    "an import that is used": (Position(18, 29), "; dumps(words)"),
    "a parameter": (Position(17, 24), ", sep='-'"),
    "a line above": (Position(4, 0), "import sys\n"),
    "a line below": (Position(25, 0), "# the end\n"),
    "documentation": (Position(17, 26), '\n        """Say it."""'),
    "a line in another function": (Position(13, 0), "    parcel += 1\n"),
}


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    at_home(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("N1N_API_KEY", "never-sent")
    opened = App.open(root=tmp_path)
    yield opened
    opened.close()


def shown(app: App, document: Document, position: Position) -> dict[str, object]:
    return {
        priced_action.spec.name: (priced_action.title, priced_action.forecast)
        for priced_action in app.priced_actions(document, Range(position, position))
    }


def planned(app: App, document: Document, position: Position) -> dict[str, object]:
    """The same without any memory of texts before."""
    found: dict[str, object] = {}
    for action in (spec.name for spec in catalog().values() if spec.in_menu):
        request = Request(action, document, Range(position, position))
        plan = app.plan(request)
        if isinstance(plan, Refusal) and plan.code is RefusalCode.DOCUMENTED:
            plan = app.plan(Request(action, document, Range(position, position), replace=True))
        if not isinstance(plan, Refusal):
            spec, label = plan.question.spec, plan.question.target.label
            title = spec.replace_title if plan.question.request.replace else spec.title
            found[action] = (title.format(target=label), plan.forecast)
    return found


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_after_an_edit_a_hover_shows_what_a_new_plan_says(app: App, edit: tuple[Position, str]) -> None:
    document = Document("file:///project/label.py", 1, "python", Text(SOURCE))
    shown(app, document, LABEL)
    at, new = edit
    typed = document.text.replaced(Range(at, at), new)
    now = Document(document.uri, 2, "python", typed)
    below = new.count("\n") if at.line <= LABEL.line and at != EDITS["documentation"][0] else 0
    position = Position(LABEL.line + below, LABEL.column)
    assert shown(app, now, position) == planned(app, now, position)


def test_a_function_that_is_typed_letter_by_letter_is_priced_right_at_each_letter(app: App) -> None:
    text, version = Text(SOURCE), 1
    position = Position(18, 8)
    written = "        for part in parcel.parts:\n            words.append(weigh(part))  # heavy 📦\n"
    at = Position(18, 0)
    for letter in written:
        text = text.replaced(Range(at, at), letter)
        at = Position(at.line + 1, 0) if letter == "\n" else Position(at.line, at.column + 1)
        version += 1
        document = Document("file:///project/label.py", version, "python", text)
        expected = planned(app, document, position)
        found = shown(app, document, position)
        if not app.grammar.faults(text.string, "python"):
            assert found == expected, repr(letter)


def test_random_typing_in_one_function_is_priced_right(app: App) -> None:
    rng = random.Random(7)
    text = Text(SOURCE)
    for version in range(2, 60):
        line = rng.choice((18, 19))
        column = rng.randrange(len(text.bare(line)) + 1)
        position = Position(line, max(column, 8))
        text = text.replaced(Range(position, position), rng.choice(["x", " ", "weigh", "LIMIT", "os", "é"]))
        document = Document("file:///project/label.py", version, "python", text)
        found = shown(app, document, LABEL)
        if not app.grammar.faults(text.string, "python"):
            assert found == planned(app, document, LABEL), text.string


async def test_what_a_pause_prepared_is_what_planning_anew_says(app: App) -> None:
    document = Document("file:///project/label.py", 1, "python", Text(SOURCE))
    app.opened(document)
    await app.prepare(document.uri)
    assert shown(app, document, LABEL) == planned(app, document, LABEL)
    typed = document.text.replaced(
        Range(Position(3, 0), Position(3, 0)), "import sys\n\n\ndef new():\n    return weigh\n\n\n"
    )
    now = Document(document.uri, 2, "python", typed)
    app.opened(now)
    await app.prepare(now.uri)
    position = Position(LABEL.line + 7, LABEL.column)
    assert shown(app, now, position) == planned(app, now, position)
    app.closed(now.uri)
    await app.prepare(now.uri)  # nothing is there to be prepared, and nothing is said


def test_hovers_and_preparations_on_two_threads_agree(app: App) -> None:
    text = Text(SOURCE)
    with ThreadPoolExecutor(1) as other:
        for version in range(2, 40):
            at = Position(18, 8)
            text = text.replaced(Range(at, at), _typed(version))
            document = Document("file:///project/label.py", version, "python", text)
            app.opened(document)
            preparing = other.submit(asyncio.run, app.prepare(document.uri))
            found = shown(app, document, LABEL)
            preparing.result()
            if not app.grammar.faults(text.string, "python"):
                assert found == planned(app, document, LABEL), text.string


def _typed(seed: int) -> str:
    return random.Random(seed).choice(["x", "weigh(parcel); ", "LIMIT; ", "\n        ", "os; "])


async def test_a_long_function_that_does_not_parse_is_not_parsed_at_each_hover(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"    total = total + {number}\n" for number in range(3_000)]
    rows[1_500] = "    total = (total +\n"
    text = Text("".join(("import os\n\n\n", "def label(total):\n", *rows, "    return total\n")))
    where, version = Position(3, 5), 1
    app.opened(document := Document("file:///project/long.py", version, "python", text))
    assert "Document" in str(shown(app, document, where)["document"])
    parsed: list[int] = []
    parse = parsed_module.parse

    def counted(code: bytes, language: str) -> object:
        parsed.append(len(code))
        return parse(code, language)

    monkeypatch.setattr(parsed_module, "parse", counted)
    for letter in "  # words":
        end = Position(4, len(text.bare(4)))
        text = text.replaced(Range(end, end), letter)
        version += 1
        app.opened(document := Document(document.uri, version, "python", text))
        shown(app, document, where)
    assert max(parsed, default=0) < 5_000
    text = text.replaced(Range(Position(1_504, 20), Position(1_504, 20)), " 1)")
    app.opened(document := Document(document.uri, version + 1, "python", text))
    assert not app.grammar.faults(text.string, "python")
    await app.prepare(document.uri)
    assert shown(app, document, where) == planned(app, document, where)

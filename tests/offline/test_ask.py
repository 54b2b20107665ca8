"""Free-form requests offline: an honest sentence, the places that the words point at, and never an edit."""

from __future__ import annotations

import asyncio

import pytest

from routerd.adapters.lint import RuffLinter
from routerd.domain.attempt import AttemptStatus
from routerd.domain.project import Declaration, Project
from routerd.domain.symbol import SymbolKind
from routerd.offline import OfflineEngine
from tests.offline.asking import CANDIDATE, Noted, judged, question, reply

PROJECT = Project(
    root="file:///p",
    files=("sample.py", "other.py"),
    declarations={
        "write_header": (
            Declaration(
                "write_header", "write_header", SymbolKind.FUNCTION, "other.py", "def write_header(h)", "Writes it."
            ),
        ),
        "unrelated": (Declaration("unrelated", "unrelated", SymbolKind.FUNCTION, "other.py", "def unrelated()"),),
    },
)


async def test_a_question_is_answered_with_the_places_that_its_words_point_at() -> None:
    source = "def parse_header(data):\n    return data\n"
    asked = question("ask", source, project=PROJECT, instruction="Why do headers fail?")
    change = judged(await reply(asked, PROJECT), asked, frozenset(PROJECT.files))
    assert change.files == ()
    assert change.document is not None
    assert "no model" in change.document
    assert "- `sample.py`, `parse_header`, line 1: `def parse_header(data)" in change.document
    assert "- `other.py`, `write_header`, `def write_header(h)`: Writes it." in change.document
    assert "unrelated" not in change.document


async def test_words_that_point_nowhere_are_said_to() -> None:
    asked = question("ask", "x = 1\n", instruction="Why is the sky blue?")
    assert "No declaration of the project shares a word" in (await reply(asked)).text


async def test_a_cancelled_question_is_reported_as_cancelled_once() -> None:
    asked = question("review", "def f(x=[]):\n    return x\n" * 2_000)
    engine, watch = OfflineEngine(RuffLinter(), lambda _uri: PROJECT), Noted()
    task = asyncio.create_task(engine.ask(asked, CANDIDATE, watch))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [attempt.status for attempt in watch.attempts] == [AttemptStatus.CANCELLED]

"""Free-form requests offline: an honest sentence, and never an edit."""

from __future__ import annotations

import asyncio

import pytest

from routerd.adapters.lint import RuffLinter
from routerd.domain.attempt import AttemptStatus
from routerd.offline import OfflineEngine
from tests.offline.asking import CANDIDATE, Noted, judged, question, reply


async def test_a_question_is_told_to_need_a_model_and_changes_nothing() -> None:
    asked = question("ask", "def parse_header(data):\n    return data\n", instruction="Why do headers fail?")
    change = judged(await reply(asked), asked)
    assert change.files == ()
    assert change.document is not None
    assert "no model" in change.document
    assert "routerd config init" in change.document


async def test_a_cancelled_question_is_reported_as_cancelled_once() -> None:
    asked = question("review", "def f(x=[]):\n    return x\n" * 2_000)
    engine, watch = OfflineEngine(RuffLinter()), Noted()
    task = asyncio.create_task(engine.ask(asked, CANDIDATE, watch))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [attempt.status for attempt in watch.attempts] == [AttemptStatus.CANCELLED]

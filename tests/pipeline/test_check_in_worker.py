"""The check of an answer in a large file: the event loop goes on, cancelling works, and a worker may die."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from routerd.adapters.worker import WorkerPool
from routerd.app.workspace import App
from routerd.domain.attempt import AttemptStatus
from routerd.domain.outcome import Outcome, Status
from routerd.domain.text import Text
from tests import brain
from tests.bench.check import TARGET, source
from tests.loopback import Upstream
from tests.machine_lag import OwnTime
from tests.pipeline.test_pipeline import Desk, desk, home, open_app, request_for

__all__ = ["desk", "home", "open_app"]

LINES = 9_000


class Answering:
    """An honest model that remembers when it was asked, for the moment when the check begins."""

    def __init__(self) -> None:
        self.at: float | None = None

    def __call__(self, body: Mapping[str, Any]) -> str:
        self.at = time.monotonic()
        return brain.reply(body)


async def begun(app: App, desk: Desk, lines: int = LINES) -> asyncio.Task[Outcome]:
    """An action on a large file that was looked at before, as every open file is."""
    text = Text(source(lines))
    desk.document = replace(desk.document, text=text)
    app.opened(desk.document)
    await app.warm()
    await app.prepare(desk.document.uri)
    line = next(at for at, found in enumerate(text.lines) if found == TARGET.splitlines(True)[0])
    return asyncio.ensure_future(app.run(request_for(desk, line=line), desk, desk))


async def checking(app: App) -> WorkerPool:
    """The app's pool once a process of it is at work."""
    async with asyncio.timeout(30):
        while not any(process._process for process in app.services.worker._busy):
            await asyncio.sleep(0.005)
    return app.services.worker


async def test_the_loop_is_never_held_while_a_large_file_is_checked(open_app: Callable[..., App], desk: Desk) -> None:
    answering = Answering()
    async with Upstream(reply=answering) as upstream:
        app = open_app(upstream.base_url)
        work = await begun(app, desk)
        longest, turns = 0.0, 0
        while not desk.applied:
            began = time.thread_time()
            await asyncio.sleep(0.001)
            if answering.at is not None:
                longest, turns = max(longest, time.thread_time() - began), turns + 1
            assert not work.done() or desk.applied
        outcome = await work
    assert outcome.status is Status.APPLIED, outcome.message
    assert longest < 0.1, "seconds of the processor, whatever else the machine does"
    assert turns > 20, "the check took its time elsewhere"
    assert '    """Do what target does."""\n' in desk.applied[0].files[0].after.string
    assert desk.applied[0].files[0].before is desk.document.text


async def test_cancelling_ends_a_check_at_once_and_books_the_answer(open_app: Callable[..., App], desk: Desk) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        work = await begun(app, desk)
        pool = await checking(app)
        (process,) = pool._busy
        with OwnTime() as taken:
            work.cancel()
            outcome = await work
        assert taken.seconds < 1
    assert outcome.status is Status.CANCELLED
    assert outcome.attempts[0].status is AttemptStatus.CANCELLED
    assert outcome.attempts[0].reason == "cancelled while it was checked"
    assert outcome.cost == app.budget_status().spent_today
    assert outcome.cost
    assert not desk.applied
    while not process.ended:
        await asyncio.sleep(0.01)


async def test_a_check_that_dies_is_a_sentence_and_its_answer_is_paid_for_once(
    open_app: Callable[..., App], desk: Desk
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        work = await begun(app, desk)
        for process in (await checking(app))._busy:
            assert process._process is not None
            process._process.kill()
        outcome = await work
        assert outcome.status is Status.FAILED
        assert outcome.message.startswith(
            "Nothing was applied: the answer could not be checked, as the worker process ended before it was done. "
            "1 attempt, $"
        )
        assert outcome.attempts[0].status is AttemptStatus.REJECTED
        paid = app.budget_status().spent_today
        assert outcome.cost == paid
        assert paid
        again = await (await begun(app, desk))
        assert len(upstream.seen) == 1
    assert again.status is Status.APPLIED
    assert app.budget_status().spent_today == paid


@pytest.mark.parametrize("action", ["document", "test", "review", "design", "ask"])
async def test_every_action_is_examined_elsewhere_as_it_is_here(
    open_app: Callable[..., App], desk: Desk, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "rename this" if action == "ask" else ""
    changes = []
    async with Upstream(reply=brain.reply) as upstream:
        for small in (1_000_000, 0):
            monkeypatch.setattr("routerd.pipeline.judge.SMALL", small)
            desk.applied.clear()
            app = open_app(upstream.base_url, "[cache]\nenabled = false")
            outcome = await app.run(request_for(desk, action, instruction=words), desk, desk)
            assert outcome.status is Status.APPLIED, outcome.message
            changes.append(desk.applied[0])
    assert changes[0] == changes[1]

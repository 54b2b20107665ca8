"""Attempts are booked one time each: before the next call is made, and however the call ends."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from routerd.domain.attempt import AttemptStatus
from routerd.domain.document import Document
from routerd.domain.outcome import Status
from routerd.domain.text import Text
from tests import brain
from tests.home import at_home
from tests.loopback import Turn, Upstream, cut_before_finish
from tests.pipeline.test_failover import opened
from tests.pipeline.test_pipeline import SOURCE, Desk, request_for


@dataclass
class Watcher(Desk):
    """A Desk that keeps what the job is said to cost."""

    costs: list[Decimal] = field(default_factory=list)

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        self.costs.append(cost or Decimal(0))
        super().tokens(so_far, cost)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watcher:
    at_home(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("TEST_KEY", "a-key-for-loopback")
    path = tmp_path / "parcel.py"
    path.write_text(SOURCE, "utf-8", newline="")
    return Watcher(Document(path.as_uri(), 3, "python", Text(SOURCE)))


async def test_a_failed_attempt_is_booked_before_the_next_call_is_made(tmp_path: Path, desk: Watcher) -> None:
    seen: list[Decimal | None] = []

    def reply(body: Mapping[str, Any]) -> str:
        seen.append(app.budget_status().spent_today)
        return brain.reply(body)

    async with opened(tmp_path, Upstream([cut_before_finish()]), Upstream(reply=reply)) as app:
        outcome = await app.run(request_for(desk), desk, desk)
        spent = app.budget_status().spent_today
    assert outcome.status is Status.APPLIED, outcome.message
    failed, answered = outcome.attempts
    assert failed.cost
    assert seen == [failed.cost]
    assert spent == failed.cost + (answered.cost or 0)
    assert desk.costs[-1] > failed.cost, "progress shows the cost of the job, not of its last call"


@pytest.mark.parametrize("pieces", [1, 2, 5])
async def test_a_cancelled_failover_books_both_attempts_once(tmp_path: Path, desk: Watcher, pieces: int) -> None:
    slow = Upstream(reply=brain.reply, otherwise=Turn(chunk_chars=4, delay_s=0.05))
    async with opened(tmp_path, Upstream([cut_before_finish()]), slow) as app:
        task = asyncio.ensure_future(app.run(request_for(desk), desk, desk))
        arrived = 0

        def on_tokens() -> None:
            nonlocal arrived
            arrived += bool(slow.seen)
            if arrived == pieces:
                task.cancel()

        desk.on_tokens = on_tokens
        outcome = await task
        stats = app.stats(None)
    assert outcome.status is Status.CANCELLED
    assert [one.status for one in outcome.attempts] == [AttemptStatus.TRUNCATED, AttemptStatus.CANCELLED]
    assert all(one.cost for one in outcome.attempts)
    assert (stats.attempts, stats.spent) == (2, sum(one.cost or 0 for one in outcome.attempts))

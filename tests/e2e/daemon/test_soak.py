"""Editors, hostile ones among them, and HTTP streams on one daemon: no message is lost, and the ledger is the bills."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.e2e.daemon.soak import soaked
from tests.e2e.daemon.user import User

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from Linux's /proc")


@pytest.mark.timeout(240)
async def test_many_editors_and_streams_lose_nothing_and_are_billed_exactly(user: User, project: Path) -> None:
    """The same for minutes, with twenty editors and a bound of memory: `python -m tests.bench.soak`."""
    found = await soaked(user, project, seconds=4, editors=6, streams=2)
    assert found.actions > 0
    assert found.streamed > 0
    assert found.hostile_sessions > 0
    assert found.booked == found.billed
    assert found.flagged == 0

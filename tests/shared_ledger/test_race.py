"""Gateways and the server are killed at random: no cap is passed by a micro-dollar, and every bill is booked once."""

from __future__ import annotations

import pytest

from tests.shared_ledger.race import judged, race
from tests.shared_ledger.server import Server


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
async def test_no_cap_is_passed_and_no_bill_is_lost_under_kills(server: Server, seed: int) -> None:
    found = await race(server, 2_000, seed)
    judged(found)
    assert found.gateways_killed == 8
    assert found.servers_killed == 2
    assert found.refused, "the cap was never reached"

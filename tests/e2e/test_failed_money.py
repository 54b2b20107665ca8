"""An action that fails says what it cost, and that is never more than what was shown before it was sent."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.e2e.conftest import with_upstream
from tests.e2e.raw_editor import RawEditor
from tests.e2e.test_stdio import NAME, at, request_for
from tests.loopback import Turn, Upstream, cut_before_finish, cut_by_length

LONG = '<doc name="parse_header">\nSplit a header line'


@pytest.mark.parametrize("turn", [cut_by_length(), cut_before_finish(after=3)], ids=["long", "cut"])
async def test_a_failure_says_what_was_spent_and_stays_below_the_most_that_was_shown(
    env: dict[str, str], project: Path, turn: Turn
) -> None:
    async with (
        Upstream([turn] * 30, reply=LONG) as upstream,
        RawEditor(with_upstream(env, upstream.base_url), project) as editor,
    ):
        uri = editor.open(project / "labels.py")
        shown = await editor.request("routerd/estimate", at(uri, NAME))
        most = next(one["most"] for one in shown["estimates"] if one["action"] == "document")
        outcome = await editor.request("routerd/run", request_for(uri, "document"))
    assert outcome["status"] == "failed"
    assert upstream.seen
    assert Decimal(0) < Decimal(outcome["cost"]) <= Decimal(most)
    assert outcome["price"] in outcome["message"], outcome["message"]

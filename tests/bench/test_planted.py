"""The built-in engine's review of changes with planted faults, held against the list of what it finds and misses."""

from __future__ import annotations

import json

import pytest

from tests.bench.planted import KEPT, measured


@pytest.mark.slow
def test_what_was_found_of_planted_faults_is_found_still_and_the_list_is_true() -> None:
    kept, now = json.loads(KEPT.read_text("utf-8")), measured()
    assert now["planted"] == len(now["found"]) + len(now["missed"]) >= 20
    assert now == kept, "run 'python -m tests.bench.planted --write' after a check was added, and never to lose one"
    assert len(now["found"]) >= 15

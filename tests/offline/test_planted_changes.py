"""The built-in engine's review of changes with planted faults, held against the list of what it finds and misses."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.bench.planted import KEPT
from tests.structure.test_structure import ROOT


@pytest.mark.slow
def test_what_was_found_of_planted_faults_is_found_still_and_the_list_is_true() -> None:
    # In a process of its own, as it sets the environment of a user without a key.
    program = [sys.executable, "-m", "tests.bench.planted"]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=240)
    kept, now = json.loads(KEPT.read_text("utf-8")), json.loads(done.stdout)
    assert now["planted"] == len(now["found"]) + len(now["missed"]) >= 20
    assert now == kept, "run 'python -m tests.bench.planted --write' after a check was added; losing one needs a reason"
    assert now["harmless changes with findings"] == {}

"""The CPU limit of a query counts the query's own time, not the garbage collections that run meanwhile."""

from __future__ import annotations

import gc
import time

import pytest

from routerd.adapters.grammar import effort

LIMIT_S = 0.02


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "_ANY_S", LIMIT_S)


@pytest.mark.usefixtures("small_limit")
def test_garbage_collections_do_not_count() -> None:
    with effort.limited():
        start_s = time.thread_time()
        while time.thread_time() < start_s + 5 * LIMIT_S:
            gc.collect()
        effort.check()


@pytest.mark.usefixtures("small_limit")
def test_a_busy_loop_counts() -> None:
    with effort.limited():
        start_s = time.thread_time()
        while time.thread_time() < start_s + 2 * LIMIT_S:
            pass
        with pytest.raises(effort.TooHardError):
            effort.check()

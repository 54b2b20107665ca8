"""The last answered question on each target, in memory only; the oldest are forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from routerd.domain.conversation import Turn

MOST = 64
"""Targets of the last ten minutes of a busy person; with prompts of 30 kB these are 2 MB."""


class RecentTurnsInMemory:
    """The Recent port; safe to share between threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._turns: OrderedDict[str, Turn] = OrderedDict()
        self._lock = Lock()

    def last(self, target: str) -> Turn | None:
        """The last question on a target, however long ago."""
        with self._lock:
            return self._turns.get(target)

    def keep(self, target: str, turn: Turn) -> None:
        """Remember a question that was answered."""
        with self._lock:
            self._turns[target] = turn
            self._turns.move_to_end(target)
            while len(self._turns) > self._most:
                self._turns.popitem(last=False)

    def all(self) -> tuple[Turn, ...]:
        """The last question on each target."""
        with self._lock:
            return tuple(self._turns.values())

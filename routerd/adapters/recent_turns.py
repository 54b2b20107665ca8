"""The last answered question on each target, in memory only; the oldest are dropped first."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from routerd.domain.prompt import Turn

MOST = 64
"""The targets of ten busy minutes; with prompts of 30 kB they take 2 MB."""


class RecentTurnsInMemory:
    """The RecentTurns port; thread-safe."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._turns: OrderedDict[str, Turn] = OrderedDict()
        self._lock = Lock()

    def last(self, target: str) -> Turn | None:
        """The last turn on a target, of any age."""
        with self._lock:
            return self._turns.get(target)

    def keep(self, target: str, turn: Turn) -> None:
        """Stores the turn of an answered question."""
        with self._lock:
            self._turns[target] = turn
            self._turns.move_to_end(target)
            while len(self._turns) > self._most:
                self._turns.popitem(last=False)

    def all(self) -> tuple[Turn, ...]:
        """The last turn on each target."""
        with self._lock:
            return tuple(self._turns.values())

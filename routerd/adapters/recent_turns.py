"""The last answered question on each target, and accepted answers, in memory only; the oldest are dropped first."""

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
        self._accepted: OrderedDict[str, Turn] = OrderedDict()
        self._lock = Lock()

    def last(self, target: str) -> Turn | None:
        """The last turn on a target, of any age."""
        with self._lock:
            return self._turns.get(target)

    def keep(self, target: str, turn: Turn) -> None:
        """Stores the turn of an answered question."""
        self._put(self._turns, target, turn)

    def answered(self, answer: str) -> Turn | None:
        """The turn of an accepted answer."""
        with self._lock:
            return self._accepted.get(answer)

    def accept(self, answer: str, turn: Turn) -> None:
        """Stores the turn of an accepted answer."""
        self._put(self._accepted, answer, turn)

    def _put(self, turns: OrderedDict[str, Turn], key: str, turn: Turn) -> None:
        with self._lock:
            turns[key] = turn
            turns.move_to_end(key)
            while len(turns) > self._most:
                turns.popitem(last=False)

    def all(self) -> tuple[Turn, ...]:
        """The last turn on each target."""
        with self._lock:
            return tuple(self._turns.values())

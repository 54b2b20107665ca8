"""How long the daemon lives: while it is needed and some minutes more, or until its jobs have ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

_LOOK_S = 0.05
"""Between two looks at jobs that a daemon which leaves still waits for."""
_LONGEST_LOOK_S = 10.0


class Life:
    """Ends when ``wanted`` was false for so long, or soon after ``drain``."""

    def __init__(self, idle_s: float, jobs: Callable[[], int]) -> None:
        """``idle_s``: 0 for ever. ``jobs``: the actions under way."""
        self._idle_s, self._jobs = idle_s, jobs
        self._users = 0
        self._last = time.monotonic()
        self.draining = False
        self._drained = asyncio.Event()

    def begin(self) -> None:
        """A session or a request began."""
        self._users += 1

    def end(self) -> None:
        """It ended."""
        self._users -= 1
        self._last = time.monotonic()

    @property
    def sessions(self) -> int:
        """Sessions and requests under way."""
        return self._users

    def stay(self) -> None:
        """Leave no more for want of sessions."""
        self._idle_s = 0.0

    def drain(self) -> None:
        """End as soon as no job runs; no session may begin from now on."""
        self.draining = True
        self._drained.set()

    async def over(self) -> None:
        """Wait until it is time to leave."""
        while not self.draining:
            if self._users or self._jobs():
                self._last = time.monotonic()
            left = self._last + self._idle_s - time.monotonic()
            if self._idle_s and left <= 0:
                return
            look_s = min(left, _LONGEST_LOOK_S) if self._idle_s else _LONGEST_LOOK_S
            try:
                await asyncio.wait_for(self._drained.wait(), look_s)
            except TimeoutError:
                continue
        while self._jobs():
            await asyncio.sleep(_LOOK_S)

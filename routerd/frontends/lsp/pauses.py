"""What is done for a document once nobody has typed in it for a moment; typing puts it off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PAUSE_S = 0.3
"""Longer than between two keystrokes of a slow typist, shorter than the way from there to a hover."""


class Pauses:
    """One timer for each document, set anew by each change."""

    def __init__(self, work: Callable[[str], object]) -> None:
        """``work`` is given a document's URI at each pause, on the event loop."""
        self._work = work
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def typed(self, uri: str) -> None:
        """The document has changed."""
        self.end(uri)
        self._timers[uri] = asyncio.get_running_loop().call_later(PAUSE_S, self._paused, uri)

    def end(self, uri: str) -> None:
        """The document was closed: what was put off is not done."""
        timer = self._timers.pop(uri, None)
        if timer is not None:
            timer.cancel()

    def _paused(self, uri: str) -> None:
        del self._timers[uri]
        self._work(uri)

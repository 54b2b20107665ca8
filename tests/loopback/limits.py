"""A provider's rate limit over a sliding window, with the headers that tell of it; told the time."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from dataclasses import replace as changed

from tests.loopback.turns import Turn, rate_limited


@dataclass(slots=True)
class RateLimit:
    """So many requests in any window, and so many at once. What is past that gets a 429 that says when."""

    requests: int = 60
    window_s: float = 60.0
    concurrency: int | None = None
    refused: int = 0
    """How many requests were answered 429 by this limit."""
    _times: deque[float] = field(default_factory=deque)

    def judge(self, turn: Turn, now: float, at_once: int) -> Turn:
        """The turn with rate-limit headers, or a 429 in its place."""
        while self._times and self._times[0] <= now - self.window_s:
            self._times.popleft()
        over = self.concurrency is not None and at_once > self.concurrency
        if over or len(self._times) >= self.requests:
            self.refused += 1
            wait_s = self._reset_in(now) if not over else 0.1
            return changed(rate_limited(wait_s, "both"), headers=self._headers(now, wait_s))
        self._times.append(now)
        return changed(turn, headers={**self._headers(now, None), **turn.headers})

    def _reset_in(self, now: float) -> float:
        return self._times[0] + self.window_s - now if self._times else 0.0

    def _headers(self, now: float, wait_s: float | None) -> dict[str, str]:
        told = {
            "x-ratelimit-limit-requests": str(self.requests),
            "x-ratelimit-remaining-requests": str(self.requests - len(self._times)),
            "x-ratelimit-reset-requests": f"{self._reset_in(now):.3f}s",
        }
        if wait_s is None:
            return told
        # retry-after is whole seconds (RFC 9110 §10.2.3), so it is rounded up; -ms is exact.
        return {
            **told,
            "retry-after": str(math.ceil(wait_s)),
            "retry-after-ms": str(math.ceil(wait_s * 1000)),
        }

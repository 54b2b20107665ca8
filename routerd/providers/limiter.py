"""Requests, tokens and calls at once that a provider still allows: as the user set them."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

WINDOW_S = 60.25
"""A minute, and a quarter second for requests that reach the provider faster than earlier ones did."""


@dataclass(slots=True, eq=False)
class Slot:
    """One request in the window; its tokens are corrected once they are known."""

    at: float
    tokens: int


@dataclass(slots=True)
class Limiter:
    """The limits of one provider over a sliding minute; ``None`` is no limit. Times are monotonic seconds."""

    rpm: int | None = None
    tpm: int | None = None
    max_concurrency: int | None = None
    in_flight: int = 0
    _window: deque[Slot] = field(default_factory=deque)

    def wait_s(self, now: float, tokens: int) -> float:
        """Seconds until a request of so many tokens fits; infinite until one in flight ends."""
        self._forget(now)
        if self.max_concurrency is not None and self.in_flight >= self.max_concurrency:
            return math.inf
        return max(self._requests_wait_s(now), self._tokens_wait_s(now, tokens))

    def headroom(self, now: float) -> float:
        """The share of the tightest limit that is free, 0 to 1; 1 without limits."""
        self._forget(now)
        used = (
            (len(self._window), self.rpm),
            (sum(slot.tokens for slot in self._window) if self.tpm else 0, self.tpm),
            (self.in_flight, self.max_concurrency),
        )
        return min((max(1 - amount / limit, 0.0) for amount, limit in used if limit), default=1.0)

    def begin(self, now: float, tokens: int) -> Slot:
        """A request goes out that is expected to use so many tokens."""
        slot = Slot(now, tokens)
        self.in_flight += 1
        if self.rpm or self.tpm:
            self._window.append(slot)
        return slot

    def end(self, slot: Slot, tokens: int) -> None:
        """It ended, and used so many."""
        self.in_flight -= 1
        slot.tokens = tokens

    def _forget(self, now: float) -> None:
        while self._window and self._window[0].at <= now - WINDOW_S:
            self._window.popleft()

    def _requests_wait_s(self, now: float) -> float:
        if self.rpm is None or len(self._window) < self.rpm:
            return 0.0
        return self._window[len(self._window) - self.rpm].at + WINDOW_S - now

    def _tokens_wait_s(self, now: float, tokens: int) -> float:
        """Until enough old requests have left. One that is larger than the limit goes alone."""
        if self.tpm is None:
            return 0.0
        used, wait_s = sum(slot.tokens for slot in self._window), 0.0
        for slot in self._window:
            if used + tokens <= self.tpm:
                break
            used -= slot.tokens
            wait_s = slot.at + WINDOW_S - now
        return wait_s

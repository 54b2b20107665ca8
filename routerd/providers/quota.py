"""Rate limits: the user's own over a sliding minute, and what a deployment's headers say is left."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from routerd.providers.bounded import digits
from routerd.providers.retry_after import span

WINDOW_S = 60.25
"""A minute, plus a quarter second for differences in network delay."""


@dataclass(slots=True, eq=False)
class Slot:
    """One request in the window; its token count is corrected when the call ends."""

    at: float
    tokens: int


@dataclass(slots=True)
class Limiter:
    """The user's limits for one provider over a sliding minute; ``None``: no limit. Times are monotonic seconds."""

    rpm: int | None = None
    tpm: int | None = None
    max_concurrency: int | None = None
    in_flight: int = 0
    _window: deque[Slot] = field(default_factory=deque)

    def wait_s(self, now: float, tokens: int) -> float:
        """Seconds until a request of so many tokens fits; infinite where one in flight must end first."""
        self._forget(now)
        if self.max_concurrency is not None and self.in_flight >= self.max_concurrency:
            return math.inf
        return max(self._requests_wait_s(now), self._tokens_wait_s(now, tokens))

    def headroom(self, now: float) -> float:
        """The free share of the tightest limit, 0 to 1; 1 without limits."""
        self._forget(now)
        used = (
            (len(self._window), self.rpm),
            (sum(slot.tokens for slot in self._window) if self.tpm else 0, self.tpm),
            (self.in_flight, self.max_concurrency),
        )
        return min((max(1 - amount / limit, 0.0) for amount, limit in used if limit), default=1.0)

    def begin(self, now: float, tokens: int) -> Slot:
        """Register a request that is expected to use so many tokens."""
        slot = Slot(now, tokens)
        self.in_flight += 1
        if self.rpm or self.tpm:
            self._window.append(slot)
        return slot

    def end(self, slot: Slot, tokens: int) -> None:
        """Register its end and the tokens that it used."""
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
        """Seconds until enough old requests have left the window; a request above the limit is sent alone."""
        if self.tpm is None:
            return 0.0
        used, wait_s = sum(slot.tokens for slot in self._window), 0.0
        for slot in self._window:
            if used + tokens <= self.tpm:
                break
            used -= slot.tokens
            wait_s = slot.at + WINDOW_S - now
        return wait_s


_MOST = 10**15
"""Highest count accepted from a header: some gateways send the largest integer for "unlimited"."""


@dataclass(slots=True)
class Gauge:
    """Requests or tokens left of a limit, until a reset (monotonic seconds)."""

    left: int
    of: int | None
    resets_at: float

    def wait_s(self, now: float, amount: int) -> float:
        """Seconds until the amount is certainly available; 0 where it is now."""
        return 0.0 if self.left >= amount else max(self.resets_at - now, 0.0)

    def headroom(self, now: float) -> float:
        """The free share, 0 to 1."""
        if now >= self.resets_at or not self.of:
            return 1.0
        return min(max(self.left / self.of, 0.0), 1.0)


@dataclass(slots=True)
class Quota:
    """The gauges of one deployment, from its headers; it affects the order, and never excludes a deployment."""

    requests: Gauge | None = None
    tokens: Gauge | None = None

    def wait_s(self, now: float, tokens: int) -> float:
        """Seconds until a request of so many tokens is certainly allowed."""
        pairs = ((self.requests, 1), (self.tokens, tokens))
        return max(gauge.wait_s(now, amount) if gauge else 0.0 for gauge, amount in pairs)

    def headroom(self, now: float) -> float:
        """The free share of the tighter gauge; 1 without gauges."""
        return min((gauge.headroom(now) for gauge in (self.requests, self.tokens) if gauge), default=1.0)

    def spend(self, tokens: int) -> None:
        """Subtract a request that is sent, until its own headers arrive."""
        if self.requests:
            self.requests.left -= 1
        if self.tokens:
            self.tokens.left -= tokens

    def read(self, headers: Mapping[str, str], now: float, wall: float) -> None:
        """Update from an answer's headers; a gauge without headers is unchanged."""
        self.requests = _gauge(headers, "requests", now, wall) or self.requests
        self.tokens = _gauge(headers, "tokens", now, wall) or self.tokens


def _gauge(headers: Mapping[str, str], what: str, now: float, wall: float) -> Gauge | None:
    """By OpenAI's header names (also Groq, LiteLLM and most gateways) or Anthropic's, in lower case."""
    for name in (f"x-ratelimit-{{}}-{what}", f"anthropic-ratelimit-{what}-{{}}"):
        if not (remaining := headers.get(name.format("remaining"))):
            continue
        left = digits(remaining, _MOST)
        resets_s = span(headers.get(name.format("reset"), ""), wall)
        if left is not None and resets_s is not None:
            return Gauge(left, digits(headers.get(name.format("limit"), ""), _MOST), now + resets_s)
    return None

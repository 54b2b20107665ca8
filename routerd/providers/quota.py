"""What a deployment's own rate-limit headers say it has left: a hint for the order, never a ban."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routerd.providers.numbers import digits
from routerd.providers.retry_after import span

_MOST = 10**15
"""Requests or tokens that a header can say are left: some gateways write the largest number that they know."""


@dataclass(slots=True)
class Gauge:
    """So many requests or tokens are left until a moment (monotonic seconds), of so many."""

    left: int
    of: int | None
    resets_at: float

    def wait_s(self, now: float, amount: int) -> float:
        """Seconds until the amount is surely there; 0 where it is there now."""
        return 0.0 if self.left >= amount else max(self.resets_at - now, 0.0)

    def headroom(self, now: float) -> float:
        """The share that is free, 0 to 1."""
        if now >= self.resets_at or not self.of:
            return 1.0
        return min(max(self.left / self.of, 0.0), 1.0)


@dataclass(slots=True)
class Quota:
    """The gauges of one deployment, as far as its headers told of them."""

    requests: Gauge | None = None
    tokens: Gauge | None = None

    def wait_s(self, now: float, tokens: int) -> float:
        """Seconds until a request of so many tokens is surely let in."""
        pairs = ((self.requests, 1), (self.tokens, tokens))
        return max(gauge.wait_s(now, amount) if gauge else 0.0 for gauge, amount in pairs)

    def headroom(self, now: float) -> float:
        """The share of the tighter gauge that is free; 1 where nothing is known."""
        return min((gauge.headroom(now) for gauge in (self.requests, self.tokens) if gauge), default=1.0)

    def spend(self, tokens: int) -> None:
        """A request goes out: until its own headers come, this is what it leaves."""
        if self.requests:
            self.requests.left -= 1
        if self.tokens:
            self.tokens.left -= tokens

    def read(self, headers: Mapping[str, str], now: float, wall: float) -> None:
        """Learn from an answer's headers; what they do not tell stays as it was."""
        self.requests = _gauge(headers, "requests", now, wall) or self.requests
        self.tokens = _gauge(headers, "tokens", now, wall) or self.tokens


def _gauge(headers: Mapping[str, str], what: str, now: float, wall: float) -> Gauge | None:
    """From OpenAI's names (Groq, LiteLLM and most gateways too) or Anthropic's; lower-case header names."""
    for name in (f"x-ratelimit-{{}}-{what}", f"anthropic-ratelimit-{what}-{{}}"):
        left = digits(headers.get(name.format("remaining"), ""), _MOST)
        resets_s = span(headers.get(name.format("reset"), ""), wall)
        if left is not None and resets_s is not None:
            return Gauge(left, digits(headers.get(name.format("limit"), ""), _MOST), now + resets_s)
    return None

"""Circuit breaker and cooldowns as pure functions, where ``now`` is a parameter; and the store of their state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

OPENS_AT = 3
"""Consecutive failures that open the breaker."""
FIRST_COOLDOWN_S, LONGEST_COOLDOWN_S = 5.0, 60.0
"""The cooldown doubles with each failed probe, up to a minute."""
DEGRADED_S = 10.0
"""After a failure other deployments come first for so long, so that not every request meets the same outage."""


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a deployment or key. Times are Unix seconds, shared by all daemons of a user. Default: healthy."""

    cooldown_until: float = 0.0
    reason: str = ""
    """Why it is in cooldown, else its last failure, in words: "rate limited (429)"."""
    failures: int = 0
    """Consecutive server and network failures."""
    failed_at: float = 0.0
    probe_until: float = 0.0
    """While the breaker is half open, one request may probe until then, and no other is sent."""

    def cool_down(self, until: float, reason: str) -> Health:
        """Start a cooldown; a running one is never shortened."""
        if until <= self.cooldown_until:
            return self
        return replace(self, cooldown_until=until, reason=reason)

    def fail(self, now: float, reason: str) -> Health:
        """Count a failure; the third consecutive one opens the breaker, and so does a failed probe."""
        failures = self.failures + 1
        why = self.reason if self.cooldown_until > now else reason
        failed = replace(self, reason=why, failures=failures, failed_at=now, probe_until=0.0)
        if failures < OPENS_AT:
            return failed
        # The exponent is bounded, as a float would overflow after a thousand failed probes.
        cooldown_s = min(FIRST_COOLDOWN_S * 2 ** min(failures - OPENS_AT, 10), LONGEST_COOLDOWN_S)
        return failed.cool_down(now + cooldown_s, reason)

    def succeed(self, now: float) -> Health:
        """Close the breaker; a running cooldown stays, as it comes from a newer request."""
        return Health(self.cooldown_until, self.reason) if self.cooldown_until > now else Health()

    def half_open(self) -> bool:
        """Whether the next request after the cooldown is a probe."""
        return self.failures >= OPENS_AT

    def wait_s(self, now: float) -> float:
        """Seconds until it may be called; 0 is now."""
        until = max(self.cooldown_until, self.probe_until if self.half_open() else 0.0)
        return max(until - now, 0.0)

    def probe(self, now: float, lease_s: float) -> Health | None:
        """Start the only probe; ``None`` where one is running, or a cooldown is."""
        return None if self.wait_s(now) > 0 else replace(self, probe_until=now + lease_s)

    def end_probe(self) -> Health:
        """End a probe without a result: the next request may probe."""
        return replace(self, probe_until=0.0)

    def degraded(self, now: float) -> bool:
        """Whether it failed within the last ``DEGRADED_S``."""
        return now - self.failed_at < DEGRADED_S


HealthChange = Callable[[Health], Health]


class HealthStore(Protocol):
    """Keeps health under names: ``provider/model`` for a deployment, ``provider#fingerprint`` for a key."""

    def get(self, name: str) -> Health:
        """The stored health; ``Health()`` where there is none."""

    def change(self, name: str, move: HealthChange) -> Health:
        """Replace the health by ``move(health)``, atomically among all daemons, and return the new one."""


class MemoryHealth:
    """A store in the memory of one daemon."""

    def __init__(self) -> None:
        self._known: dict[str, Health] = {}

    def get(self, name: str) -> Health:
        """As the protocol says."""
        return self._known.get(name, Health())

    def change(self, name: str, move: HealthChange) -> Health:
        """As the protocol says; one thread, so it is atomic."""
        health = self._known[name] = move(self.get(name))
        return health

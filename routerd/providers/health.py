"""What is known of the health of a deployment or key, and the store that daemons share it through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

OPENS_AT = 3
"""Failures in a row that open the breaker: one may be chance, two bad luck."""
FIRST_COOLDOWN_S, LONGEST_COOLDOWN_S = 5.0, 60.0
"""The cooldown doubles with each failed probe; a minute is what a person waits before trying by hand."""
DEGRADED_S = 10.0
"""So long after a failure others go first, so that not every request discovers the same outage."""


@dataclass(frozen=True, slots=True)
class Health:
    """Times are Unix seconds, so that all daemons of a user mean the same moment. The default is healthy."""

    cooldown_until: float = 0.0
    reason: str = ""
    """Why it is benched, else how it failed last, for a person: "rate limited (429)"."""
    failures: int = 0
    """Server and network failures in a row."""
    failed_at: float = 0.0
    probe_until: float = 0.0
    """Until then one request probes a deployment whose breaker is half open, and nobody else."""

    def cool_down(self, until: float, reason: str) -> Health:
        """Sit out until then at least: a bench is never shortened."""
        if until <= self.cooldown_until:
            return self
        return replace(self, cooldown_until=until, reason=reason)

    def fail(self, now: float, reason: str) -> Health:
        """One more failure in a row; the third opens the breaker, and so does a failed probe."""
        failures = self.failures + 1
        why = self.reason if self.cooldown_until > now else reason
        failed = replace(self, reason=why, failures=failures, failed_at=now, probe_until=0.0)
        if failures < OPENS_AT:
            return failed
        # The exponent is bounded, as a float would overflow after a weekend of failed probes.
        cooldown_s = min(FIRST_COOLDOWN_S * 2 ** min(failures - OPENS_AT, 10), LONGEST_COOLDOWN_S)
        return failed.cool_down(now + cooldown_s, reason)

    def succeed(self, now: float) -> Health:
        """It answered: the breaker closes. A bench that still runs stays, as it came from a newer request."""
        return Health(self.cooldown_until, self.reason) if self.cooldown_until > now else Health()

    def half_open(self) -> bool:
        """Whether the next request, once the bench is over, is a probe."""
        return self.failures >= OPENS_AT

    def wait_s(self, now: float) -> float:
        """Seconds until it may be asked; 0 is now."""
        until = max(self.cooldown_until, self.probe_until if self.half_open() else 0.0)
        return max(until - now, 0.0)

    def probe(self, now: float, lease_s: float) -> Health | None:
        """The self while one request probes; ``None`` where another one already does, or a bench runs."""
        return None if self.wait_s(now) > 0 else replace(self, probe_until=now + lease_s)

    def give_back(self) -> Health:
        """The probe ended without a verdict: the next request may probe."""
        return replace(self, probe_until=0.0)

    def degraded(self, now: float) -> bool:
        """Whether it failed a moment ago."""
        return now - self.failed_at < DEGRADED_S


HealthChange = Callable[[Health], Health]


class HealthStore(Protocol):
    """Keeps health under names: ``provider/model`` for a deployment, ``provider#fingerprint`` for a key."""

    def get(self, name: str) -> Health:
        """What is known; ``Health()`` where nothing is."""

    def change(self, name: str, move: HealthChange) -> Health:
        """Replace the health by ``move`` of it, atomically among all daemons, and return the new one."""


class MemoryHealth:
    """A store for one daemon, as long as it lives."""

    def __init__(self) -> None:
        self._known: dict[str, Health] = {}

    def get(self, name: str) -> Health:
        """As the protocol says."""
        return self._known.get(name, Health())

    def change(self, name: str, move: HealthChange) -> Health:
        """As the protocol says; one thread, so it is atomic."""
        health = self._known[name] = move(self.get(name))
        return health

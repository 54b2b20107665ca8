"""Benches and the breaker of a deployment, as moves from one health to the next; told the time."""

from __future__ import annotations

from dataclasses import replace

from routerd.providers.health import Health

OPENS_AT = 3
"""Failures in a row that open the breaker: one may be chance, two bad luck."""
FIRST_COOLDOWN_S, LONGEST_COOLDOWN_S = 5.0, 60.0
"""The cooldown doubles with each failed probe; a minute is what a person waits before trying by hand."""
DEGRADED_S = 10.0
"""So long after a failure others go first, so that not every request discovers the same outage."""


def cool_down(health: Health, until: float, reason: str) -> Health:
    """Sit out until then at least: a bench is never shortened."""
    if until <= health.cooldown_until:
        return health
    return replace(health, cooldown_until=until, reason=reason)


def fail(health: Health, now: float, reason: str) -> Health:
    """One more failure in a row; the third opens the breaker, and so does a failed probe."""
    failures = health.failures + 1
    why = health.reason if health.cooldown_until > now else reason
    failed = replace(health, reason=why, failures=failures, failed_at=now, probe_until=0.0)
    if failures < OPENS_AT:
        return failed
    # The exponent is bounded, as a float would overflow after a weekend of failed probes.
    cooldown_s = min(FIRST_COOLDOWN_S * 2 ** min(failures - OPENS_AT, 10), LONGEST_COOLDOWN_S)
    return cool_down(failed, now + cooldown_s, reason)


def succeed(health: Health, now: float) -> Health:
    """It answered: the breaker closes. A bench that still runs stays, as it came from a newer request."""
    return Health(health.cooldown_until, health.reason) if health.cooldown_until > now else Health()


def half_open(health: Health) -> bool:
    """Whether the next request, once the bench is over, is a probe."""
    return health.failures >= OPENS_AT


def wait_s(health: Health, now: float) -> float:
    """Seconds until it may be asked; 0 is now."""
    until = max(health.cooldown_until, health.probe_until if half_open(health) else 0.0)
    return max(until - now, 0.0)


def probe(health: Health, now: float, lease_s: float) -> Health | None:
    """The health while one request probes; ``None`` where another one already does, or a bench runs."""
    return None if wait_s(health, now) > 0 else replace(health, probe_until=now + lease_s)


def give_back(health: Health) -> Health:
    """The probe ended without a verdict: the next request may probe."""
    return replace(health, probe_until=0.0)


def degraded(health: Health, now: float) -> bool:
    """Whether it failed a moment ago."""
    return now - health.failed_at < DEGRADED_S

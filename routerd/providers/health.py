"""What is known of the health of a deployment or key, and the store that daemons share it through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


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

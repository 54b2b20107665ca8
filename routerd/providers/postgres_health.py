"""Health in PostgreSQL, shared by all replicas: one meets an outage, and the others know of it a moment later.

A copy in memory answers at once. A change is made there and then in the database, to what that holds, so that changes
of two replicas add up; what others changed is read a few times a second.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict

from routerd.adapters.postgres import Postgres, ServerConnection
from routerd.domain.errors import LedgerError
from routerd.providers.health import Health, HealthChange
from routerd.providers.shared_health import stored_health

_POLL_S = 0.25
_OVERLAP_S = 5.0
"""A transaction of a slow replica may become visible so long after the time that it wrote."""


class PostgresHealth:
    """See ``HealthStore``."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._known: dict[str, Health] = {}
        self._pending: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._seen = 0.0
        postgres.every(_POLL_S, self.refresh)
        self.refresh()

    def get(self, name: str) -> Health:
        """The health of a deployment or key, by all replicas."""
        return self._known.get(name, Health())

    def change(self, name: str, move: HealthChange) -> Health:
        """As HealthStore says; in the other replicas a moment later."""
        before = self.get(name)
        health = move(before)
        if health == before:
            return health
        with self._lock:
            self._known[name] = health
            self._pending[name] += 1
        self._postgres.submit(
            f"health {name}", lambda connection: self._write(connection, name, move), self._kept(name)
        )
        return health

    def _kept(self, name: str) -> Callable[[LedgerError], None]:
        def done(fault: LedgerError) -> None:
            with self._lock:
                self._pending[name] -= 1

        return done

    def _write(self, connection: ServerConnection, name: str, move: HealthChange) -> None:
        with connection.raw.transaction():
            connection.rows(
                "INSERT INTO shared_state (kind, key, at, value) "
                "VALUES ('health', %s, extract(epoch FROM clock_timestamp()), '{}') ON CONFLICT DO NOTHING",
                (name,),
            )
            rows = connection.rows(
                "SELECT value FROM shared_state WHERE kind = 'health' AND key = %s FOR UPDATE", (name,)
            )
            health = move(stored_health(rows))
            connection.rows(
                "UPDATE shared_state SET value = %s, at = extract(epoch FROM clock_timestamp()) "
                "WHERE kind = 'health' AND key = %s",
                (json.dumps(asdict(health)), name),
            )
        with self._lock:
            self._pending[name] -= 1
            if not self._pending[name]:
                self._known[name] = health

    def refresh(self) -> None:
        """Read what other replicas changed, in the background."""
        self._postgres.submit("health", self._read, lambda fault: None)

    def _read(self, connection: ServerConnection) -> None:
        rows = connection.rows(
            "SELECT key, value, at FROM shared_state WHERE kind = 'health' AND at > %s", (self._seen - _OVERLAP_S,)
        )
        for name, value, at in rows:
            with self._lock:
                if not self._pending[name]:
                    self._known[name] = stored_health([(value,)])
            self._seen = max(self._seen, at)

    def all(self) -> dict[str, Health]:
        """All health by name, for ``routerd doctor``; waits."""
        try:
            rows = self._postgres.read("SELECT key, value FROM shared_state WHERE kind = 'health' ORDER BY key")
        except LedgerError:
            return {}
        return {name: stored_health([(value,)]) for name, value in rows}

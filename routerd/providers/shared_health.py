"""Health stored in the ledger's database and so shared by all daemons of a user, as they meet the same outage."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from routerd.adapters.sqlite import Database, Row
from routerd.domain.errors import LedgerError
from routerd.providers.health import Health, HealthChange, MemoryHealth


class SharedHealth:
    """The HealthStore over SQLite; in memory where the database cannot be used."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        """``now`` gives Unix seconds."""
        self._database = database
        self._now = now
        self._own = MemoryHealth()

    def get(self, name: str) -> Health:
        """The health of a deployment or key, by all daemons."""
        try:
            return stored_health(self._database.read("SELECT state FROM health WHERE deployment = ?", (name,)))
        except LedgerError:
            return self._own.get(name)

    def change(self, name: str, move: HealthChange) -> Health:
        """Replace the health in one transaction, so that only one of two daemons probes."""
        try:
            with self._database.transaction() as run:
                health = move(stored_health(run("SELECT state FROM health WHERE deployment = ?", (name,))))
                run(
                    "INSERT OR REPLACE INTO health (deployment, at, state) VALUES (?, ?, ?)",
                    (name, self._now(), json.dumps(asdict(health))),
                )
        except LedgerError:
            return self._own.change(name, move)
        return health

    def all(self) -> dict[str, Health]:
        """All health by name, for ``routerd doctor``."""
        try:
            rows = self._database.read("SELECT deployment, state FROM health ORDER BY deployment")
        except LedgerError:
            return {}
        return {name: stored_health([(state,)]) for name, state in rows}


_KINDS = {
    "cooldown_until": (int, float),
    "reason": (str,),
    "failures": (int,),
    "failed_at": (int, float),
    "probe_until": (int, float),
}


def stored_health(rows: list[Row]) -> Health:
    """The health of a row, if there is one that this version can read."""
    try:
        known = json.loads(rows[0][0]) if rows else {}
        if any(type(known[name]) not in kinds for name, kinds in _KINDS.items() if name in known):
            return Health()
        return Health(**known)
    except (ValueError, TypeError, RecursionError):
        return Health()  # written by another version: the state is rebuilt within a request or two

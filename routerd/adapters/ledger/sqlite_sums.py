"""The tables of sums in SQLite, of which statistics are made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from routerd.adapters.ledger.daily import JOBS, since
from routerd.adapters.ledger.history import complete
from routerd.adapters.ledger.schema import ATTEMPTS
from routerd.adapters.ledger.sums import MEASURES
from routerd.adapters.sqlite import Database, Row

_AMOUNTS = ", ".join(f"{amount} AS {name}" for name, amount in {**MEASURES, **JOBS}.items())
_PEOPLE = f"(SELECT person, team, {_AMOUNTS} FROM {ATTEMPTS} WHERE at >= ?)"


class SqliteSums:
    """See ``SumsSource``."""

    attempts = ATTEMPTS

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """As SumsSource says."""
        return self._database.read(statement, values)

    def complete(self) -> None:
        """As SumsSource says: rows of an older version."""
        complete(self._database)

    def since(self, table: str, begin: datetime | None, zone: tzinfo | None) -> tuple[str, tuple[object, ...]]:
        """As SumsSource says; the ledger of one machine keeps no sums by person, so that its rows are added up."""
        if table == "people":
            return _PEOPLE, (begin.timestamp() if begin else 0.0,)
        return since(table, begin, zone)

    def baselines(self, day: str) -> list[Row]:
        """As SumsSource says."""
        return self._database.read("SELECT DISTINCT model FROM baselines WHERE day >= ? ORDER BY 1", (day,))

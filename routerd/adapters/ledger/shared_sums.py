"""The sums of the shared ledger in PostgreSQL, of which statistics are made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from routerd.adapters.ledger.daily import JOBS
from routerd.adapters.ledger.schema import Reader
from routerd.adapters.ledger.sums import MEASURES
from routerd.adapters.postgres import Row

_KEYS = "day, tier, provider, model, action, language, status, client, project, person, team"
_AMOUNTS = ", ".join((*MEASURES, *JOBS))


class SharedSums:
    """See ``SumsSource``: one table of sums, kept with each booking, serves for all."""

    attempts = "attempts"

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """As SumsSource says."""
        return self._reader.read(statement, values)

    def complete(self) -> None:
        """As SumsSource says: nothing ever waits."""

    def since(self, table: str, begin: datetime | None, zone: tzinfo | None) -> tuple[str, tuple[object, ...]]:
        """As SumsSource says, by person and team too; of the first day the rows that are not older than the moment."""
        if table == "daily_sessions":
            at = begin.timestamp() if begin else 0.0
            return "(SELECT * FROM measured WHERE at >= ?) AS sums", (at,)
        if begin is None:
            return "daily", ()
        day, at = begin.astimezone(zone).date().isoformat(), begin.timestamp()
        return (
            f"(SELECT {_KEYS}, {_AMOUNTS} FROM daily WHERE day > ? UNION ALL "
            f"SELECT {_KEYS}, {_AMOUNTS} FROM measured WHERE at >= ? AND at < ? AND day = ?) AS sums",
            (day, at, at + 90_000, day),  # 25 hours: the longest day
        )

    def baselines(self, day: str) -> list[Row]:
        """As SumsSource says."""
        return self._reader.read(
            "SELECT DISTINCT baseline_model FROM daily WHERE day >= ? AND baseline_model <> '' ORDER BY 1", (day,)
        )

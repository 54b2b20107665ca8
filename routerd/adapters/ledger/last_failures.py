"""The latest failure at each provider, for diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from routerd.adapters.ledger.schema import ATTEMPTS
from routerd.adapters.sqlite import Database


@dataclass(frozen=True, slots=True)
class LastFailure:
    """A call that failed at its provider."""

    at: datetime
    model: str
    """``provider/model``."""
    why: str


def last_failures(database: Database, since: datetime) -> Mapping[str, LastFailure]:
    """By provider, without rejected answers and cancelled calls, which are not the provider's failures."""
    rows = database.read(
        # SQLite gives the other columns of the row that has the maximum.
        f"SELECT provider, model, COALESCE(reason, status), MAX(at) FROM {ATTEMPTS} "
        "WHERE at >= ? AND status NOT IN ('ok', 'rejected', 'cancelled', 'unknown') GROUP BY provider",
        (since.timestamp(),),
    )
    return {
        provider: LastFailure(datetime.fromtimestamp(at, since.tzinfo), f"{provider}/{model}", why)
        for provider, model, why, at in rows
    }

"""Which model made each signature that passed through, by digest, in the ledger's database of all daemons."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from routerd.adapters.sqlite import Database
from routerd.domain.errors import LedgerError
from routerd.domain.model import ModelRef

_KEPT_S = 30 * 86_400.0
"""A session that was left for a month is not gone on with; that many take some megabytes."""


class StoredMakers:
    """The MakerStore over SQLite; without a usable database it stores nothing."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        """``now`` gives Unix seconds."""
        self._database, self._now = database, now

    def fold(self) -> None:
        """Drop what is old. Raises LedgerError."""
        with self._database.transaction() as run:
            run("DELETE FROM signatures WHERE at < ?", (self._now() - _KEPT_S,))

    def keep(self, digest: bytes, model: ModelRef) -> None:
        """As MakerStore says."""
        with suppress(LedgerError), self._database.transaction() as run:
            run(
                "INSERT OR REPLACE INTO signatures (digest, provider, model, at) VALUES (?, ?, ?, ?)",
                (digest, model.provider, model.model, self._now()),
            )

    def maker(self, digest: bytes) -> ModelRef | None:
        """As MakerStore says."""
        with suppress(LedgerError):
            for provider, model in self._database.read(
                "SELECT provider, model FROM signatures WHERE digest = ?", (digest,)
            ):
                return ModelRef(str(provider), str(model))
        return None

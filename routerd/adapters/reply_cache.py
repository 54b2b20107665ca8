"""The reply cache: accepted answers by the hash of their question, limited in age and size."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from routerd.adapters.sqlite import Database
from routerd.domain.errors import LedgerError
from routerd.domain.settings import Cache

_DROP_OLDEST = (
    "DELETE FROM replies WHERE key = (SELECT key FROM replies INDEXED BY replies_at ORDER BY at LIMIT 1) RETURNING 1"
)


class SqliteReplyCache:
    """The ReplyCache port over the ledger's file; ``settings`` is called each time."""

    def __init__(self, database: Database, settings: Callable[[], Cache]) -> None:
        self._database = database
        self._settings = settings

    def get(self, key: str, at: datetime) -> str | None:
        """An answer that has not expired; ``None`` if there is none, or the cache is off or unreadable."""
        settings = self._settings()
        if not settings.enabled:
            return None
        oldest = at.timestamp() - settings.ttl_s
        try:
            rows = self._database.read("SELECT text FROM replies WHERE key = ? AND at >= ?", (key, oldest))
        except LedgerError:
            return None
        return rows[0][0] if rows else None

    async def find(self, key: str, at: datetime) -> str | None:
        """As ``get``, which takes less than a millisecond."""
        return self.get(key, at)

    def put(self, key: str, text: str, at: datetime) -> None:
        """Stores an answer and drops the oldest beyond the size limit."""
        settings = self._settings()
        if not settings.enabled:
            return
        try:
            with self._database.transaction() as run:
                run("DELETE FROM replies WHERE key = ?", (key,))  # not REPLACE, which no trigger sees
                run(
                    "INSERT INTO replies (key, at, size, text) VALUES (?, ?, ?, ?)",
                    (key, at.timestamp(), len(text), text),
                )
                run("DELETE FROM replies WHERE at < ?", (at.timestamp() - settings.ttl_s,))
                while run("SELECT 1 FROM replies_size WHERE size > ?", (settings.max_mb * 1_000_000,)):
                    if not run(_DROP_OLDEST, ()):
                        break
        except LedgerError:
            return  # a cache that cannot be written costs money later, never work now

    def drop(self, key: str) -> None:
        """Removes an answer that its user discarded, so that the next request asks a model."""
        try:
            with self._database.transaction() as run:
                run("DELETE FROM replies WHERE key = ?", (key,))
        except LedgerError:
            return  # the user may still pass the cache by

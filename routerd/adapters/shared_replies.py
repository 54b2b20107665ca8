"""The reply cache in PostgreSQL, for many machines: accepted answers by the hash of their question."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime

from routerd.adapters.postgres import Postgres, ServerConnection, Unstorable
from routerd.domain.errors import LedgerError
from routerd.domain.settings import Cache

_DROP_OLDEST = (
    "DELETE FROM replies WHERE key IN (SELECT key FROM replies ORDER BY at LIMIT 20 FOR UPDATE SKIP LOCKED) "
    "RETURNING key"
)


class PostgresReplyCache:
    """See the port; ``settings`` is called each time. What cannot be read costs money later, never work now."""

    def __init__(self, postgres: Postgres, settings: Callable[[], Cache]) -> None:
        self._postgres, self._settings = postgres, settings

    async def find(self, key: str, at: datetime) -> str | None:
        """As the port says."""
        with suppress(LedgerError, Unstorable):
            return await asyncio.wrap_future(self._asked(key, at))
        return None

    def get(self, key: str, at: datetime) -> str | None:
        """As the port says, for a caller that may wait."""
        with suppress(LedgerError, Unstorable):
            return self._asked(key, at).result()
        return None

    def _asked(self, key: str, at: datetime) -> Future[str | None]:
        settings = self._settings()

        def read(connection: ServerConnection) -> str | None:
            if not settings.enabled:
                return None
            oldest = at.timestamp() - settings.ttl_s
            rows = connection.rows("SELECT text FROM replies WHERE key = %s AND at >= %s", (key, oldest))
            return str(rows[0][0]) if rows else None

        return self._postgres.submit(f"reply {key}", read)

    def put(self, key: str, text: str, at: datetime) -> None:
        """As the port says, in the background; drops the oldest beyond the size limit."""
        settings = self._settings()
        if not settings.enabled or "\0" in text:  # PostgreSQL's text holds no NUL, and an answer is kept as it is
            return

        def write(connection: ServerConnection) -> None:
            connection.rows(
                "INSERT INTO replies (key, at, size, text) VALUES (%s, %s, %s, %s) ON CONFLICT (key) DO UPDATE "
                "SET at = excluded.at, size = excluded.size, text = excluded.text",
                (key, at.timestamp(), len(text), text),
            )
            connection.rows("DELETE FROM replies WHERE at < %s", (at.timestamp() - settings.ttl_s,))
            while connection.rows("SELECT COALESCE(SUM(size), 0) FROM replies")[0][0] > settings.max_mb * 1_000_000:
                if not connection.rows(_DROP_OLDEST):
                    break

        self._postgres.submit(f"reply {key}", write, lambda fault: None)

    def drop(self, key: str) -> None:
        """As the port says, in the background."""
        self._postgres.submit(
            f"reply {key}",
            lambda connection: connection.rows("DELETE FROM replies WHERE key = %s", (key,)),
            lambda fault: [],
        )

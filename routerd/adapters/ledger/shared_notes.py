"""What replicas note down for each other about sessions, as keys and values in the shared state of PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from concurrent.futures import Future
from contextlib import suppress

from routerd.adapters.postgres import Postgres, ServerConnection, Unstorable
from routerd.domain.errors import LedgerError


class SharedNotes:
    """Notes of one kind. While the server is away, nothing is noted and nothing is found."""

    def __init__(self, server: Postgres, kind: str, kept_s: float) -> None:
        """``kept_s``: seconds after which a note may go."""
        self._server, self._kind, self._kept_s = server, kind, kept_s

    def keep(self, key: str, value: str) -> Future[None]:
        """Write one down in the background, over an earlier one; the future never raises LedgerError."""
        values = (self._kind, key, time.time(), value)

        def write(connection: ServerConnection) -> None:
            connection.rows(
                "INSERT INTO shared_state (kind, key, at, value) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (kind, key) DO UPDATE SET at = excluded.at, value = excluded.value",
                values,
            )

        return self._server.submit(self._kind, write, lambda fault: None)

    async def kept(self, key: str, value: str) -> None:
        """The same, done when it returns."""
        with suppress(Unstorable):
            await asyncio.wrap_future(self.keep(key, value))

    async def found(self, keys: Collection[str]) -> Mapping[str, str]:
        """The values of those keys that any replica has noted."""
        named = list(keys)

        def read(connection: ServerConnection) -> dict[str, str]:
            return dict(
                connection.rows(
                    "SELECT key, value FROM shared_state WHERE kind = %s AND key = ANY(%s)", (self._kind, named)
                )
            )

        with suppress(Unstorable):
            return await asyncio.wrap_future(self._server.submit(self._kind, read, _nothing))
        return {}

    def fold(self) -> None:
        """Drop what is old. Raises LedgerError."""
        self._server.read(
            "DELETE FROM shared_state WHERE kind = ? AND at < ?", (self._kind, time.time() - self._kept_s)
        )


def _nothing(fault: LedgerError) -> dict[str, str]:
    return {}

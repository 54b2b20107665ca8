"""Which model made each signature that passed through any replica, by digest, in the shared state of PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping

from routerd.adapters.ledger.signature_store import KEPT_S
from routerd.adapters.postgres import Postgres, ServerConnection
from routerd.domain.errors import LedgerError
from routerd.domain.model import ModelRef

_KIND = "maker"


class SharedMakers:
    """Written in the background; read before a request is decided, so that no event loop waits here."""

    def __init__(self, server: Postgres) -> None:
        self._server = server

    def keep(self, digest: bytes, model: ModelRef) -> None:
        """Tell the other replicas; while the server is away they do not learn of it."""
        values = (_KIND, digest.hex(), time.time(), str(model))

        def write(connection: ServerConnection) -> None:
            connection.rows(
                "INSERT INTO shared_state (kind, key, at, value) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (kind, key) DO UPDATE SET at = excluded.at, value = excluded.value",
                values,
            )

        self._server.submit(_KIND, write, lambda fault: None)

    async def found(self, digests: Collection[bytes]) -> Mapping[bytes, ModelRef]:
        """Those that any replica knows; none while the server is away."""
        keys = [digest.hex() for digest in digests]

        def read(connection: ServerConnection) -> list[tuple[object, ...]]:
            return connection.rows(
                "SELECT key, value FROM shared_state WHERE kind = %s AND key = ANY(%s)", (_KIND, keys)
            )

        try:
            rows = await asyncio.wrap_future(self._server.submit(_KIND, read))
        except LedgerError:
            return {}
        return {bytes.fromhex(str(key)): ModelRef.parse(str(value)) for key, value in rows}

    def fold(self) -> None:
        """Drop what is old. Raises LedgerError."""
        self._server.read("DELETE FROM shared_state WHERE kind = ? AND at < ?", (_KIND, time.time() - KEPT_S))

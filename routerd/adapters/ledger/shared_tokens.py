"""The TokenStore port over PostgreSQL: one set of tokens for all replicas."""

from __future__ import annotations

from routerd.adapters.ledger.token_rows import COLUMNS, token_of, values_of_token
from routerd.adapters.postgres import Postgres
from routerd.domain.gateway_token import StoredToken

_QUEUE = "tokens"
_NAMES = ", ".join(COLUMNS)


class SharedTokens:
    """Tokens of all machines that share a ledger."""

    def __init__(self, server: Postgres) -> None:
        self._server = server

    def add(self, token: StoredToken) -> None:
        """As the port says; adding it again, where a connection broke, changes nothing."""
        marks = ", ".join("?" * len(COLUMNS))
        self._server.read(
            f"INSERT INTO tokens ({_NAMES}) VALUES ({marks}) ON CONFLICT DO NOTHING", values_of_token(token), _QUEUE
        )

    def find(self, digest: bytes) -> StoredToken | None:
        """As the port says."""
        rows = self._server.read(f"SELECT {_NAMES} FROM tokens WHERE digest = ?", (digest,), _QUEUE)
        return token_of(rows[0]) if rows else None

    def all(self) -> tuple[StoredToken, ...]:
        """As the port says."""
        return tuple(map(token_of, self._server.read(f"SELECT {_NAMES} FROM tokens ORDER BY made, number", (), _QUEUE)))

    def revoke(self, number: str, at: float) -> bool:
        """As the port says; done twice, where a connection broke, it still tells that there was one."""
        rows = self._server.read(
            "UPDATE tokens SET revoked = ? WHERE number = ? AND (revoked IS NULL OR revoked = ?) RETURNING number",
            (at, number, at),
            _QUEUE,
        )
        return bool(rows)

"""The TokenStore port over SQLite, in the ledger's file."""

from __future__ import annotations

from routerd.adapters.ledger.token_rows import COLUMNS, token_of, values_of_token
from routerd.adapters.sqlite import Database
from routerd.domain.gateway_token import StoredToken


class SqliteTokens:
    """Tokens of one machine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, token: StoredToken) -> None:
        """As the port says."""
        marks = ", ".join("?" * len(COLUMNS))
        with self._database.transaction() as run:
            run(f"INSERT INTO tokens ({', '.join(COLUMNS)}) VALUES ({marks})", values_of_token(token))

    def find(self, digest: bytes) -> StoredToken | None:
        """As the port says."""
        rows = self._database.read(f"SELECT {', '.join(COLUMNS)} FROM tokens WHERE digest = ?", (digest,))
        return token_of(rows[0]) if rows else None

    def all(self) -> tuple[StoredToken, ...]:
        """As the port says."""
        rows = self._database.read(f"SELECT {', '.join(COLUMNS)} FROM tokens ORDER BY made, number")
        return tuple(map(token_of, rows))

    def revoke(self, number: str, at: float) -> bool:
        """As the port says."""
        with self._database.transaction() as run:
            return bool(
                run("UPDATE tokens SET revoked = ? WHERE number = ? AND revoked IS NULL RETURNING number", (at, number))
            )

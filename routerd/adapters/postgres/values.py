"""How values come back: sums of whole numbers are whole numbers, as in SQLite."""

from __future__ import annotations

from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.adapt import Loader

from routerd.adapters.postgres.row import Row


class _Whole(Loader):
    """PostgreSQL sums 64-bit numbers to a decimal of any length; all of ours are whole."""

    def load(self, data: Buffer) -> int | float:
        """The number."""
        text = bytes(data)
        return float(text) if b"." in text else int(text)


def adapt(connection: Connection[Row]) -> None:
    """Set the types of one connection."""
    connection.adapters.register_loader("numeric", _Whole)

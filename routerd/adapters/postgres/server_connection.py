"""A connection inside one piece of work: statements, and values that PostgreSQL can store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from routerd.adapters.postgres.row import Row

if TYPE_CHECKING:
    import psycopg


class Unstorable(Exception):
    """The server answered that a statement or its values are wrong: the same again would fail as well."""


class ServerConnection:
    """A connection inside one piece of work."""

    def __init__(self, raw: psycopg.Connection[Row]) -> None:
        self.raw = raw

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """The rows of one statement; each mark is ``%s``."""
        cursor = self.raw.execute(statement.encode(), [_storable(value) for value in values] if values else None)
        return cursor.fetchall() if cursor.description else []


def marked(statement: str) -> str:
    """A statement with psycopg's marks in place of SQLite's."""
    return statement.replace("%", "%%").replace("?", "%s")


def _storable(value: object) -> object:
    """PostgreSQL's text holds no NUL, and nothing that a provider says may keep a bill out of the ledger."""
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode() if isinstance(value, str) else value

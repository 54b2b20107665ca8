"""The tables of batches as numbered migrations; money is a decimal string, texts are compressed."""

from __future__ import annotations

from typing import Protocol


class MigratedConnection(Protocol):
    """The part of a SQLite connection that a migration needs."""

    def execute(self, statement: str, /) -> object:
        """Runs one statement."""


def _first(connection: MigratedConnection) -> None:
    connection.execute("CREATE TABLE batches (id TEXT PRIMARY KEY, at REAL NOT NULL, about TEXT NOT NULL)")
    connection.execute(
        """CREATE TABLE items (
            batch TEXT NOT NULL, id TEXT NOT NULL, number INTEGER, path TEXT NOT NULL, symbol TEXT NOT NULL,
            label TEXT NOT NULL, text TEXT NOT NULL, tier TEXT NOT NULL, model TEXT NOT NULL,
            input_tokens INTEGER NOT NULL, low TEXT, likely TEXT, high TEXT, most TEXT,
            state TEXT NOT NULL, message TEXT NOT NULL, cost TEXT NOT NULL, wave INTEGER NOT NULL, result TEXT,
            PRIMARY KEY (batch, id)
        )"""
    )
    connection.execute(
        "CREATE TABLE replies (batch TEXT NOT NULL, item TEXT NOT NULL, number INTEGER NOT NULL, reply TEXT NOT NULL,"
        " PRIMARY KEY (batch, item, number))"
    )
    connection.execute("CREATE TABLE texts (hash TEXT PRIMARY KEY, content BLOB NOT NULL)")
    connection.execute(
        "CREATE TABLE locks (root TEXT PRIMARY KEY, pid INTEGER NOT NULL, at REAL NOT NULL, stop INTEGER NOT NULL)"
    )


def _submissions(connection: MigratedConnection) -> None:
    connection.execute(
        "CREATE TABLE submissions (label TEXT PRIMARY KEY, batch TEXT NOT NULL, model TEXT NOT NULL, job TEXT,"
        " at REAL NOT NULL, settled INTEGER NOT NULL)"
    )
    connection.execute(
        "CREATE TABLE submitted (label TEXT NOT NULL, item TEXT NOT NULL, counted INTEGER NOT NULL,"
        " PRIMARY KEY (label, item))"
    )


MIGRATIONS = (_first, _submissions)

"""Applies the numbered SQL files that a database has not seen; replicas that start at once wait for each other.

A migration only adds: replicas of the version before go on working while a newer one has migrated already.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg import Connection

    from routerd.adapters.postgres.row import Row

_LOCK = 0x726F7574
"""The advisory lock under which one replica migrates."""
_TABLE = (
    "CREATE TABLE IF NOT EXISTS routerd_schema (number integer PRIMARY KEY, name text NOT NULL, "
    "at timestamptz NOT NULL DEFAULT now())"
)
_MOST_MS = 60_000
"""A migration of a large ledger may take longer than any other statement."""


@cache
def migrations() -> tuple[tuple[int, str, str], ...]:
    """Number, file name and SQL of each migration, in order."""
    folder = files("routerd.adapters.postgres") / "migrations"
    found = sorted(one.name for one in folder.iterdir() if one.name.endswith(".sql"))
    return tuple((int(name.partition("_")[0]), name, (folder / name).read_text("utf-8")) for name in found)


def migrate(connection: Connection[Row]) -> None:
    """Apply what is missing, all in one transaction. Raises psycopg's errors."""
    wanted = {number for number, *_ in migrations()}
    if wanted <= _done(connection):
        return
    with connection.transaction():
        connection.execute(f"SET LOCAL statement_timeout = {_MOST_MS}")
        connection.execute(f"SET LOCAL lock_timeout = {_MOST_MS}")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute(_TABLE)
        done = _done(connection)
        for number, name, statements in migrations():
            if number not in done:
                connection.execute(statements.encode())
                connection.execute("INSERT INTO routerd_schema (number, name) VALUES (%s, %s)", (number, name))


def _done(connection: Connection[Row]) -> set[int]:
    ((there,),) = connection.execute("SELECT to_regclass('routerd_schema') IS NOT NULL").fetchall()
    if not there:
        return set()
    return {number for (number,) in connection.execute("SELECT number FROM routerd_schema").fetchall()}

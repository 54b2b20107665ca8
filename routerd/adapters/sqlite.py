"""The only door to sqlite3: one connection in WAL mode, numbered migrations, and what to do with a bad file."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from routerd.domain.errors import LedgerError

Row = tuple[object, ...]
Migration = Callable[[sqlite3.Connection], object]

_BUSY_MS = 3_000
"""How long a write waits for another daemon's transaction, which takes well under a millisecond."""


class Database:
    """A database file that several processes write at once; every write is one transaction."""

    def __init__(self, path: Path | None, migrations: Sequence[Migration], at: datetime) -> None:
        """Open or create; ``None`` lives in memory. A corrupt file is set aside, an unwritable one is not used.

        ``problem`` then holds a sentence for the user, and work goes on.
        """
        self.problem: str | None = None
        self._lock = threading.RLock()
        self._migrations = migrations
        try:
            self._connection = self._open(path)
        except sqlite3.DatabaseError as fault:
            self._connection = self._instead(path, fault, at)

    def _open(self, path: Path | None) -> sqlite3.Connection:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False, timeout=_BUSY_MS / 1000
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        (done,) = connection.execute("PRAGMA user_version").fetchone()
        if done == len(self._migrations):
            return
        connection.execute("BEGIN IMMEDIATE")
        (done,) = connection.execute("PRAGMA user_version").fetchone()
        for number, migration in enumerate(self._migrations[done:], start=done + 1):
            migration(connection)
            connection.execute(f"PRAGMA user_version={number}")
        connection.execute("COMMIT")

    def _instead(self, path: Path | None, fault: sqlite3.DatabaseError, at: datetime) -> sqlite3.Connection:
        if isinstance(fault, sqlite3.OperationalError) or path is None:
            self.problem = (
                f"The ledger {path} cannot be written ({fault}): spending is counted for this session only; "
                "mend its permissions or close what locks it, and restart."
            )
            return self._open(None)
        aside = path.with_name(f"{path.stem}-corrupt-{at:%Y%m%d-%H%M%S}{path.suffix}")
        try:
            path.replace(aside)
            for ending in ("-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
        except OSError as also:
            self.problem = f"The ledger {path} is corrupt and cannot be moved ({also}): nothing is recorded."
            return self._open(None)
        self.problem = f"The ledger was corrupt and is set aside as {aside}; a new one was begun."
        return self._open(path)

    @contextmanager
    def transaction(self) -> Iterator[Callable[[str, Sequence[object]], list[Row]]]:
        """A write that happens whole or not at all; gives a function that runs one statement.

        Raises LedgerError where the file is locked for too long or cannot be written.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._execute
                    self._connection.execute("COMMIT")
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.DatabaseError as fault:
                raise LedgerError(
                    f"The ledger could not be written ({fault}): is another program holding it?"
                ) from fault

    def read(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """Rows of one query. Raises LedgerError where the file cannot be read."""
        with self._lock:
            try:
                return self._execute(statement, values)
            except sqlite3.DatabaseError as fault:
                raise LedgerError(f"The ledger could not be read ({fault}).") from fault

    def _execute(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close the connection; the last one out folds the WAL into the file."""
        with self._lock:
            self._connection.close()

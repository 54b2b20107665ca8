"""The adapter of sqlite3: one connection in WAL mode, numbered migrations, and recovery from a corrupt file."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from routerd.domain.errors import LedgerError
from routerd.system.private_files import private_file, private_folder

Row = tuple[Any, ...]
"""Rows as SQLite returns them; the types depend on the statement."""
Migration = Callable[[sqlite3.Connection], object]

_BUSY_MS = 500
"""How long a write waits for another daemon's transaction, which takes well under a millisecond. It blocks the event
loop, so a caller that can wait longer for a locked file must retry."""
_LOCKED_MS = 0
"""The same while the file stays locked, so that not every step of a job waits in full."""
_RECOVERY_S = 10.0
"""How long a daemon waits for another one that is replacing the same corrupt file."""

_FIXES = {
    sqlite3.SQLITE_BUSY: "another program holds it, which should be closed",
    sqlite3.SQLITE_LOCKED: "another program holds it, which should be closed",
    sqlite3.SQLITE_FULL: "free some disk space",
    sqlite3.SQLITE_READONLY: "make it writable",
}


_OF_VALUES = (
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    ArithmeticError,
    TypeError,
    ValueError,
)
"""Errors about values, as opposed to a file that is locked, full or broken."""


class UnwritableRow(Exception):
    """The values of a row cannot be stored in any file."""


class Database:
    """A database file that several processes write to; every write is one transaction."""

    def __init__(
        self, path: Path | None, migrations: Sequence[Migration], at: datetime, *, name: str = "ledger"
    ) -> None:
        """Opens or creates it; ``None`` means in memory. A corrupt file is set aside, an unwritable one is not used.

        ``problem`` is then a sentence for the user, and work continues; ``name`` is what it calls the file.
        """
        self._name = name
        self.problem: str | None = None
        self.session_only = False
        """Whether an in-memory database replaces an unusable file, so that nothing outlives this process."""
        self._lock = threading.RLock()
        self.opened = 0
        """How many files were opened one after another: what is known of an earlier one is void."""
        self._path, self._migrations, self._at = path, migrations, at
        self.named = path
        """The file that was asked for, also where it cannot be used."""
        self.locked = False
        """Whether another program locked the file at the last write."""
        try:
            self._connection = self._open()
        except (sqlite3.Error, OSError) as fault:
            self._connection = self._set_aside() if _corrupt(fault) else self._in_memory(str(fault))

    def _open(self) -> sqlite3.Connection:
        if self._path is not None:
            private_folder(self._path.parent)
            private_file(self._path)
        connection = _connect(self._path)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            # With FULL a booking alone takes 0.3 to 0.45 ms in place of 0.15 (tests/bench/ledger.py), but each waits
            # for the disk while it holds the lock: among the many writers of tests/money/test_crashes.py some were
            # refused after half a second. A killed process loses nothing with NORMAL, a loss of power the last rows.
            connection.execute("PRAGMA synchronous=NORMAL")
            self._migrate(connection)
            self._file = _identity(self._path)
            self.opened += 1
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        (done,) = connection.execute("PRAGMA user_version").fetchone()
        if done > len(self._migrations):
            raise sqlite3.OperationalError(f"a newer routerd wrote it, in version {done}: upgrade this one")
        if done == len(self._migrations):
            return
        connection.execute("BEGIN IMMEDIATE")
        (done,) = connection.execute("PRAGMA user_version").fetchone()
        for number, migration in enumerate(self._migrations[done:], start=done + 1):
            migration(connection)
            connection.execute(f"PRAGMA user_version={number}")
        connection.execute("COMMIT")

    def _in_memory(self, why: str) -> sqlite3.Connection:
        self.problem = (
            f"The {self._name} {self._path} cannot be used ({why}): spending is counted for this session only, "
            "and where a daily or monthly budget is set nothing is sent; fix that and restart."
        )
        self.session_only = True
        self._path = None
        return self._open()

    def _set_aside(self) -> sqlite3.Connection:
        """Replaces a corrupt file. Of all daemons that notice, one moves it; the others reopen."""
        path = self._path
        if path is None:
            return self._open()
        try:
            with closing(_connect(path.with_name(f"{path.name}.mending"), _RECOVERY_S)) as mutex:
                mutex.execute("BEGIN EXCLUSIVE")
                if not _sound(path):
                    aside = _unused(path.with_name(f"{path.stem}-corrupt-{self._at:%Y%m%d-%H%M%S}{path.suffix}"))
                    # The database file is moved last: a daemon that finds its name free creates a new one.
                    for ending in ("-wal", "-shm", ""):
                        with suppress(FileNotFoundError):
                            path.with_name(path.name + ending).replace(aside.with_name(aside.name + ending))
                    self.problem = (
                        f"The {self._name} was corrupt and is set aside as {aside}; a new one was begun, "
                        "in which budgets begin anew."
                    )
                else:
                    self.problem = f"The {self._name} was corrupt, and another routerd has begun a new one."
                return self._open()
        except (sqlite3.Error, OSError) as fault:
            return self._in_memory(f"it is corrupt and cannot be moved: {fault}")

    @contextmanager
    def transaction(self) -> Iterator[Callable[[str, Sequence[object]], list[Row]]]:
        """A transaction; yields a function that runs one statement.

        Raises LedgerError if the file is locked for too long or cannot be written. If it was found to be
        corrupt, the next transaction is on a new one.
        """
        with self._lock:
            try:
                self._follow()
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._execute
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            except (sqlite3.Error, OverflowError, UnicodeError) as fault:
                raise self._fault(fault, "written") from fault
            self._wait(locked=False)

    @contextmanager
    def part(self) -> Iterator[None]:
        """A savepoint: a part of a transaction that can fail on its own.

        Raises UnwritableRow if its values are the cause, not the file: a retry would fail as well.
        """
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except _OF_VALUES as fault:
            self._connection.execute("ROLLBACK TO part")
            self._connection.execute("RELEASE part")
            raise UnwritableRow(str(fault) or type(fault).__name__) from fault
        self._connection.execute("RELEASE part")

    def read(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """The rows of one query. Raises LedgerError if the file cannot be read."""
        with self._lock:
            try:
                return self._execute(statement, values)
            except sqlite3.Error as fault:
                raise self._fault(fault, "read") from fault

    def _execute(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        return self._connection.execute(statement, values).fetchall()

    def _follow(self) -> None:
        """Reopens the path if another file has it now: writes to a moved file would be lost."""
        if self._path is None or _identity(self._path) == self._file:
            return
        before = self._connection
        try:
            self._connection = self._open()
        except OSError as fault:
            raise sqlite3.OperationalError(str(fault)) from fault
        before.close()

    def _fault(self, fault: Exception, done: str) -> LedgerError:
        code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
        if _corrupt(fault):
            self._connection.close()
            self._connection = self._set_aside()
            return LedgerError(str(self.problem))
        self._wait(locked=code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED))
        fix = f": {_FIXES[code]}" if code in _FIXES else ""
        return LedgerError(f"The {self._name} could not be {done} ({fault}){fix}.")

    def _wait(self, locked: bool) -> None:
        if locked is not self.locked:
            self.locked = locked
            self.patience(_LOCKED_MS if locked else _BUSY_MS)

    def patience(self, ms: int) -> None:
        """Sets how long to wait for other daemons' transactions, until the next one succeeds or times out."""
        with self._lock:
            self._connection.execute(f"PRAGMA busy_timeout={ms}")

    def close(self) -> None:
        """Closes the connection; the last one to close merges the WAL into the file."""
        with self._lock:
            self._connection.close()


def rows_of(path: Path, statement: str) -> list[Row]:
    """The rows of a query in another program's file, which is not changed. Raises LedgerError where it has none."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(statement).fetchall()
    except sqlite3.Error as fault:
        raise LedgerError(f"{path} cannot be read ({fault}).") from fault


def _connect(path: Path | None, timeout_s: float = _BUSY_MS / 1000) -> sqlite3.Connection:
    return sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False, timeout=timeout_s)


def _corrupt(fault: Exception) -> bool:
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _sound(path: Path) -> bool:
    """Whether a new connection finds the file intact."""
    try:
        with closing(_connect(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError as fault:
        return not _corrupt(fault)


def _unused(path: Path) -> Path:
    number = 2
    while path.exists():
        path, number = path.with_name(f"{path.stem.partition('~')[0]}~{number}{path.suffix}"), number + 1
    return path


def _identity(path: Path | None) -> tuple[int, int] | None:
    """The identity of a file, which differs from another file with the same name."""
    if path is None:
        return None
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino

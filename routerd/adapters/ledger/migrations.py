"""The ledger's tables as numbered migrations; money is whole pico-dollars, times are POSIX seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Protocol

from routerd.adapters.ledger.daily import FIRST, FIRST_OF_MODEL, FIRST_OF_TIER, TABLES, added, count_failover, created
from routerd.adapters.ledger.failovers import AttemptOfJob, Cell, cells
from routerd.adapters.ledger.schema import ALLOWED, ATTEMPTS, BILLED, JUDGED
from routerd.adapters.sqlite import Row


class MigrationConnection(Protocol):
    """The part of a SQLite connection that a migration needs."""

    def execute(self, statement: str, values: Sequence[object] = (), /) -> Iterable[Row]:
        """Runs one statement."""


def _first(connection: MigrationConnection) -> None:
    connection.execute(
        """CREATE TABLE attempts (
            id INTEGER PRIMARY KEY, at REAL NOT NULL, job TEXT NOT NULL, action TEXT NOT NULL, language TEXT NOT NULL,
            tier TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, status TEXT NOT NULL, reason TEXT,
            input INTEGER NOT NULL, cached_input INTEGER NOT NULL, cache_write INTEGER NOT NULL,
            output INTEGER NOT NULL, reasoning INTEGER NOT NULL, usage_estimated INTEGER NOT NULL,
            cost INTEGER, baseline INTEGER, low INTEGER, likely INTEGER, high INTEGER,
            counted_input INTEGER NOT NULL, prior_output INTEGER NOT NULL, ms INTEGER NOT NULL, cached INTEGER NOT NULL
        )"""
    )
    connection.execute("CREATE INDEX attempts_at ON attempts (at)")
    connection.execute("CREATE INDEX attempts_model ON attempts (provider, model, action, at)")
    connection.execute(
        """CREATE TABLE reservations (
            job TEXT NOT NULL, process TEXT NOT NULL, pid INTEGER NOT NULL, at REAL NOT NULL, amount INTEGER NOT NULL,
            PRIMARY KEY (process, job)
        )"""
    )


def _replies(connection: MigrationConnection) -> None:
    connection.execute(
        "CREATE TABLE replies (key TEXT PRIMARY KEY, at REAL NOT NULL, size INTEGER NOT NULL, text TEXT NOT NULL)"
    )
    connection.execute("CREATE INDEX replies_at ON replies (at)")


def _health(connection: MigrationConnection) -> None:
    connection.execute("CREATE TABLE health (deployment TEXT PRIMARY KEY, at REAL NOT NULL, state TEXT NOT NULL)")


def _allowed(connection: MigrationConnection) -> None:
    connection.execute("ALTER TABLE attempts ADD COLUMN allowed INTEGER")


def _projects(connection: MigrationConnection) -> None:
    """What was spent before is of no known project: it counts against the user's own budgets only."""
    for table in ("attempts", "reservations"):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN project TEXT NOT NULL DEFAULT ''")


def _origins(connection: MigrationConnection) -> None:
    """Rows of before have no known origin."""
    for name in ("frontend", "client", "session", "turn", "agent"):
        connection.execute(f"ALTER TABLE attempts ADD COLUMN {name} TEXT")
    for name in ("tools_input", "system_input"):
        connection.execute(f"ALTER TABLE attempts ADD COLUMN {name} INTEGER")
    connection.execute("ALTER TABLE reservations ADD COLUMN session TEXT")
    connection.execute("CREATE INDEX attempts_session ON attempts (session) WHERE session IS NOT NULL")


def _sent(connection: MigrationConnection) -> None:
    """A row of before has no identity. What was held before counts as sent: it may have been."""
    connection.execute("ALTER TABLE attempts ADD COLUMN entry TEXT")
    connection.execute("CREATE UNIQUE INDEX attempts_entry ON attempts (entry)")
    connection.execute("ALTER TABLE reservations ADD COLUMN sent INTEGER NOT NULL DEFAULT 1")


def _daily(connection: MigrationConnection) -> None:
    """Daily sums of all rows so far, and indexes that fit the queries of a hover."""
    connection.execute("ALTER TABLE attempts ADD COLUMN day TEXT")
    connection.execute("ALTER TABLE attempts ADD COLUMN firsts INTEGER NOT NULL DEFAULT 0")
    connection.execute(
        "UPDATE attempts SET day = COALESCE(date(at, 'unixepoch', 'localtime'), ''), firsts = one.bits FROM ("
        f"SELECT id, (ROW_NUMBER() OVER (PARTITION BY job ORDER BY id) = 1) * {FIRST}"
        f" + (ROW_NUMBER() OVER (PARTITION BY job, tier ORDER BY id) = 1) * {FIRST_OF_TIER}"
        f" + (ROW_NUMBER() OVER (PARTITION BY job, provider, model ORDER BY id) = 1) * {FIRST_OF_MODEL} AS bits"
        " FROM attempts) AS one WHERE attempts.id = one.id"
    )
    for table in TABLES:
        connection.execute(created(table))
        connection.execute(added(table, "TRUE"))
    connection.execute(
        "CREATE TABLE daily_failovers (day TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL,"
        " target TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, kind, source, target)) WITHOUT ROWID"
    )
    connection.execute("CREATE INDEX attempts_job ON attempts (job)")
    connection.execute("DROP INDEX attempts_model")
    connection.execute(f"CREATE INDEX attempts_bills ON attempts (provider, model, at) WHERE {BILLED}")
    connection.execute(f"CREATE INDEX attempts_allowed ON attempts (provider, model, at) WHERE {ALLOWED}")
    connection.execute(f"CREATE INDEX attempts_judged ON attempts (action, language, provider, model) WHERE {JUDGED}")
    connection.execute(f"CREATE INDEX attempts_asked ON attempts (action, language, id, job) WHERE {JUDGED}")
    _count_failovers(connection)
    connection.execute("CREATE TABLE replies_size (size INTEGER NOT NULL)")
    connection.execute("INSERT INTO replies_size SELECT COALESCE(SUM(size), 0) FROM replies")
    for event, change in (("INSERT", "+ NEW.size"), ("DELETE", "- OLD.size")):
        connection.execute(
            f"CREATE TRIGGER replies_{event.lower()} AFTER {event} ON replies "
            f"BEGIN UPDATE replies_size SET size = size {change}; END"
        )


def _count_failovers(connection: MigrationConnection) -> None:
    def run(statement: str, values: Sequence[object]) -> list[Row]:
        return list(connection.execute(statement, values))

    rows = run(
        f"SELECT job, day, provider || '/' || model, tier, status, cost FROM {ATTEMPTS} WHERE provider <> '' "
        "AND job IN (SELECT job FROM attempts WHERE status <> 'ok') ORDER BY job, id",
        (),
    )
    found: Counter[tuple[str, Cell]] = Counter()
    for _, of_job in groupby(rows, key=itemgetter(0)):
        attempts = list(of_job)
        for cell, count in cells(tuple(AttemptOfJob(*one[2:]) for one in attempts)).items():
            found[attempts[0][1], cell] += count
    for (day, cell), count in found.items():
        count_failover(run, day, cell, count)


MIGRATIONS = (_first, _replies, _health, _allowed, _projects, _origins, _sent, _daily)

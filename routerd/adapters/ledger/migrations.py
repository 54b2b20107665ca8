"""The ledger's tables as numbered migrations; money is whole pico-dollars, times are POSIX seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from routerd.adapters.ledger.daily import TABLES, copied, created
from routerd.adapters.ledger.history import step
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
    connection.execute("CREATE UNIQUE INDEX attempts_entry ON attempts (entry) WHERE entry IS NOT NULL")
    connection.execute("ALTER TABLE reservations ADD COLUMN sent INTEGER NOT NULL DEFAULT 1")


_AT_ONCE = 2_000
"""So many rows are summed up within the migration; more would hold up the start."""


def _daily(connection: MigrationConnection) -> None:
    """Daily sums, and indexes that fit the queries of a hover; see ``history``."""
    connection.execute("ALTER TABLE attempts ADD COLUMN day TEXT")
    connection.execute("ALTER TABLE attempts ADD COLUMN firsts INTEGER NOT NULL DEFAULT 0")
    for table in TABLES:
        connection.execute(created(table))
    connection.execute(
        "CREATE TABLE daily_failovers (day TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL,"
        " target TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, kind, source, target)) WITHOUT ROWID"
    )
    connection.execute("CREATE TABLE replies_size (size INTEGER NOT NULL)")
    connection.execute("INSERT INTO replies_size SELECT COALESCE(SUM(size), 0) FROM replies")
    for event, change in (("INSERT", "+ NEW.size"), ("DELETE", "- OLD.size")):
        connection.execute(
            f"CREATE TRIGGER replies_{event.lower()} AFTER {event} ON replies "
            f"BEGIN UPDATE replies_size SET size = size {change}; END"
        )
    connection.execute("CREATE TABLE unsummed (after INTEGER NOT NULL, last INTEGER NOT NULL)")
    connection.execute("INSERT INTO unsummed SELECT 0, COALESCE(MAX(id), 0) FROM attempts")

    def run(statement: str, values: Sequence[object]) -> list[Row]:
        return list(connection.execute(statement, values))

    ((many,),) = run("SELECT COUNT(*) > ? FROM (SELECT 1 FROM attempts LIMIT ?)", (_AT_ONCE, _AT_ONCE + 1))
    while not many and run("SELECT 1 FROM unsummed", ()):
        step(run)


def _refused_fields(connection: MigrationConnection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS unsummed (after INTEGER NOT NULL, last INTEGER NOT NULL)")
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in ("daily_tiers", "totals"):
        if table not in tables:
            connection.execute(created(table))
            connection.execute(copied(table, "daily"))
    connection.execute(
        "CREATE TABLE refused_fields (provider TEXT NOT NULL, model TEXT NOT NULL, at REAL NOT NULL,"
        " settings TEXT NOT NULL, quirks TEXT NOT NULL, PRIMARY KEY (provider, model))"
    )


def _rows_of_others(connection: MigrationConnection) -> None:
    """A daemon of an older version that still runs adds rows without a day, which no sum holds: they are noted."""
    connection.execute(
        "INSERT INTO unsummed SELECT id - 1, id FROM attempts "
        "WHERE day IS NULL AND id > (SELECT COALESCE(MAX(last), 0) FROM unsummed)"
    )
    connection.execute(
        "CREATE TRIGGER attempts_without_day AFTER INSERT ON attempts WHEN NEW.day IS NULL "
        "BEGIN INSERT INTO unsummed VALUES (NEW.id - 1, NEW.id); END"
    )


def _baselines(connection: MigrationConnection) -> None:
    """Which model each day's baseline costs are of; a row of before does not say."""
    connection.execute("ALTER TABLE attempts ADD COLUMN baseline_model TEXT")
    connection.execute(
        "CREATE TABLE baselines (day TEXT NOT NULL, model TEXT NOT NULL, PRIMARY KEY (day, model)) WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TRIGGER attempts_baseline AFTER INSERT ON attempts WHEN NEW.baseline_model IS NOT NULL "
        "BEGIN INSERT OR IGNORE INTO baselines VALUES "
        "(COALESCE(NEW.day, date(NEW.at, 'unixepoch', 'localtime'), ''), NEW.baseline_model); END"
    )


def _signatures(connection: MigrationConnection) -> None:
    connection.execute(
        "CREATE TABLE signatures (digest BLOB PRIMARY KEY, provider TEXT NOT NULL, model TEXT NOT NULL,"
        " at REAL NOT NULL) WITHOUT ROWID"
    )


def _people(connection: MigrationConnection) -> None:
    """What was spent before is of no known person: it counts against budgets that count everyone."""
    for table in ("attempts", "reservations"):
        for name in ("person", "team"):
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")


def _tokens(connection: MigrationConnection) -> None:
    connection.execute(
        "CREATE TABLE tokens (number TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, label TEXT NOT NULL,"
        " person TEXT, project TEXT, team TEXT, made REAL NOT NULL, revoked REAL) WITHOUT ROWID"
    )


MIGRATIONS = (
    _first,
    _replies,
    _health,
    _allowed,
    _projects,
    _origins,
    _sent,
    _daily,
    _refused_fields,
    _rows_of_others,
    _baselines,
    _signatures,
    _people,
    _tokens,
)

"""The ledger's tables as numbered migrations; money is whole pico-dollars, times are POSIX seconds."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

PICO = Decimal(10) ** 12
"""The cheapest cached token known costs 2,800 pico-dollars, and 64 bits hold nine million dollars of them."""


class MigrationConnection(Protocol):
    """The part of a SQLite connection that a migration needs."""

    def execute(self, statement: str, /) -> object:
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


MIGRATIONS = (_first, _replies, _health, _allowed, _projects, _origins)


MOST_DOLLARS = 10_000
"""The most of one row: ten times what a call can cost; 64 bits can store the sum of nine hundred such rows."""
_MOST = MOST_DOLLARS * 10**12
_MOST_TOKENS = 10**9
_LAST = 4_102_444_800
"""The year 2100 in Unix seconds: a later row was written with a broken clock."""


def _bounded(name: str, most: int, otherwise: str) -> str:
    good = f"typeof({name}) = 'integer' AND {name} BETWEEN 0 AND {most}"
    return f"CASE WHEN {good} THEN {name} ELSE {otherwise} END AS {name}"


_TOKENS = ("input", "cached_input", "cache_write", "output", "reasoning", "counted_input", "prior_output")
_MONEY = ("cost", "baseline", "low", "likely", "high")

_AS_WRITTEN = "id, at, job, action, language, tier, provider, model, status, reason, usage_estimated, ms, cached"
_COLUMNS = (
    _AS_WRITTEN,
    "project, frontend, client, session",
    *(_bounded(name, _MOST_TOKENS, "0") for name in _TOKENS),
    *(_bounded(name, _MOST, "NULL") for name in _MONEY),
)

ATTEMPTS = (
    f"(SELECT {', '.join(_COLUMNS)} FROM attempts WHERE typeof(at) IN ('real', 'integer') AND at BETWEEN 0 AND {_LAST})"
)
"""The query that is read in place of the table: an out-of-range amount from an older version or another program
would overflow every sum that contains it. SQLite flattens it, so that the indexes serve as before."""


RESERVATIONS = (
    "(SELECT process, job, pid, at, amount, project, session FROM reservations "
    "WHERE typeof(pid) = 'integer' AND pid BETWEEN 1 AND 2147483647 "
    f"AND typeof(at) IN ('real', 'integer') AND at BETWEEN 0 AND {_LAST} "
    f"AND typeof(amount) = 'integer' AND amount BETWEEN 0 AND {_MOST})"
)
"""The same for reservations: an invalid row must not block every later reservation."""


def to_pico(amount: Decimal | None) -> int | None:
    """Dollars as whole pico-dollars. Raises ValueError for an amount that a row cannot store."""
    if amount is None:
        return None
    # Compared before any arithmetic: a Decimal with a huge exponent would expand to an endless integer.
    if not amount.is_finite() or not 0 <= amount <= MOST_DOLLARS:
        raise ValueError(f"its amount is not between 0 and {MOST_DOLLARS:,} dollars")
    return int((amount * PICO).to_integral_value())


def from_pico(amount: int | None) -> Decimal:
    """Dollars from pico-dollars; ``None`` (nothing booked) is zero."""
    return Decimal(amount or 0) / PICO


def from_pico_or_unknown(amount: int | None) -> Decimal | None:
    """Dollars from pico-dollars; ``None`` stays unknown."""
    return None if amount is None else from_pico(amount)

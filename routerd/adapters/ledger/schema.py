"""The ledger's tables as numbered migrations; money is whole pico-dollars, times are POSIX seconds."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

PICO = Decimal(10) ** 12
"""The cheapest cached token known costs 2,800 pico-dollars, and 64 bits hold nine million dollars of them."""


class Connection(Protocol):
    """As much of a SQLite connection as a migration needs."""

    def execute(self, statement: str, /) -> object:
        """Run one statement."""


def _first(connection: Connection) -> None:
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


def _replies(connection: Connection) -> None:
    connection.execute(
        "CREATE TABLE replies (key TEXT PRIMARY KEY, at REAL NOT NULL, size INTEGER NOT NULL, text TEXT NOT NULL)"
    )
    connection.execute("CREATE INDEX replies_at ON replies (at)")


def _health(connection: Connection) -> None:
    connection.execute("CREATE TABLE health (deployment TEXT PRIMARY KEY, at REAL NOT NULL, state TEXT NOT NULL)")


def _allowed(connection: Connection) -> None:
    connection.execute("ALTER TABLE attempts ADD COLUMN allowed INTEGER")


MIGRATIONS = (_first, _replies, _health, _allowed)


def to_pico(amount: Decimal | None) -> int | None:
    """Dollars as whole pico-dollars."""
    return None if amount is None else int((amount * PICO).to_integral_value())


def from_pico(amount: int | None) -> Decimal:
    """Dollars from pico-dollars; nothing booked is zero."""
    return Decimal(amount or 0) / PICO

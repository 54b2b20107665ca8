"""Rows as they are read: bounded amounts in whole pico-dollars, times in POSIX seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Protocol

from routerd.adapters.sqlite import Row

Run = Callable[[str, Sequence[object]], list[Row]]
"""Runs one statement of a transaction."""


class Reader(Protocol):
    """What queries are made with: a database, or one connection to it."""

    def read(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """The rows of one query. Raises LedgerError."""


PICO = Decimal(10) ** 12
"""The cheapest cached token known costs 2,800 pico-dollars, and 64 bits hold nine million dollars of them."""


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
    "project, person, team, frontend, client, session, day, firsts",
    *(_bounded(name, _MOST_TOKENS, "0") for name in _TOKENS),
    *(_bounded(name, _MOST, "NULL") for name in _MONEY),
)


def _attempts(*more: str) -> str:
    return (
        f"(SELECT {', '.join((*_COLUMNS, *more))} FROM attempts "
        f"WHERE typeof(at) IN ('real', 'integer') AND +at BETWEEN 0 AND {_LAST})"
    )


ATTEMPTS = _attempts()
"""The query that is read in place of the table: an out-of-range amount from an older version or another program
would overflow every sum that contains it. SQLite flattens it, so that the indexes serve as before;
the plus keeps it from searching an index by this condition, which almost every row meets, in place of the query's."""
ATTEMPTS_OF_PEOPLE = _attempts("person", "team")
"""The same with columns that migrations of older versions do not know yet."""


BILLED = "status IN ('ok', 'rejected') AND NOT usage_estimated AND NOT cached"
"""Rows whose tokens the provider counted; as all conditions here, that of an index and of the queries that it fits."""
ALLOWED = "allowed > 0 AND NOT usage_estimated"
"""Rows of calls with a known highest cost."""
JUDGED = "status IN ('ok', 'rejected') AND NOT cached AND provider NOT IN ('', 'offline')"
"""Answers of models that were checked."""

RESERVATIONS = (
    "(SELECT process, job, pid, at, amount, project, session, person, team, sent FROM reservations "
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

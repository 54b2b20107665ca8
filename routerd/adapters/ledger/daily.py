"""Daily sums, kept with each row that is added, so that statistics need not read all rows and old rows may go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from functools import cache

from routerd.adapters.ledger.failovers import AttemptOfJob, Cell, cells
from routerd.adapters.ledger.schema import ATTEMPTS, Run
from routerd.adapters.ledger.sums import MEASURES
from routerd.adapters.sqlite import Row

FIRST, FIRST_OF_TIER, FIRST_OF_MODEL = 1, 2, 4
"""Bits of a row: the first of its job, of its job's tier, of its job's model."""

JOBS = {
    "jobs": f"(firsts & {FIRST}) <> 0",
    "tier_jobs": f"(firsts & {FIRST_OF_TIER}) <> 0",
    "model_jobs": f"(firsts & {FIRST_OF_MODEL}) <> 0",
}
KEYS = ("day", "tier", "provider", "model", "action", "language", "status", "client", "project")
"""The keys of the table ``daily``; '' is unknown."""
SESSION_KEYS = ("day", "session")
"""The keys of ``daily_sessions``, apart as there are many sessions."""
_MOST = 10**18
"""The most of one sum: a million dollars in pico-dollars."""
_AMOUNTS = {**MEASURES, **JOBS}
TABLES = {
    "daily": KEYS,
    "daily_sessions": SESSION_KEYS,
    "daily_tiers": ("day", "tier"),
    "totals": ("provider", "model", "action", "language", "status"),
}
"""The keys of each table of sums; the last two hold few rows for what is read of all time."""


def created(table: str) -> str:
    """The statement that creates one of the tables."""
    keys = TABLES[table]
    # Another program cannot write what no sum can hold.
    amounts = ", ".join(
        f"{name} INTEGER NOT NULL CHECK (typeof({name}) = 'integer' AND {name} BETWEEN 0 AND {_MOST})"
        for name in _AMOUNTS
    )
    columns = ", ".join(f"{key} TEXT NOT NULL" for key in keys)
    return f"CREATE TABLE {table} ({columns}, {amounts}, PRIMARY KEY ({', '.join(keys)})) WITHOUT ROWID"


@cache
def added(table: str, which: str) -> str:
    """The statement that adds the rows of ``which``, a condition, to one of the tables."""
    return _merged(table, ATTEMPTS, _AMOUNTS, which)


def copied(table: str, source: str) -> str:
    """The statement that adds the sums of one table to another one with fewer keys."""
    return _merged(table, source, {name: name for name in _AMOUNTS}, "TRUE")


def _merged(table: str, source: str, amounts: Mapping[str, str], which: str) -> str:
    keys = TABLES[table]
    more = ", ".join(f"{name} = {name} + excluded.{name}" for name in _AMOUNTS)
    return (
        f"INSERT INTO {table} ({', '.join((*keys, *_AMOUNTS))}) "
        f"SELECT {_selected(keys)}, {', '.join(f'SUM({amount})' for amount in amounts.values())} "
        f"FROM {source} WHERE {which} GROUP BY {', '.join(map(str, range(1, len(keys) + 1)))} "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {more}"
    )


def taken_back(table: str, which: str) -> str:
    """The statement that takes the rows of ``which`` out of the sums of one of the tables."""
    return added(table, which).replace("+ excluded.", "- excluded.")


def since(table: str, begin: datetime | None, zone: tzinfo | None) -> tuple[str, tuple[object, ...]]:
    """A table of sums by day since a moment, or of all time, and the values of its marks.

    Of the first day the rows count that are not older than the moment, of all other days the sums.
    """
    keys = TABLES[table]
    if begin is None:
        return table, ()
    day, at = begin.astimezone(zone).date().isoformat(), begin.timestamp()
    first = ", ".join(f"{amount} AS {name}" for name, amount in _AMOUNTS.items())
    return (
        f"(SELECT {', '.join((*keys, *_AMOUNTS))} FROM {table} WHERE day > ? UNION ALL "
        f"SELECT {_selected(keys)}, {first} FROM {ATTEMPTS} WHERE at >= ? AND at < ? AND day = ?)",
        (day, at, at + 90_000, day),  # 25 hours: the longest day
    )


def first_bits(earlier: Sequence[Row], row: tuple[object, object, object]) -> int:
    """The bits of a row, by tier, provider and model of it and of its job's earlier rows."""
    tiers, models = {tier for tier, *_ in earlier}, {tuple(model) for _, *model in earlier}
    bits = 0 if earlier else FIRST
    return bits | (0 if row[0] in tiers else FIRST_OF_TIER) | (0 if row[1:] in models else FIRST_OF_MODEL)


def add(run: Run, row: int, job: object) -> None:
    """Adds one row, the latest of its job, to all sums."""
    for table in TABLES:
        run(added(table, "id = ?"), (row,))
    columns = "COALESCE(day, date(at, 'unixepoch', 'localtime'), ''), provider || '/' || model, tier, status, cost"
    found = run(f"SELECT {columns} FROM {ATTEMPTS} WHERE job = ? ORDER BY id", (job,))
    known = [one for one in found if one[1] != "/"]  # a row of an ended process knows no model
    if not known or found[-1][1] == "/" or all(status == "ok" for *_, status, _ in known):
        return
    attempts = tuple(AttemptOfJob(*one[1:]) for one in known)
    more = cells(attempts)
    more.subtract(cells(attempts[:-1]))
    for cell, count in more.items():
        count_failover(run, known[0][0], cell, count)


def remove(run: Run, row: int) -> None:
    """Takes one row, that of a call whose bill was unknown until now, out of all sums and away."""
    for table in TABLES:
        run(taken_back(table, "id = ?"), (row,))
    run("DELETE FROM attempts WHERE id = ?", (row,))


def count_failover(run: Run, day: str, cell: Cell, count: int) -> None:
    """Adds to one count of failovers."""
    if count:
        run(
            "INSERT INTO daily_failovers (day, kind, source, target, count) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (day, kind, source, target) DO UPDATE SET count = count + excluded.count",
            (day, *cell, count),
        )


def _selected(keys: Sequence[str]) -> str:
    return ", ".join(f"COALESCE({key}, '')" for key in keys)

"""Sums and indexes of the rows that an older version wrote, made in batches while routerd works already."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter

from routerd.adapters.ledger.daily import FIRST, FIRST_OF_MODEL, FIRST_OF_TIER, TABLES, added, count_failover
from routerd.adapters.ledger.failovers import AttemptOfJob, cells
from routerd.adapters.ledger.schema import ALLOWED, ATTEMPTS, BILLED, JUDGED, Run
from routerd.adapters.sqlite import Database
from routerd.domain.errors import LedgerError

INDEXES = {
    "attempts_job": "(job)",
    "attempts_bills": f"(provider, model, at) WHERE {BILLED}",
    "attempts_allowed": f"(provider, model, at, allowed, cost, usage_estimated) WHERE {ALLOWED}",
    "attempts_judged": f"(action, language, provider, model, id, status, cached) WHERE {JUDGED}",
    "attempts_asked": f"(action, language, id, job, status, cached, provider) WHERE {JUDGED}",
    "attempts_spent": "(at, cost, project)",
}
"""The indexes that fit the queries of a hover, a booking and the budgets, by name."""
BATCH = 1_000
"""Rows that one transaction sums up, which takes about 20 ms."""
_TRIES, _PAUSE_S = 300, 0.1
"""While another daemon makes an index, which takes seconds for a million rows."""


def unfinished(database: Database) -> bool:
    """Whether rows of an older version are not in the sums yet. Raises LedgerError."""
    return bool(database.read("SELECT 1 FROM unsummed"))


def complete(database: Database, go_on: Callable[[], bool] = lambda: True) -> None:
    """Sum up all of them, together with any other daemon that does. Raises LedgerError."""
    tries = 0
    while go_on() and unfinished(database):
        try:
            with database.transaction() as run:
                step(run)
        except LedgerError:
            tries += 1
            if not database.locked or tries >= _TRIES:
                raise
        time.sleep(_PAUSE_S if database.locked else 0)  # others write between two batches


def step(run: Run) -> None:
    """One step in the caller's transaction: the next missing index, else the next batch of rows."""
    there = {name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'index'", ())}
    for name, columns in INDEXES.items():
        if name not in there:
            run(f"CREATE INDEX {name} ON attempts {columns}", ())
            return
    run("DROP INDEX IF EXISTS attempts_model", ())
    run("DROP INDEX IF EXISTS attempts_at", ())
    for after, last in run("SELECT after, last FROM unsummed ORDER BY after LIMIT 1", ()):
        ((end,),) = run(
            "SELECT MAX(id) FROM (SELECT id FROM attempts WHERE id > ? AND id <= ? ORDER BY id LIMIT ?)",
            (after, last, BATCH),
        )
        if end is not None:
            _sum_up(run, after, end)
        if end in (None, last):
            run("DELETE FROM unsummed WHERE after = ? AND last = ?", (after, last))
        else:
            run("UPDATE unsummed SET after = ? WHERE after = ? AND last = ?", (end, after, last))


def _sum_up(run: Run, after: int, end: int) -> None:
    """Add the rows after one, up to another, to all sums."""
    within = f"id > {int(after)} AND id <= {int(end)}"
    earlier = "(NOT EXISTS (SELECT 1 FROM attempts AS e WHERE e.job = attempts.job AND e.id < attempts.id"
    run(
        "UPDATE attempts SET day = COALESCE(date(at, 'unixepoch', 'localtime'), ''), "
        f"firsts = {FIRST} * {earlier})) + {FIRST_OF_TIER} * {earlier} AND e.tier = attempts.tier)) "
        f"+ {FIRST_OF_MODEL} * {earlier} AND e.provider = attempts.provider AND e.model = attempts.model)) "
        f"WHERE {within}",
        (),
    )
    for table in TABLES:
        run(added(table, within), ())
    rows = run(
        f"SELECT job, day, id, provider || '/' || model, tier, status, cost FROM {ATTEMPTS} "
        f"WHERE provider <> '' AND id <= {int(end)} AND job IN (SELECT job FROM attempts WHERE status <> 'ok' "
        f"AND id <= {int(end)} AND job IN (SELECT job FROM attempts WHERE {within})) ORDER BY job, id",
        (),
    )
    for _, of_job in groupby(rows, key=itemgetter(0)):
        attempts = list(of_job)
        more = cells(tuple(AttemptOfJob(*one[3:]) for one in attempts))
        more.subtract(cells(tuple(AttemptOfJob(*one[3:]) for one in attempts if one[2] <= after)))
        for cell, count in more.items():
            count_failover(run, attempts[0][1], cell, count)

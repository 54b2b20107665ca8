"""What ended processes held: booked at the most that it can have cost where it was sent, else given back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from routerd.adapters.ledger.budgets import CountedFor
from routerd.adapters.ledger.reservation import SUBMITTED, Reservation
from routerd.adapters.ledger.rows import insert
from routerd.adapters.ledger.schema import RESERVATIONS, Run
from routerd.system.processes import alive

_LONGEST_JOB = timedelta(minutes=30)
"""A reservation older than any job can be is settled even if its process id was given to another program."""
_LONGEST_BATCH = timedelta(days=31)
"""Providers keep the results of a batch for 29 or 30 days: what nobody fetched until then may only be charged."""


def settle_dead(run: Run, own: str, at: datetime) -> None:
    """Settle what processes other than ``own`` held that died, in the caller's transaction."""

    def dead(process: str, pid: int, began: float) -> bool:
        age_s = at.timestamp() - began
        if process == SUBMITTED:
            return age_s >= _LONGEST_BATCH.total_seconds()
        return age_s >= _LONGEST_JOB.total_seconds() or not alive(pid)

    settle(run, "process != ?", own, dead)


def settle(run: Run, which: str, own: str, ended: Callable[[str, int, float], bool]) -> None:
    """Settle the reservations of ended processes.

    ``which``: a condition on them, with a mark for ``own``; ``ended`` is given process, pid and POSIX seconds.
    """
    for process, job, pid, began, amount, project, session, person, team, sent in run(
        f"SELECT process, job, pid, at, amount, project, session, person, team, sent FROM {RESERVATIONS} WHERE {which}",
        (own,),
    ):
        if not ended(process, pid, began):
            continue
        run("DELETE FROM reservations WHERE process = ? AND job = ?", (process, job))
        if amount and sent:
            who = CountedFor(project, session, person, team)
            insert(run, Reservation(process, job, began, amount, who).unknown_bill())

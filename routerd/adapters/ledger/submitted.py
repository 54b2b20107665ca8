"""Reservations of what a provider's batch holds: no process has them, so they last until each result is settled.

What nobody settles in a month is booked at the most that it can have cost, as the results are gone then.
"""

from __future__ import annotations

from collections.abc import Iterable

from routerd.adapters.ledger.budgets import CountedFor
from routerd.adapters.ledger.reservation import SUBMITTED, Reservation
from routerd.adapters.ledger.rows import insert
from routerd.adapters.ledger.schema import RESERVATIONS
from routerd.adapters.ledger.writer import LedgerWriter


def hand_over(writer: LedgerWriter, jobs: Iterable[str]) -> None:
    """What this process reserved for jobs is the batch's from now on, in one transaction. Raises LedgerError."""
    listed = list(jobs)
    writer.write_pending()
    with writer.database.transaction() as run:
        for job in listed:
            run("DELETE FROM reservations WHERE process = ? AND job = ?", (SUBMITTED, job))
            run(
                "UPDATE reservations SET process = ?, sent = 1 WHERE process = ? AND job = ?",
                (SUBMITTED, writer.process, job),
            )
    for job in listed:
        writer.let_go(job)


def take_back(writer: LedgerWriter, jobs: Iterable[str]) -> None:
    """Jobs that were not asked, and so cost nothing. Raises LedgerError."""
    with writer.database.transaction() as run:
        for job in jobs:
            run("DELETE FROM reservations WHERE process = ? AND job = ?", (SUBMITTED, job))
    writer.changes += 1


def book_unknown(writer: LedgerWriter, jobs: Iterable[str]) -> None:
    """Jobs of which nobody knows whether they were charged: booked at the most that it can be. Raises LedgerError."""
    with writer.database.transaction() as run:
        for job in jobs:
            rows = run(
                f"SELECT at, amount, project, session, person, team FROM {RESERVATIONS} WHERE process = ? AND job = ?",
                (SUBMITTED, job),
            )
            run("DELETE FROM reservations WHERE process = ? AND job = ?", (SUBMITTED, job))
            for at, amount, *who in rows:
                insert(run, Reservation(SUBMITTED, job, at, amount, CountedFor(*who)).unknown_bill(_NO_RESULT))
    writer.changes += 1


_NO_RESULT = "the provider's batch has no result for it"

"""Writes the ledger's rows for all projects of a process; what cannot be written now is written later."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

from routerd.adapters.ledger.calibration import CalibrationStore
from routerd.adapters.ledger.rows import Run, insert, left_out
from routerd.adapters.ledger.schema import RESERVATIONS, to_pico
from routerd.adapters.sqlite import Database, UnwritableRow
from routerd.domain.booking import Booking
from routerd.domain.errors import LedgerError
from routerd.domain.money import dollars
from routerd.system.processes import alive

_LONGEST_JOB = timedelta(minutes=30)
"""A reservation older than any job can be is settled even if its process id was given to another program."""
_ABANDON_WAIT_MS = 200
"""Time for a ledger that is locked, in milliseconds, where the process has no more of it."""
_LAST_WAIT_MS = 30_000
"""The same at the program's end: longer than a backup program holds a file of megabytes."""


class LedgerWriter:
    """One for each process and file; every project's ledger writes through it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.process = uuid.uuid4().hex
        self.calibration = CalibrationStore(database)
        self.changes = 0
        """Goes up with each write of this process, so that sums are read again."""
        self._unwritten: list[tuple[Booking, str, datetime]] = []
        self._done: set[str] = set()
        self._set_aside: list[str] = []
        """Sentences for the user about rows that no ledger can hold."""
        self._reported = database.problem

    def reserve(self, run: Run, job: str, project: str, session: str | None, at: datetime, amount: Decimal) -> None:
        """Hold an amount in place of what the job held, in the caller's transaction."""
        run(
            "INSERT INTO reservations (job, process, pid, at, amount, project, session) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (process, job) DO UPDATE SET amount = excluded.amount",
            (job, self.process, os.getpid(), at.timestamp(), to_pico(amount), project, session),
        )

    def book(self, booking: Booking, project: str, at: datetime) -> str | None:
        """Write an attempt down; what cannot be written now is written with the next write that can be.

        The sentence for the user where that is so, or where a new ledger was begun.
        """
        self.changes += 1
        self._unwritten.append((booking, project, at))
        fault = self.write()
        self.calibration.invalidate(booking.attempt.model)
        if self._set_aside:
            sentences, self._set_aside = " ".join(self._set_aside), []
            return sentences
        if fault is not None:
            return f"What it cost is not in the ledger yet, and will be as soon as it can be: {fault}"
        if self.database.problem == self._reported:
            return None
        self._reported = self.database.problem
        return self._reported

    def release(self, job: str) -> None:
        """Give back what is left of a job's reservation; what cannot be given back now is with the next write."""
        self.changes += 1
        self._done.add(job)
        self.write()

    def close(self) -> str | None:
        """Write down what could not be until now, and wait for it; the sentence for the user if that is in vain."""
        if not self._unwritten:
            return None
        self.database.patience(_LAST_WAIT_MS)
        if self.write() is None:
            return None
        lost = sum((booking.attempt.cost or Decimal(0) for booking, *_ in self._unwritten), Decimal(0))
        return f"{len(self._unwritten)} paid attempts ({dollars(lost)}) could not be written to the ledger."

    def abandon(self, at: datetime) -> None:
        """Book what jobs of this process still hold, which nobody will end any more, as for a process that died."""
        self.database.patience(_ABANDON_WAIT_MS)
        self.write()
        with suppress(LedgerError), self.database.transaction() as run:
            self._settle(run, lambda process, pid, began: process == self.process)

    def write_pending(self) -> None:
        """Write what could not be written before, if there is any."""
        if self._unwritten:
            self.write()

    def write(self) -> str | None:
        """Everything that waits to be written, in one transaction; once more where a new ledger was begun.

        A row that cannot be written whatever the file is like is set aside, and the others are written.
        """
        problem = self.database.problem
        for _ in range(2):
            refused: list[str] = []
            try:
                with self.database.transaction() as run:
                    for booking, project, at in self._unwritten:
                        try:
                            with self.database.part():
                                self._insert(run, booking, project, at)
                        except UnwritableRow as fault:
                            refused.append(left_out(booking, fault))
                    for job in self._done:
                        run("DELETE FROM reservations WHERE process = ? AND job = ?", (self.process, job))
            except LedgerError as fault:
                if self.database.problem == problem:
                    return str(fault)
                continue
            self._set_aside += refused
            self._unwritten.clear()
            self._done.clear()
            break
        return None if not self._unwritten else self.database.problem

    def _insert(self, run: Run, booking: Booking, project: str, at: datetime) -> None:
        insert(run, booking, project, at)
        run(
            "UPDATE reservations SET amount = MAX(0, amount - ?) WHERE process = ? AND job = ?",
            (to_pico(booking.attempt.cost) or 0, self.process, booking.job),
        )

    def settle_dead(self, run: Run, at: datetime) -> None:
        """Book what daemons that died had reserved, in the caller's transaction."""

        def dead(process: str, pid: int, began: float) -> bool:
            too_old = at.timestamp() - began >= _LONGEST_JOB.total_seconds()
            return process != self.process and (too_old or not alive(pid))

        self._settle(run, dead)

    def _settle(self, run: Run, ended: Callable[[str, int, float], bool]) -> None:
        """Book what ended processes had reserved as an unknown outcome, at the estimate."""
        for process, job, pid, began, amount, project, session in run(
            f"SELECT process, job, pid, at, amount, project, session FROM {RESERVATIONS}", ()
        ):
            if not ended(process, pid, began):
                continue
            run("DELETE FROM reservations WHERE process = ? AND job = ?", (process, job))
            if amount:
                run(
                    "INSERT INTO attempts (at, job, action, language, tier, provider, model, status, reason, input,"
                    " cached_input, cache_write, output, reasoning, usage_estimated, cost, counted_input,"
                    " prior_output, ms, cached, project, session) VALUES (?, ?, '', '', '', '', '', 'unknown',"
                    " 'the daemon died before it knew', 0, 0, 0, 0, 0, 1, ?, 0, 0, 0, 0, ?, ?)",
                    (began, job, amount, project, session),
                )

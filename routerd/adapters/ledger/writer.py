"""Writes the ledger's rows for all projects of a process; what cannot be written now is written later."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

from routerd.adapters.ledger.budgets import CountedFor
from routerd.adapters.ledger.calibration import CalibrationStore
from routerd.adapters.ledger.daily import remove
from routerd.adapters.ledger.ended import settle, settle_dead
from routerd.adapters.ledger.history import complete, unfinished
from routerd.adapters.ledger.migrations import MIGRATIONS
from routerd.adapters.ledger.reservation import Reservation
from routerd.adapters.ledger.rows import insert, left_out, values_of
from routerd.adapters.ledger.schema import Run, to_pico
from routerd.adapters.ledger.spent import Spending
from routerd.adapters.ledger.spool import Spool, Values
from routerd.adapters.sqlite import Database, UnwritableRow
from routerd.domain.booking import Booking
from routerd.domain.errors import LedgerError
from routerd.domain.money import dollars

_ABANDON_WAIT_MS = 200
"""Time for a ledger that is locked, in milliseconds, where the process has no more of it."""
_LAST_WAIT_MS = 30_000
"""The same at the program's end: longer than a backup program holds a file of megabytes."""


_COLLECTS_AFTER_S = 1.0
"""Whether a process with a spool has ended is looked at again after so long; agents ask each second."""
_FEWEST_DAYS, _MOST_DAYS = 62, 36_500
"""Days of single attempts: a monthly budget needs the current month's, and estimates the latest ones."""
_FOLD_BATCH = 500
"""Rows that are dropped in one transaction, which takes a few milliseconds."""


class LedgerWriter:
    """One for each process and file; every project's ledger writes through it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.process = uuid.uuid4().hex
        self.calibration = CalibrationStore(database)
        self.spending = Spending(database)
        self.changes = 0
        """Goes up with each write of this process, so that sums are read again."""
        self._spool = Spool(database.named, self.process, os.getpid()) if database.named else None
        self._unwritten: list[tuple[Booking, Values]] = []
        self._spooled: set[object] = set()
        """The identities of rows that are in the spool."""
        self._held: dict[str, Reservation] = {}
        self._sent: set[str] = set()
        self._done: set[str] = set()
        self._ended: set[str] = set()
        """Jobs whose last booking gives their reservation back, until ``release`` is called for them."""
        self._collected: tuple[float, object] | None = None
        """When spools were looked for last, and the state of their folder then."""
        self._set_aside: list[str] = []
        """Sentences for the user about rows that no ledger can hold."""
        self._reported = database.problem
        self.collect()

    def reservation(self, job: str, who: CountedFor, at: datetime, amount: Decimal) -> Reservation:
        """What a job is to hold for its next call, remembered until that call is booked."""
        reservation = Reservation(self.process, job, at.timestamp(), to_pico(amount) or 0, who)
        self._held[job] = reservation
        return reservation

    def sent(self, job: str) -> None:
        """Record that the call that a job reserved is about to be sent: from now on it may be billed."""
        if job in self._held:  # a call whose price is unknown holds nothing
            self._sent.add(job)
            self.write()

    def book(self, booking: Booking, project: str, at: datetime, *, last: bool = False) -> str | None:
        """Write an attempt down; what cannot be written now is written with the next write that can be.

        ``last``: with it the job's reservation is given back.

        The sentence for the user where that is so, or where a new ledger was begun.
        """
        self.changes += 1
        self._held.pop(booking.job, None)
        self._sent.discard(booking.job)
        if last:
            self._done.add(booking.job)
            self._ended.add(booking.job)
        try:
            self._unwritten.append((booking, values_of(booking, project, at)))
        except UnwritableRow as wrong:
            self._set_aside.append(left_out(booking, wrong))
        fault = self.write()
        cost, allowed = booking.attempt.cost, booking.allowed
        exceeded = cost is not None and allowed is not None and cost > allowed
        self.calibration.invalidate(booking.attempt.model, booking.action, booking.language, exceeded=exceeded)
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
        if job in self._ended:  # its last booking has given it back, or waits to be written with that
            self._ended.remove(job)
            return
        self.changes += 1
        self._held.pop(job, None)
        self._sent.discard(job)
        self._done.add(job)
        self.write()

    def close(self) -> str | None:
        """Write down what could not be until now, and wait for it; the sentence for the user if that is in vain."""
        if not self._unwritten:
            return None
        self.database.patience(_LAST_WAIT_MS)
        if self.write() is None:
            return None
        if self._spool is not None and all(row["entry"] in self._spooled for _, row in self._unwritten):
            return None  # the next process takes them from there
        lost = sum((booking.attempt.cost or Decimal(0) for booking, *_ in self._unwritten), Decimal(0))
        return f"{len(self._unwritten)} paid attempts ({dollars(lost)}) could not be written to the ledger."

    def abandon(self, at: datetime) -> None:
        """Book what jobs of this process still hold, which nobody will end any more, as for a process that died."""
        self.database.patience(_ABANDON_WAIT_MS)
        self.write()
        with suppress(LedgerError), self.database.transaction() as run:
            settle(run, "process = ?", self.process, lambda process, pid, began: True)

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
                    for job in self._sent:
                        self._held[job].write(run, sent=True)
                    for booking, row in self._unwritten:
                        try:
                            with self.database.part():
                                _insert(run, row, self.process)
                        except UnwritableRow as fault:
                            refused.append(left_out(booking, fault))
                    for job in self._done:
                        run("DELETE FROM reservations WHERE process = ? AND job = ?", (self.process, job))
            except LedgerError as fault:
                if self.database.problem == problem:
                    self._keep()
                    return str(fault)
                continue
            if self.database.session_only:
                self._keep()  # a ledger in memory ends with this process
            elif self._spooled and self._spool is not None:
                self._spool.clear()
                self._spooled.clear()
            self._set_aside += refused
            self._unwritten.clear()
            self._sent.clear()
            self._done.clear()
            break
        return None if not self._unwritten else self.database.problem

    def _keep(self) -> None:
        """Put what waits into the spool, each row once."""
        waiting = [(False, self._held[job].unknown_bill()) for job in self._sent]
        for billed, row in (*waiting, *((True, row) for _, row in self._unwritten)):
            if (
                self._spool is not None
                and row["entry"] not in self._spooled
                and self._spool.add(row, billed=billed) is None
            ):
                self._spooled.add(row["entry"])

    def collect(self, at: datetime | None = None) -> None:
        """Book what processes that ended have left in their spools; what cannot be booked now stays there.

        With a moment, only where some time has passed since the last look, or another file lies in their folder.
        """
        if self._spool is None or self.database.session_only:
            return
        if at is not None:
            now, state = at.timestamp(), self._spool.folder_state()
            if self._collected is not None:
                then, before = self._collected
                if before == state and 0 <= now - then < _COLLECTS_AFTER_S:
                    return
            self._collected = now, state
        for path, process, rows in self._spool.of_the_dead():
            with suppress(LedgerError, OSError):
                with self.database.transaction() as run:
                    for row in rows:
                        with suppress(UnwritableRow), self.database.part():
                            _insert(run, row, process)
                path.unlink(missing_ok=True)

    def sum_up(self, at: datetime, go_on: Callable[[], bool]) -> None:
        """Sum up the rows of an older version, on a connection that no other thread waits for. Raises LedgerError."""
        if self.database.named is None or self.database.session_only or not unfinished(self.database):
            return
        own = Database(self.database.named, MIGRATIONS, at)
        try:
            complete(own, go_on)
        finally:
            own.close()

    def fold(self, at: datetime, keep_days: int) -> int:
        """Drops rows older than so many days, in batches that hold up no other daemon; the number of rows.

        Their daily sums stay. Raises LedgerError.
        """
        kept = timedelta(days=min(max(keep_days, _FEWEST_DAYS), _MOST_DAYS))
        complete(self.database)  # a row that is in no sum yet may not go
        before, dropped = (at - kept).timestamp(), 0
        while True:
            with self.database.transaction() as run:
                gone = run(
                    "DELETE FROM attempts WHERE id IN (SELECT id FROM attempts WHERE at < ? "
                    "AND id < (SELECT MAX(id) FROM attempts) LIMIT ?) RETURNING id",  # as ``book_stored``
                    (before, _FOLD_BATCH),
                )
            dropped += len(gone)
            if len(gone) < _FOLD_BATCH:
                self.changes += 1
                return dropped

    def let_go(self, job: str) -> None:
        """Forget what a job holds, where the ledger has another row for that already."""
        self._held.pop(job, None)
        self._sent.discard(job)

    def book_stored(self, booking: Booking, project: str, at: datetime, same: int) -> None:
        """Book an answer that an earlier process received and may have booked, so that it is booked exactly once.

        ``same``: how many answers of the job with this usage and duration there are up to this one. Where fewer are
        booked, it takes the place of what the process had reserved, or of what was booked for that as unknown.
        Raises LedgerError, and UnwritableRow for a row that no file can hold.
        """
        self.changes += 1
        row = values_of(booking, project, at)
        names = ("job", "provider", "model", "input", "cached_input", "cache_write", "output", "reasoning", "ms")
        like = " AND ".join(f"{name} = ?" for name in names)
        with self.database.transaction() as run:
            ((booked,),) = run(
                f"SELECT COUNT(*) FROM attempts WHERE {like} AND cached = 0", tuple(row[name] for name in names)
            )
            if booked >= same:
                return
            left = run(
                "DELETE FROM reservations WHERE job = ? AND process != ? RETURNING job", (booking.job, self.process)
            )
            if not left:
                for (unknown,) in run(
                    "SELECT MAX(id) FROM attempts WHERE job = ? AND status = 'unknown' HAVING MAX(id)", (booking.job,)
                ):
                    remove(run, unknown)
            insert(run, row)
            # No row takes the number of one that was removed: sums that are kept go on behind the latest number.
            run(
                "UPDATE attempts SET id = id + 1 WHERE entry = ? AND id = (SELECT MAX(id) FROM attempts)",
                (row["entry"],),
            )
        self.calibration.invalidate(booking.attempt.model, booking.action, booking.language)

    def settle_dead(self, run: Run, at: datetime) -> None:
        """Book what daemons that died had sent, in the caller's transaction; what they only held is given back."""
        settle_dead(run, self.process, at)


def _insert(run: Run, row: Values, process: str) -> None:
    """Adds a row and settles the call that it is the bill of."""
    if insert(run, row):
        run(
            "UPDATE reservations SET amount = MAX(0, amount - ?), sent = 0 WHERE process = ? AND job = ?",
            (row["cost"] or 0, process, row["job"]),
        )

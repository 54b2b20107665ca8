"""The Ledger port over SQLite: reserve, book and release are one transaction each, safe between daemons."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from routerd.adapters.ledger.lessons import Lessons
from routerd.adapters.ledger.periods import day_of, month_of
from routerd.adapters.ledger.schema import from_pico, to_pico
from routerd.adapters.ledger.statistics import SAVED, statistics
from routerd.adapters.sqlite import Database, Row
from routerd.domain.acceptance import Acceptance
from routerd.domain.booking import Booking
from routerd.domain.errors import LedgerError
from routerd.domain.model import ModelRef
from routerd.domain.money import dollars
from routerd.domain.quote import Learned
from routerd.domain.settings import Budget
from routerd.domain.stats import Stats
from routerd.domain.verdict import Refusal
from routerd.processes import alive

Run = Callable[[str, Sequence[object]], list[Row]]

_LONGEST_JOB = timedelta(minutes=30)
"""A reservation older than any job can be is settled even if its process id was given to another program."""

_NEVER = float("inf")

_ABANDON_WAIT_MS = 200
"""The same for a process that has no time left."""
_LAST_WAIT_MS = 30_000
"""At the program's end, for a ledger that is locked: longer than a backup program holds a file of megabytes."""


class SqliteLedger:
    """One user's ledger; ``budget`` is asked for anew at each reservation, so that a reload counts at once."""

    def __init__(self, database: Database, budget: Callable[[], Budget]) -> None:
        self._database = database
        self._budget = budget
        self._process = uuid.uuid4().hex
        self._lessons = Lessons(database)
        self._unwritten: list[tuple[Booking, datetime]] = []
        self._done: set[str] = set()
        self._told = database.problem

    def reserve(self, job: str, amount: Decimal, at: datetime) -> Refusal | None:
        """Hold an amount for a job unless a daily or monthly budget would be passed, in one transaction."""
        budget = self._budget()
        shared = not (budget.daily is None and budget.monthly is None)
        if shared and self._database.session_only:
            return Refusal(str(self._database.problem), "ledger")
        try:
            with self._database.transaction() as run:
                self._settle_dead(run, at)
                for name, limit, period in (("daily", budget.daily, day_of), ("monthly", budget.monthly, month_of)):
                    if limit is not None and (over := _over(run, limit, period(at), amount)):
                        return Refusal(f"The {name} budget of {dollars(limit)} is used up: {over}.", "budget")
                run(
                    "INSERT INTO reservations (job, process, pid, at, amount) VALUES (?, ?, ?, ?, ?) "
                    "ON CONFLICT (process, job) DO UPDATE SET amount = amount + excluded.amount",
                    (job, self._process, os.getpid(), at.timestamp(), to_pico(amount)),
                )
        except LedgerError as fault:
            # Without the ledger such a budget cannot be kept; without one the work need not wait for it.
            return Refusal(str(fault), "locked" if self._database.locked else "ledger") if shared else None
        return None

    def book(self, booking: Booking, at: datetime) -> str | None:
        """Write an attempt down; what cannot be written now is written with the next write that can be.

        The sentence for the user where that is so, or where a new ledger was begun.
        """
        self._unwritten.append((booking, at))
        fault = self._write()
        self._lessons.forget(booking.attempt.model)
        if fault is not None:
            return f"What it cost is not in the ledger yet, and will be as soon as it can be: {fault}"
        if self._database.problem == self._told:
            return None
        self._told = self._database.problem
        return self._told

    def release(self, job: str) -> None:
        """Give back what is left of a job's reservation; what cannot be given back now is with the next write."""
        self._done.add(job)
        self._write()

    def close(self) -> str | None:
        """Write down what could not be until now, and wait for it; the sentence for the user if that is in vain."""
        if not self._unwritten:
            return None
        self._database.patience(_LAST_WAIT_MS)
        if self._write() is None:
            return None
        lost = sum((booking.attempt.cost or Decimal(0) for booking, _ in self._unwritten), Decimal(0))
        return f"{len(self._unwritten)} paid attempts ({dollars(lost)}) could not be written to the ledger."

    def abandon(self, at: datetime) -> None:
        """Book what jobs of this process still hold, which nobody will end any more, as for a process that died."""
        self._database.patience(_ABANDON_WAIT_MS)
        self._write()
        with suppress(LedgerError), self._database.transaction() as run:
            self._settle(run, lambda process, pid, began: process == self._process)

    def _write(self) -> str | None:
        """Everything that waits to be written, in one transaction; once more where a new ledger was begun."""
        problem = self._database.problem
        for _ in range(2):
            try:
                with self._database.transaction() as run:
                    for booking, at in self._unwritten:
                        _insert(run, booking, at)
                        run(
                            "UPDATE reservations SET amount = MAX(0, amount - ?) WHERE process = ? AND job = ?",
                            (to_pico(booking.attempt.cost) or 0, self._process, booking.job),
                        )
                    for job in self._done:
                        run("DELETE FROM reservations WHERE process = ? AND job = ?", (self._process, job))
            except LedgerError as fault:
                if self._database.problem == problem:
                    return str(fault)
                continue
            self._unwritten.clear()
            self._done.clear()
            break
        return None if not self._unwritten else self._database.problem

    def spent(self, since: datetime, until: datetime | None = None) -> Decimal:
        """Dollars booked since a moment."""
        return self._sum("SUM(cost)", since, until)

    def saved(self, since: datetime, until: datetime | None = None) -> Decimal:
        """What the baseline model would have cost for the answers that were used, less all that was spent."""
        return self._sum(SAVED, since, until)

    def _sum(self, what: str, since: datetime, until: datetime | None) -> Decimal:
        end = until.timestamp() if until else _NEVER
        rows = self._database.read(f"SELECT {what} FROM attempts WHERE at >= ? AND at < ?", (since.timestamp(), end))
        return from_pico(rows[0][0])

    def stats(self, since: datetime | None, zone: tzinfo | None) -> Stats:
        """Totals since a moment, or of all time; days are those of the zone."""
        return statistics(self._database, since, zone)

    def learned(self, model: ModelRef, action: str, language: str) -> Learned:
        """Factors from the latest bills, kept in memory until this or another daemon writes."""
        return self._lessons.learned(model, action, language)

    def acceptance(self, model: ModelRef, action: str, language: str) -> Acceptance:
        """How often the latest answers were accepted, kept in memory as well."""
        return self._lessons.acceptance(model, action, language)

    def _settle_dead(self, run: Run, at: datetime) -> None:
        def dead(process: str, pid: int, began: float) -> bool:
            too_old = at.timestamp() - began >= _LONGEST_JOB.total_seconds()
            return process != self._process and (too_old or not alive(pid))

        self._settle(run, dead)

    def _settle(self, run: Run, ended: Callable[[str, int, float], bool]) -> None:
        """Book what ended processes had reserved as an unknown outcome, at the estimate."""
        for process, job, pid, began, amount in run("SELECT process, job, pid, at, amount FROM reservations", ()):
            if not ended(process, pid, began):
                continue
            run("DELETE FROM reservations WHERE process = ? AND job = ?", (process, job))
            if amount:
                run(
                    "INSERT INTO attempts (at, job, action, language, tier, provider, model, status, reason, input,"
                    " cached_input, cache_write, output, reasoning, usage_estimated, cost, counted_input,"
                    " prior_output, ms, cached) VALUES (?, ?, '', '', '', '', '', 'unknown',"
                    " 'the daemon died before it knew', 0, 0, 0, 0, 0, 1, ?, 0, 0, 0, 0)",
                    (began, job, amount),
                )


def _over(run: Run, limit: Decimal, period: tuple[datetime, datetime], amount: Decimal) -> str | None:
    # Both ends: a clock that was ahead for a while has left rows of days to come, which are not this day's.
    ends = [moment.timestamp() for moment in period]
    ((spent,),) = run("SELECT SUM(cost) FROM attempts WHERE at >= ? AND at < ?", ends)
    ((held,),) = run("SELECT SUM(amount) FROM reservations", ())
    if from_pico(spent) + from_pico(held) + amount <= limit:
        return None
    open_ones = f", {dollars(from_pico(held))} held for running work" if held else ""
    return f"{dollars(from_pico(spent))} spent{open_ones}, and this may cost {dollars(amount)}"


def _insert(run: Run, booking: Booking, at: datetime) -> None:
    attempt, usage = booking.attempt, booking.attempt.usage
    expected = booking.estimate.cost if booking.estimate else None
    values = {
        "at": at.timestamp(),
        "job": booking.job,
        "action": booking.action,
        "language": booking.language,
        "tier": str(attempt.tier),
        "provider": attempt.model.provider,
        "model": attempt.model.model,
        "status": str(attempt.status),
        "reason": attempt.reason,
        "input": usage.input,
        "cached_input": usage.cached_input,
        "cache_write": usage.cache_write,
        "output": usage.output,
        "reasoning": usage.reasoning,
        "usage_estimated": attempt.usage_estimated,
        "cost": to_pico(attempt.cost),
        "baseline": to_pico(booking.baseline_cost),
        "low": to_pico(expected.low) if expected else None,
        "likely": to_pico(expected.likely) if expected else None,
        "high": to_pico(expected.high) if expected else None,
        "counted_input": booking.counted_input,
        "prior_output": booking.prior_output,
        "ms": attempt.ms,
        "cached": attempt.cached,
    }
    marks = ", ".join("?" * len(values))
    run(f"INSERT INTO attempts ({', '.join(values)}) VALUES ({marks})", tuple(map(_storable, values.values())))


def _storable(value: object) -> object:
    """A provider's words may hold half a character, and nothing of them may keep a bill out of the ledger."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value

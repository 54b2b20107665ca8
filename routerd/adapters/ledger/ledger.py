"""The Ledger port over SQLite: reserve, book and release are one transaction each, safe between daemons."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from routerd.adapters.ledger.calibration import CalibrationStore
from routerd.adapters.ledger.periods import day_of, month_of
from routerd.adapters.ledger.schema import ATTEMPTS, MOST_DOLLARS, RESERVATIONS, from_pico, to_pico
from routerd.adapters.ledger.statistics import SAVED, statistics
from routerd.adapters.sqlite import Database, Row, UnwritableRow
from routerd.domain.acceptance import Acceptance
from routerd.domain.booking import Booking
from routerd.domain.errors import LedgerError
from routerd.domain.limit import Limit
from routerd.domain.model import ModelRef
from routerd.domain.money import dollars
from routerd.domain.quote import TokenCalibration
from routerd.domain.settings import Budget
from routerd.domain.stats import Stats
from routerd.domain.verdict import Refusal
from routerd.system.processes import alive

Run = Callable[[str, Sequence[object]], list[Row]]

_LONGEST_JOB = timedelta(minutes=30)
"""A reservation older than any job is settled even if another program has its process id."""

_NEVER = float("inf")

_ABANDON_WAIT_MS = 200
"""How long a write waits for a locked ledger while a process abandons its jobs, in milliseconds."""
_Period = tuple[str, Decimal, tuple[datetime, datetime]]
"""A budget's name, its dollars, and the start and end of its period."""

_LAST_WAIT_MS = 30_000
"""The longest wait at exit for a locked ledger: longer than a backup program locks a file of megabytes."""


class SqliteLedger:
    """One user's ledger; ``budget`` is called at each reservation, so that a reload takes effect at once."""

    def __init__(self, database: Database, budget: Callable[[], Budget]) -> None:
        self._database = database
        self._budget = budget
        self._process = uuid.uuid4().hex
        self._calibration = CalibrationStore(database)
        self._unwritten: list[tuple[Booking, datetime]] = []
        self._done: set[str] = set()
        self._set_aside: list[str] = []
        """Sentences for the user about rows that cannot be stored."""
        self._reported = database.problem
        self._changes = 0
        self._limits: tuple[object, tuple[Limit, ...]] | None = None

    def limits(self, at: datetime) -> tuple[Limit, ...] | Refusal:
        """The current daily and monthly budgets; read again only after a write to the ledger."""
        budget = self._budget()
        periods = _periods(budget, at)
        if not periods:
            return ()
        if self._database.session_only:
            return Refusal(str(self._database.problem), "ledger", "the ledger cannot be used")
        try:
            key = (periods, self._changes, self._database.read("PRAGMA data_version")[0][0])
            if self._limits is None or self._limits[0] != key:
                self._limits = key, _limits(self._database.read, periods, "", "")
        except LedgerError as fault:
            return Refusal(str(fault), "ledger", "the ledger cannot be used")
        return self._limits[1]

    def reserve(self, job: str, least: Decimal, most: Decimal, at: datetime) -> Decimal | Refusal:
        """Reserves up to ``most`` for a job's next call, in one transaction; see the port."""
        periods = _periods(self._budget(), at)
        if periods and self._database.session_only:
            return Refusal(str(self._database.problem), "ledger", "the ledger cannot be used")
        if self._unwritten:
            self._write()  # the job's bills must be booked before its reservation is replaced
        self._changes += 1
        granted = most
        try:
            with self._database.transaction() as run:
                self._settle_dead(run, at)
                for limit in _limits(run, periods, self._process, job):
                    if over := limit.refusal(least):
                        return over
                    granted = min(granted, limit.rest)
                run(
                    "INSERT INTO reservations (job, process, pid, at, amount) VALUES (?, ?, ?, ?, ?) "
                    "ON CONFLICT (process, job) DO UPDATE SET amount = excluded.amount",
                    (job, self._process, os.getpid(), at.timestamp(), to_pico(min(granted, Decimal(MOST_DOLLARS)))),
                )
        except LedgerError as fault:
            # A budget cannot be enforced without the ledger; without a budget the work need not wait for it.
            return Refusal(str(fault), "locked" if self._database.locked else "ledger") if periods else most
        return granted

    def book(self, booking: Booking, at: datetime) -> str | None:
        """Books an attempt; if that is not possible now, the next successful write includes it.

        Returns a sentence for the user in that case, or if a new ledger was started.
        """
        self._changes += 1
        self._unwritten.append((booking, at))
        fault = self._write()
        self._calibration.invalidate(booking.attempt.model)
        if self._set_aside:
            sentences, self._set_aside = " ".join(self._set_aside), []
            return sentences
        if fault is not None:
            return f"What it cost is not in the ledger yet, and will be as soon as it can be: {fault}"
        if self._database.problem == self._reported:
            return None
        self._reported = self._database.problem
        return self._reported

    def release(self, job: str) -> None:
        """Releases the rest of a job's reservation, now or with the next successful write."""
        self._changes += 1
        self._done.add(job)
        self._write()

    def close(self) -> str | None:
        """Writes pending rows and waits for a locked file; returns a sentence for the user if it fails."""
        if not self._unwritten:
            return None
        self._database.patience(_LAST_WAIT_MS)
        if self._write() is None:
            return None
        lost = sum((booking.attempt.cost or Decimal(0) for booking, _ in self._unwritten), Decimal(0))
        return f"{len(self._unwritten)} paid attempts ({dollars(lost)}) could not be written to the ledger."

    def abandon(self, at: datetime) -> None:
        """Books the open reservations of this process's jobs, as for a process that died."""
        self._database.patience(_ABANDON_WAIT_MS)
        self._write()
        with suppress(LedgerError), self._database.transaction() as run:
            self._settle(run, lambda process, pid, began: process == self._process)

    def _write(self) -> str | None:
        """Writes everything that is pending in one transaction; again if a new ledger was started.

        A row that no file accepts is set aside, and the others are written.
        """
        problem = self._database.problem
        for _ in range(2):
            refused: list[str] = []
            try:
                with self._database.transaction() as run:
                    for booking, at in self._unwritten:
                        try:
                            with self._database.part():
                                self._insert(run, booking, at)
                        except UnwritableRow as fault:
                            refused.append(_left_out(booking, fault))
                    for job in self._done:
                        run("DELETE FROM reservations WHERE process = ? AND job = ?", (self._process, job))
            except LedgerError as fault:
                if self._database.problem == problem:
                    return str(fault)
                continue
            self._set_aside += refused
            self._unwritten.clear()
            self._done.clear()
            break
        return None if not self._unwritten else self._database.problem

    def _insert(self, run: Run, booking: Booking, at: datetime) -> None:
        _insert(run, booking, at)
        run(
            "UPDATE reservations SET amount = MAX(0, amount - ?) WHERE process = ? AND job = ?",
            (to_pico(booking.attempt.cost) or 0, self._process, booking.job),
        )

    def spent(self, since: datetime, until: datetime | None = None) -> Decimal:
        """Dollars booked since a moment."""
        return self._sum("SUM(cost)", since, until)

    def saved(self, since: datetime, until: datetime | None = None) -> Decimal:
        """The baseline cost of the used answers minus all spending."""
        return self._sum(SAVED, since, until)

    def _sum(self, what: str, since: datetime, until: datetime | None) -> Decimal:
        end = until.timestamp() if until else _NEVER
        rows = self._database.read(f"SELECT {what} FROM {ATTEMPTS} WHERE at >= ? AND at < ?", (since.timestamp(), end))
        return from_pico(rows[0][0])

    def stats(self, since: datetime | None, zone: tzinfo | None) -> Stats:
        """Totals since a moment, or of all time; days are in the given time zone."""
        return statistics(self._database, since, zone)

    def token_calibration(self, model: ModelRef, action: str, language: str) -> TokenCalibration:
        """The calibration from the latest bills, cached until this or another daemon writes."""
        return self._calibration.token_calibration(model, action, language)

    def acceptance(self, model: ModelRef, action: str, language: str) -> Acceptance:
        """The acceptance rate of the latest answers, cached as well."""
        return self._calibration.acceptance(model, action, language)

    def _settle_dead(self, run: Run, at: datetime) -> None:
        def dead(process: str, pid: int, began: float) -> bool:
            too_old = at.timestamp() - began >= _LONGEST_JOB.total_seconds()
            return process != self._process and (too_old or not alive(pid))

        self._settle(run, dead)

    def _settle(self, run: Run, ended: Callable[[str, int, float], bool]) -> None:
        """Books the reservations of ended processes, with status ``unknown`` and the reserved amount."""
        for process, job, pid, began, amount in run(f"SELECT process, job, pid, at, amount FROM {RESERVATIONS}", ()):
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


def _periods(budget: Budget, at: datetime) -> tuple[_Period, ...]:
    found = (("daily", budget.daily, day_of(at)), ("monthly", budget.monthly, month_of(at)))
    return tuple((name, limit, period) for name, limit, period in found if limit is not None)


def _limits(run: Run, periods: Sequence[_Period], process: str, job: str) -> tuple[Limit, ...]:
    """Each budget with its spending and its reservations, except those of one job of one process."""
    found = []
    for name, limit, period in periods:
        # Both ends: a clock that was ahead for a while has left rows of future days.
        ends = [moment.timestamp() for moment in period]
        ((spent,),) = run(f"SELECT SUM(cost) FROM {ATTEMPTS} WHERE at >= ? AND at < ?", ends)
        ((reserved,),) = run(f"SELECT SUM(amount) FROM {RESERVATIONS} WHERE process != ? OR job != ?", (process, job))
        found.append(Limit(name, limit, from_pico(spent), from_pico(reserved)))
    return tuple(found)


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
        "baseline": _estimated(booking.baseline_cost),
        "low": _estimated(expected.low) if expected else None,
        "likely": _estimated(expected.likely) if expected else None,
        "high": _estimated(expected.high) if expected else None,
        "counted_input": booking.counted_input,
        "prior_output": booking.prior_output,
        "allowed": to_pico(booking.allowed),
        "ms": attempt.ms,
        "cached": attempt.cached,
    }
    marks = ", ".join("?" * len(values))
    run(f"INSERT INTO attempts ({', '.join(values)}) VALUES ({marks})", tuple(map(_storable, values.values())))


def _estimated(amount: Decimal | None) -> int | None:
    """An estimated amount in pico-dollars; ``None`` if a row cannot store it."""
    try:
        return to_pico(amount)
    except ValueError:
        return None


def _left_out(booking: Booking, fault: UnwritableRow) -> str:
    """The sentence for the user, without the amount, which may be unprintable."""
    attempt = booking.attempt
    return f"One attempt of {attempt.model} could not be written to the ledger and is not in its sums: {fault}."


def _storable(value: object) -> object:
    """A provider's text may contain lone surrogates, which must not keep a bill out of the ledger."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value

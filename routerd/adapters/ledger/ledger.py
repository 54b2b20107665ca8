"""The Ledger port over SQLite: reserve, book and release are one transaction each, safe between daemons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal

from routerd.adapters.ledger.budgets import BudgetPeriod, Budgets, CountedFor, budget_periods, limits
from routerd.adapters.ledger.reservation import Reservation
from routerd.adapters.ledger.schema import ATTEMPTS, MOST_DOLLARS, from_pico
from routerd.adapters.ledger.sqlite_sums import SqliteSums
from routerd.adapters.ledger.statistics import baselines, statistics, totals_by
from routerd.adapters.ledger.sums import SUMS_OF_ROWS, Sums
from routerd.adapters.ledger.writer import LedgerWriter
from routerd.adapters.sqlite import Database, Row
from routerd.domain.acceptance import Acceptance
from routerd.domain.booking import Booking
from routerd.domain.errors import LedgerError
from routerd.domain.limit import Limit
from routerd.domain.model import ModelRef
from routerd.domain.origin import Origin
from routerd.domain.quote import TokenCalibration
from routerd.domain.settings import Budget
from routerd.domain.stats import KeyTotals, Stats, StatsKey
from routerd.domain.verdict import Refusal, RefusalCode

_NEVER = float("inf")


class SqliteLedger:
    """One user's ledger as one project sees it; ``budget`` is asked for anew at each reservation."""

    def __init__(
        self,
        database: Database | LedgerWriter,
        budget: Callable[[], Budget | Budgets],
        project: str = "",
        origin: Origin | None = None,
    ) -> None:
        """``database``: the file, or what writes to it already. A plain Budget counts every project's rows.

        ``origin`` is that of all requests that name no other.
        """
        self.writer = database if isinstance(database, LedgerWriter) else LedgerWriter(database)
        self._database = self.writer.database
        self._budget = budget
        self.project = project
        self.origin = origin or Origin()
        self._limits: tuple[object, tuple[Limit, ...]] | None = None
        self._periods: tuple[object, tuple[BudgetPeriod, ...]] | None = None

    def periods(self, at: datetime, origin: Origin | None) -> tuple[BudgetPeriod, ...]:
        """The daily, monthly and session budgets that hold at a moment."""
        budget, who = self._budget(), self.counted_for(origin)
        budgets = budget if isinstance(budget, Budgets) else Budgets(budget)
        # Days begin at a whole minute in every time zone, so that within one nothing changes.
        key = (budgets, who, int(at.timestamp() // 60))
        if self._periods is None or self._periods[0] != key:
            self._periods = key, budget_periods(budgets, who, at)
        return self._periods[1]

    def counted_for(self, origin: Origin | None) -> CountedFor:
        """Whose budgets a request of an origin counts against."""
        of = origin or self.origin
        project = self.project or of.project or ""
        return CountedFor(project, of.session, of.person or self.origin.person, of.team or self.origin.team)

    def limits(self, at: datetime, origin: Origin | None = None) -> tuple[Limit, ...] | Refusal:
        """The daily, monthly and session budgets as they stand; read again only after the ledger was written to."""
        periods = self.periods(at, origin)
        if not periods:
            return ()
        if self._database.session_only:
            return Refusal(str(self._database.problem), RefusalCode.LEDGER, "the ledger cannot be used")
        try:
            key = (periods, self.writer.changes, self._database.read("PRAGMA data_version")[0][0])
            if self._limits is None or self._limits[0] != key:
                self._limits = key, limits(self._database.read, periods, "", "", self.writer.spending.within)
        except LedgerError as fault:
            return Refusal(str(fault), RefusalCode.LEDGER, "the ledger cannot be used")
        return self._limits[1]

    def reserve(
        self, job: str, least: Decimal, most: Decimal, at: datetime, origin: Origin | None = None, *, sent: bool = False
    ) -> Decimal | Refusal:
        """Hold what budgets allow of ``most`` for a job's next call, in one transaction; see the port."""
        periods = self.periods(at, origin)
        if periods and self._database.session_only:
            return Refusal(str(self._database.problem), RefusalCode.LEDGER, "the ledger cannot be used")
        self.writer.collect(at)
        self.writer.write_pending()  # what this job was billed must count before its reservation is replaced
        self.writer.changes += 1
        granted = most
        try:
            with self._database.transaction() as run:
                self.writer.settle_dead(run, at)
                for limit in limits(run, periods, self.writer.process, job, self.writer.spending.within):
                    if over := limit.refusal(least):
                        return over
                    granted = min(granted, limit.rest)
                self._reservation(job, granted, at, origin).write(run, sent=sent)
        except LedgerError as fault:
            self.writer.spending.forget()
            self._reservation(job, most, at, origin)
            if sent and not periods:
                self.writer.sent(job)
            # Without the ledger such a budget cannot be kept; without one the work need not wait for it.
            return (
                Refusal(str(fault), RefusalCode.LOCKED if self._database.locked else RefusalCode.LEDGER)
                if periods
                else most
            )
        return granted

    def _reservation(self, job: str, amount: Decimal, at: datetime, origin: Origin | None) -> Reservation:
        return self.writer.reservation(job, self.counted_for(origin), at, min(amount, Decimal(MOST_DOLLARS)))

    async def hold(
        self, job: str, least: Decimal, most: Decimal, at: datetime, origin: Origin | None = None, *, sent: bool = False
    ) -> Decimal | Refusal:
        """As ``reserve``, which takes less than a millisecond."""
        return self.reserve(job, least, most, at, origin, sent=sent)

    def sent(self, job: str) -> None:
        """Record that a job's reserved call is about to be sent; see the port."""
        self.writer.sent(job)

    def book(self, booking: Booking, at: datetime, *, last: bool = False) -> str | None:
        """Books an attempt; if that is not possible now, the next successful write includes it.

        Returns a sentence for the user in that case, or if a new ledger was started.
        """
        return self.writer.book(self._own(booking), self.project, at, last=last)

    def _own(self, booking: Booking) -> Booking:
        of, own = booking.origin or self.origin, self.origin
        if (of.person is None and own.person is not None) or (of.team is None and own.team is not None):
            of = replace(of, person=of.person or own.person, team=of.team or own.team)
        return replace(booking, origin=of)

    def release(self, job: str) -> None:
        """Give back what is left of a job's reservation; what cannot be given back now is with the next write."""
        self.writer.release(job)

    def close(self) -> str | None:
        """Write down what could not be until now, and wait for it; the sentence for the user if that is in vain."""
        return self.writer.close()

    def abandon(self, at: datetime) -> None:
        """Book what jobs of this process still hold, which nobody will end any more, as for a process that died."""
        self.writer.abandon(at)

    def spent(self, since: datetime, until: datetime | None = None) -> Decimal:
        """Dollars booked since a moment."""
        return self._sum("SUM(cost)", since, until)

    def spent_on_project(self, since: datetime, until: datetime | None = None) -> Decimal:
        """The same for this project's rows alone."""
        return self._sum("SUM(CASE WHEN project = ? THEN cost END)", since, until, self.project)

    def saved(self, since: datetime, until: datetime | None = None) -> Decimal | None:
        """The baseline cost of the used answers minus all spending; ``None`` where that is known of no answer."""
        return Sums.of(self._row(SUMS_OF_ROWS, since, until)).saved

    def spending(self, since: datetime, until: datetime, *, of_project: bool = False) -> tuple[Decimal | None, int]:
        """Dollars booked in a period, or of this project's rows alone, and the attempts at an unknown price.

        The dollars are ``None`` if all attempts are at an unknown price.
        """
        names = (self.project,) if of_project else ()
        which = "project = ?" if of_project else "TRUE"
        what = f"SUM(CASE WHEN {which} THEN cost END), COUNT(CASE WHEN {which} THEN cost END), SUM({which})"
        spent, priced, attempts = self._row(what, since, until, *names * 3)
        unpriced = (attempts or 0) - priced
        return (None if unpriced and not priced else from_pico(spent)), unpriced

    def baselines(self, since: datetime) -> tuple[str, ...]:
        """The models that savings since the day of a moment are against."""
        return baselines(SqliteSums(self._database), since, since.tzinfo)

    def _sum(self, what: str, since: datetime, until: datetime | None, *names: str) -> Decimal:
        return from_pico(self._row(what, since, until, *names)[0])

    def _row(self, what: str, since: datetime, until: datetime | None, *names: str) -> Row:
        end = until.timestamp() if until else _NEVER
        (row,) = self._database.read(
            f"SELECT {what} FROM {ATTEMPTS} WHERE at >= ? AND at < ?", (*names, since.timestamp(), end)
        )
        return row

    def stats(self, since: datetime | None, zone: tzinfo | None) -> Stats:
        """Totals since a moment, or of all time; days are in the given time zone."""
        return statistics(SqliteSums(self._database), since, zone)

    def totals_by(self, key: StatsKey, since: datetime | None) -> tuple[KeyTotals, ...]:
        """Totals by a key since a moment, or of all time."""
        return totals_by(SqliteSums(self._database), key, since)

    def token_calibration(self, model: ModelRef, action: str, language: str) -> TokenCalibration:
        """Factors from the latest bills, kept in memory until this or another daemon writes."""
        return self.writer.calibration.token_calibration(model, action, language)

    def acceptance(self, model: ModelRef, action: str, language: str) -> Acceptance:
        """How often the latest answers were accepted, kept in memory as well."""
        return self.writer.calibration.acceptance(model, action, language)

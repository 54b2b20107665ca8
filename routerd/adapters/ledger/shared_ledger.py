"""The Ledger port over PostgreSQL, for many machines: reserve, book and release are one transaction each.

In an event loop nothing waits for the server but ``hold``, which awaits it; what is only shown is the last known value.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import TypeVar

from routerd.adapters.ledger.acceptance import acceptance
from routerd.adapters.ledger.background_reads import Within, in_event_loop
from routerd.adapters.ledger.budgets import BudgetPeriod, Budgets, CountedFor, budget_periods, of_file
from routerd.adapters.ledger.calibration import Bills, newest
from routerd.adapters.ledger.factors import prior_factor
from routerd.adapters.ledger.learning import learn
from routerd.adapters.ledger.schema import Reader, from_pico
from routerd.adapters.ledger.shared_sums import SharedSums
from routerd.adapters.ledger.shared_writer import Hold, SharedWriter, period_name
from routerd.adapters.ledger.statistics import baselines, statistics, totals_by
from routerd.adapters.ledger.sums import SUMS, Sums
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

T = TypeVar("T")
_MONEY_S, _LEARNED_S = 0.5, 30.0
"""How old a budget's state may be that is shown, and what is learned from bills. What is sent asks anew."""
_NO_INDEX = ("", "", " AS since")
_END_OF_TIME = timedelta(days=36_500)


class PostgresLedger:
    """The shared ledger as one project of one person sees it; ``budget`` is asked for anew at each reservation."""

    def __init__(
        self, writer: SharedWriter, budget: Callable[[], Budget | Budgets], project: str, origin: Origin
    ) -> None:
        """``origin`` is that of all requests that name no other; its person and team are named."""
        self.writer, self._budget, self.project, self.origin = writer, budget, project, origin

    def counted_for(self, origin: Origin | None) -> CountedFor:
        """Whose budgets a request of an origin counts against."""
        of, own = origin or self.origin, self.origin
        return CountedFor(self.project or of.project or "", of.session, of.person or own.person, of.team or own.team)

    def periods(self, at: datetime, origin: Origin | None) -> tuple[BudgetPeriod, ...]:
        """The budgets that hold at a moment."""
        budget, who = self._budget(), self.counted_for(origin)
        budgets = budget if isinstance(budget, Budgets) else Budgets(budget)
        return budget_periods(budgets, who, at)

    def limits(self, at: datetime, origin: Origin | None = None) -> tuple[Limit, ...] | Refusal:
        """As the port says; in an event loop as they were half a second ago."""
        away = self.writer.postgres.away
        if away is not None:
            return () if self.writer.goes_on else self.writer.away_refusal(away)
        periods, who = self.periods(at, origin), self.counted_for(origin)
        try:
            return tuple(
                Limit(period.name, period.limit, *self._state(period, who, at), of_project=of_file(period))
                for period in periods
            )
        except LedgerError as fault:
            return () if self.writer.goes_on else self.writer.away_refusal(str(fault))

    def _state(self, period: BudgetPeriod, who: CountedFor, at: datetime) -> tuple[Decimal, Decimal]:
        names = {"session": who.session, "team": who.team, "project": who.project, "person": who.person}
        key = (period.scope, names[period.scope] or "", period_name(period, at))

        def load(reader: Reader) -> tuple[Decimal, Decimal]:
            rows = reader.read("SELECT used, held FROM budgets WHERE scope = ? AND name = ? AND period = ?", key)
            return (from_pico(rows[0][0]), from_pico(rows[0][1])) if rows else (Decimal(0), Decimal(0))

        return self.writer.background_reads.get(key, load, (Decimal(0), Decimal(0)), _MONEY_S)

    def _holding(
        self, job: str, amounts: tuple[Decimal, Decimal], at: datetime, origin: Origin | None, sent: bool
    ) -> Future[Decimal | Refusal]:
        known = self._own_origin(origin)
        hold = Hold(job, self.counted_for(origin), at, known, *amounts, sent)
        return self.writer.hold(hold, self.periods(at, origin))

    async def hold(
        self, job: str, least: Decimal, most: Decimal, at: datetime, origin: Origin | None = None, *, sent: bool = False
    ) -> Decimal | Refusal:
        """As the port says."""
        try:
            return await asyncio.wrap_future(self._holding(job, (least, most), at, origin, sent))
        except Exception as fault:  # whatever the server says: what is not held is not sent
            return Refusal(f"The shared ledger refused ({fault}): nothing was sent.", RefusalCode.LEDGER)

    def reserve(
        self, job: str, least: Decimal, most: Decimal, at: datetime, origin: Origin | None = None, *, sent: bool = False
    ) -> Decimal | Refusal:
        """As the port says, for a caller that may wait."""
        try:
            return self._holding(job, (least, most), at, origin, sent).result()
        except Exception as fault:  # as above
            return Refusal(f"The shared ledger refused ({fault}): nothing was sent.", RefusalCode.LEDGER)

    def sent(self, job: str) -> Awaitable[object] | None:
        """As the port says; outside of an event loop it waits here."""
        told = self.writer.sent(job)
        if told is None:
            return None
        if in_event_loop():
            return asyncio.wrap_future(told)
        told.result()
        return None

    def _own_origin(self, origin: Origin | None) -> Origin:
        of, own = origin or self.origin, self.origin
        return replace(of, person=of.person or own.person, team=of.team or own.team)

    def book(self, booking: Booking, at: datetime, *, last: bool = False) -> str | None:
        """As the port says; written in the background, and where the server is away in the outbox."""
        known = replace(booking, origin=self._own_origin(booking.origin))
        return self.writer.book(known, self.counted_for(booking.origin), at, last=last)

    def release(self, job: str) -> None:
        """As the port says, in the background."""
        self.writer.release(job)

    def spent(self, since: datetime, until: datetime | None = None) -> Decimal:
        """Dollars that this person spent since a moment."""
        return self._spending(since, until, None)[0] or Decimal(0)

    def spent_on_project(self, since: datetime, until: datetime | None = None) -> Decimal:
        """Dollars that everyone spent on this project."""
        return self._spending(since, until, self.project)[0] or Decimal(0)

    def spending(self, since: datetime, until: datetime, *, of_project: bool = False) -> tuple[Decimal | None, int]:
        """As ``SqliteLedger`` says, of this person or of everyone on this project."""
        spent, unpriced, priced = self._spending(since, until, self.project if of_project else None)
        return (None if unpriced and not priced else spent), unpriced

    def _spending(self, since: datetime, until: datetime | None, project: str | None) -> tuple[Decimal, int, int]:
        which, name = ("project", project) if project is not None else ("person", self.origin.person or "")
        ends = (since.timestamp(), (until or since + _END_OF_TIME).timestamp())

        def load(reader: Reader) -> tuple[Decimal, int, int]:
            ((spent, priced, attempts),) = reader.read(
                f"SELECT SUM(cost), COUNT(cost), COUNT(*) FROM attempts WHERE at >= ? AND at < ? AND {which} = ?",
                (*ends, name),
            )
            return from_pico(spent), attempts - priced, priced

        return self.writer.background_reads.get(("spent", which, name, *ends), load, (Decimal(0), 0, 0), _MONEY_S)

    def saved(self, since: datetime, until: datetime | None = None) -> Decimal | None:
        """As ``SqliteLedger`` says, of this person."""
        ends = (since.timestamp(), (until or since + _END_OF_TIME).timestamp())
        name = self.origin.person or ""

        def load(reader: Reader) -> Decimal | None:
            found = reader.read(f"SELECT {SUMS} FROM measured WHERE at >= ? AND at < ? AND person = ?", (*ends, name))
            return Sums.of(found[0]).saved

        return self.writer.background_reads.get(("saved", name, *ends), load, None, _MONEY_S)

    def baselines(self, since: datetime) -> tuple[str, ...]:
        """As ``SqliteLedger`` says."""
        return self.writer.background_reads.get(
            ("baselines", since), lambda reader: baselines(SharedSums(reader), since, since.tzinfo), (), _LEARNED_S
        )

    def stats(self, since: datetime | None, zone: tzinfo | None) -> Stats:
        """The totals of everyone; waits. Raises LedgerError."""
        return self._read(lambda reader: statistics(SharedSums(reader), since, zone))

    def totals_by(self, key: StatsKey, since: datetime | None) -> tuple[KeyTotals, ...]:
        """The totals of everyone by a key; waits. Raises LedgerError."""
        return self._read(lambda reader: totals_by(SharedSums(reader), key, since))

    def token_calibration(self, model: ModelRef, action: str, language: str) -> TokenCalibration:
        """As the port says, from everyone's bills; in an event loop those of half a minute ago."""

        def load(reader: Reader) -> TokenCalibration:
            return newest(reader, model, Bills(), "attempts").learned(model, action, language)

        unlearned = learn([], action, language, prior_factor(model))
        return self._in_background(("calibration", model, action, language), load, unlearned)

    def acceptance(self, model: ModelRef, action: str, language: str) -> Acceptance:
        """As the port says, of everyone's answers."""

        def load(reader: Reader) -> Acceptance:
            return acceptance(reader, model, action, language, _NO_INDEX)

        return self._in_background(("acceptance", model, action, language), load, Acceptance())

    def _in_background(self, key: Hashable, load: Callable[[Reader], T], default: T) -> T:
        """A value that nothing depends on but an estimate: while the server is away its default serves."""
        try:
            return self.writer.background_reads.get(key, load, default, _LEARNED_S)
        except LedgerError:
            return default

    def _read(self, load: Callable[[Reader], T]) -> T:
        self.writer.postgres.flush()
        return self.writer.postgres.run_slowly(lambda connection: load(Within(connection)))

    def close(self) -> str | None:
        """Write down what waits; the sentence for the user if that is in vain."""
        return self.writer.close()

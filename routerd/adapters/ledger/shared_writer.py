"""Writes the rows of a shared ledger for one process: what it holds, books and renews, and what waits in the outbox."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from routerd.adapters.ledger.background_reads import BackgroundReads
from routerd.adapters.ledger.budgets import BudgetPeriod, CountedFor, of_file
from routerd.adapters.ledger.outbox import Outbox
from routerd.adapters.ledger.rows import left_out, values_of
from routerd.adapters.ledger.schema import MOST_DOLLARS, PICO, from_pico
from routerd.adapters.ledger.shared_fold import drop_old
from routerd.adapters.ledger.shared_rows import add, as_json
from routerd.adapters.postgres import Postgres, ServerConnection, Unstorable
from routerd.adapters.sqlite import UnwritableRow
from routerd.domain.attempt import AttemptStatus
from routerd.domain.booking import Booking
from routerd.domain.errors import LedgerError, OverBudget
from routerd.domain.ledger_settings import AwayPolicy
from routerd.domain.limit import Limit
from routerd.domain.origin import Origin
from routerd.domain.verdict import Refusal, RefusalCode

LEASE_S = 60.0
"""What a process holds is given back, or booked where it was sent, so long after it renewed it last."""
_SWEEP_S, _PROBE_S = 5.0, 1.0
_MOST_SWEPT = 100
"""Leases that are ended at once."""
_MOST_CAP = Decimal(9_000_000)
"""Dollars: 64 bits hold no more pico-dollars."""
_RESERVE = "SELECT granted, cap_number, used, held FROM routerd_reserve(%s::jsonb, %s, %s, %s, %s::jsonb)"
_RENEW = "UPDATE reservations SET expires = now() + make_interval(secs => %s) WHERE process = %s AND job = ANY(%s)"
_SENT = "UPDATE reservations SET sent = true WHERE process = %s AND job = %s RETURNING job"
_SWEEP = "SELECT routerd_sweep(%s, %s)"


@dataclass(frozen=True, slots=True)
class Hold:
    """What a job is to hold for its next call."""

    job: str
    who: CountedFor
    at: datetime
    origin: Origin
    least: Decimal
    most: Decimal
    """Dollars."""
    sent: bool


class SharedWriter:
    """One for each process and server; every project's ledger writes through it."""

    def __init__(
        self, postgres: Postgres, outbox: Outbox, now: Callable[[], datetime], lease_s: float = LEASE_S
    ) -> None:
        """``lease_s``: seconds after which what a process holds is given back, where it does not renew it."""
        self.postgres, self.outbox, self.background_reads = postgres, outbox, BackgroundReads(postgres)
        self.process = uuid.uuid4().hex
        self._now, self._lease_s = now, lease_s
        self._open: dict[str, Hold] = {}
        """What is held here, by job."""
        self._periods: dict[str, Sequence[BudgetPeriod]] = {}
        self._granted: dict[str, Decimal] = {}
        """The budgets of what is held, and its dollars."""
        self._failed: set[str] = set()
        """Jobs with an attempt that failed."""
        self._ended: set[str] = set()
        self._set_aside: list[str] = []
        postgres.every(lease_s / 3, self._renew)
        postgres.every(_SWEEP_S, self._sweep)
        postgres.every(_PROBE_S, self._probe)
        postgres.submit("outbox", self._send_on)

    def away_refusal(self, fault: str) -> Refusal:
        """Why nothing that costs is sent."""
        return Refusal(
            f"{fault} Nothing that costs is sent until it is back; to go on up to a cap of this machine, set "
            'ledger.away = "local" in your own configuration.',
            RefusalCode.LEDGER,
            "the shared ledger is away",
        )

    @property
    def goes_on(self) -> bool:
        """Whether this machine may spend while the ledger is away."""
        return self.outbox.settings.away is AwayPolicy.LOCAL

    def hold(self, hold: Hold, periods: Sequence[BudgetPeriod]) -> Future[Decimal | Refusal]:
        """Replace what a job holds, in one transaction."""
        self._open[hold.job], self._periods[hold.job] = hold, periods
        self.background_reads.changed()
        return self.postgres.submit(
            hold.job,
            lambda connection: self._reserved(connection, hold, periods),
            lambda fault: self._held_here(hold, str(fault)),
        )

    def _reserved(self, connection: ServerConnection, hold: Hold, periods: Sequence[BudgetPeriod]) -> Decimal | Refusal:
        values = (
            as_json(_hold_values(self.process, hold)),
            _pico(hold.least, ROUND_CEILING),
            _pico(hold.most, ROUND_FLOOR),
            self._lease_s,
            json.dumps([_cap(period, hold.at) for period in periods]),
        )
        swept = False
        while True:
            ((granted, number, used, held),) = connection.rows(_RESERVE, values)
            if granted is not None:
                self.outbox.release(hold.job)
                # Also what was asked for to a fraction of a pico-dollar.
                amount = hold.most if granted == values[2] else from_pico(granted)
                self._granted[hold.job] = amount
                return amount
            # What ended processes held is given back before anything is refused.
            if swept or not self._swept(connection):
                break
            swept = True
        period = periods[number - 1]
        limit = Limit(period.name, period.limit, from_pico(used), from_pico(held), of_project=of_file(period))
        return limit.refusal(hold.least) or Refusal("The budget is used up.", RefusalCode.BUDGET)

    def _held_here(self, hold: Hold, fault: str) -> Decimal | Refusal:
        if not self.goes_on:
            return self.away_refusal(fault)
        return self.outbox.hold(hold.job, (hold.least, hold.most), hold.at, hold.origin, sent=hold.sent)

    def sent(self, job: str) -> Future[None] | None:
        """Record that the call that a job reserved is about to be sent. The future raises OverBudget where it may not.

        A lease that ended meanwhile was given to others: the money is reserved anew, or the call is not made.
        """
        hold = self._open.get(job)
        if hold is None:  # a call whose price is unknown holds nothing
            return None
        granted = self._granted.get(job, hold.most)
        again = replace(hold, least=granted, most=granted, sent=True)

        def mark(connection: ServerConnection) -> None:
            if not connection.rows(_SENT, (self.process, job)):
                _must_hold(self._reserved(connection, again, self._periods.get(job, ())))

        return self.postgres.submit(job, mark, lambda fault: _must_hold(self._held_here(again, str(fault))))

    def book(self, booking: Booking, who: CountedFor, at: datetime, *, last: bool) -> str | None:
        """Write an attempt down in the background; one that cannot be written now waits in the outbox.

        The sentence for the user where that is so.
        """
        named = replace(booking, entry=booking.entry or f"{self.process}/{uuid.uuid4().hex}")
        if last:
            self._ended.add(booking.job)
        self.let_go(booking.job)
        if booking.attempt.status is not AttemptStatus.OK:
            self._failed.add(booking.job)
        try:
            row = {**values_of(named, who.project, at), "process": self.process}
        except UnwritableRow as fault:
            return left_out(booking, fault)
        failed = booking.job in self._failed
        self.background_reads.changed()

        def write(connection: ServerConnection) -> None:
            try:
                add(connection, row, last=last, failed=failed)
            except Unstorable as fault:
                self._set_aside.append(left_out(booking, UnwritableRow(str(fault))))
            self.outbox.release(booking.job)

        def keep(fault: LedgerError) -> None:
            if problem := self.outbox.book(named, who.project, at, last=last):
                self._set_aside.append(problem)

        self.postgres.submit(booking.job, write, keep)
        if self._set_aside:
            sentences, self._set_aside = " ".join(self._set_aside), []
            return sentences
        away = self.postgres.away
        return (
            f"What it cost is not in the shared ledger yet, and will be as soon as it can be: {away}" if away else None
        )

    def release(self, job: str) -> None:
        """Give back what is left of a job's reservation; where the ledger is away, its lease ends."""
        self.let_go(job)
        self._failed.discard(job)
        if job in self._ended:
            self._ended.remove(job)
            return
        self.background_reads.changed()

        def give_back(connection: ServerConnection) -> None:
            connection.rows("SELECT routerd_release(%s, %s)", (self.process, job))
            self.outbox.release(job)

        self.postgres.submit(job, give_back, lambda fault: self.outbox.release(job))

    def let_go(self, job: str) -> None:
        """Forget what a job holds."""
        for known in (self._open, self._periods, self._granted):
            known.pop(job, None)

    def fold(self, keep_days: int | None) -> None:
        """Drop counters that no budget can ask for any more, and attempts older than so many days; waits."""
        self.postgres.run_slowly(lambda connection: drop_old(connection, keep_days))

    def abandon(self) -> None:
        """Book what jobs of this process hold that nobody will end any more."""

        def end(connection: ServerConnection) -> None:
            for _ in range(_MOST_SWEPT * 10):
                if not connection.rows(_SWEEP, (0, self.process))[0][0]:
                    return

        self.postgres.flush()
        self.postgres.submit("outbox", end, lambda fault: self.outbox.abandon(self._now()))

    def close(self) -> str | None:
        """Write down what waits; the sentence for the user if something is lost."""
        self.postgres.submit("outbox", self._send_on)
        self.postgres.close()
        return self.outbox.close()

    def _renew(self) -> None:
        """Only what jobs still hold: what could not be given back ends with its lease."""
        if jobs := list(self._open):
            values = (self._lease_s, self.process, jobs)
            self.postgres.submit("renew", lambda connection: connection.rows(_RENEW, values), lambda fault: [])

    def _sweep(self) -> None:
        self.postgres.submit("sweep", self._swept)

    def _swept(self, connection: ServerConnection) -> int:
        ended = 0
        while ended < _MOST_SWEPT and connection.rows(_SWEEP, (self._lease_s, None))[0][0]:
            ended += 1
        return ended

    def _probe(self) -> None:
        self.postgres.submit("outbox", self._send_on)

    def _send_on(self, connection: ServerConnection) -> None:
        """Book what waits in the outbox; also finds out whether the server is back."""
        self.outbox.settle(self._now())
        waiting = self.outbox.waiting()
        if not waiting and self.postgres.away is not None:
            connection.rows("SELECT 1")
        for number, row in waiting:
            process = str(row["entry"]).partition("/")[0]
            try:
                add(connection, {**row, "process": process}, last=True, failed=row["status"] != "ok")
            except Unstorable as fault:
                self._set_aside.append(f"One attempt of the outbox could not be written to the shared ledger: {fault}.")
            self.outbox.done(number)
        if waiting:
            self.background_reads.changed()


def _must_hold(held: Decimal | Refusal) -> None:
    if isinstance(held, Refusal):
        raise OverBudget(held.message)


def _hold_values(process: str, hold: Hold) -> dict[str, object]:
    return {
        "process": process,
        "job": hold.job,
        "at": hold.at.timestamp(),
        "sent": hold.sent,
        "day": hold.at.date().isoformat(),
        "person": hold.who.person or "",
        "project": hold.who.project,
        "team": hold.who.team or "",
        "session": hold.who.session,
    }


def _cap(period: BudgetPeriod, at: datetime) -> tuple[str, str, int]:
    return period.scope, period_name(period, at), int(min(period.limit, _MOST_CAP) * PICO)


def period_name(period: BudgetPeriod, at: datetime) -> str:
    """How the shared ledger calls the day or month of a budget; empty for a session's."""
    if period.span is None:
        return ""
    day = at.date().isoformat()
    return day if period.name.endswith("daily") else day[:7]


def _pico(amount: Decimal, rounding: str) -> int:
    return int((min(amount, Decimal(MOST_DOLLARS)) * PICO).to_integral_value(rounding))

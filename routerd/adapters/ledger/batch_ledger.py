"""The Ledger port of a batch: one reservation for all of its items, from which each call's own is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from routerd.adapters.ledger.budgets import limits
from routerd.adapters.ledger.ledger import SqliteLedger
from routerd.adapters.ledger.ledger_reads import LedgerReads
from routerd.adapters.ledger.schema import MOST_DOLLARS, Run, from_pico, to_pico
from routerd.adapters.ledger.submitted import book_unknown, hand_over, take_back
from routerd.adapters.sqlite import UnwritableRow
from routerd.domain.attempt import Attempt
from routerd.domain.booking import Booking
from routerd.domain.errors import LedgerError
from routerd.domain.limit import Limit
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage, dollars
from routerd.domain.origin import Origin
from routerd.domain.verdict import Refusal, RefusalCode

HOLD = "hold "
"""How the name of a batch's reservation begins. It is never sent, so that it is free again where its process died."""

_Key = tuple[ModelRef, Usage, int]


class BatchLedger(LedgerReads):
    """As the Ledger port says, within what the batch holds; the hold grows as far as its cap and the budgets allow.

    A process that dies leaves its calls to be booked as unknown, as ever; the rest of its hold is simply free again.
    """

    def __init__(self, ledger: SqliteLedger, batch: str, cap: Decimal | None) -> None:
        """``cap``: dollars that this run may cost; ``None``: no limit but the budgets."""
        super().__init__(ledger)
        self._ledger, self._writer, self._hold = ledger, ledger.writer, HOLD + batch
        self._cap, self._spent = cap, Decimal(0)
        self.short: Refusal | None = None
        """Why the latest call was not allowed, where the money of the batch was the reason."""
        self._again: dict[str, list[_Key]] = {}
        self._seen: dict[str, Counter[_Key]] = {}

    def open(self, amount: Decimal, at: datetime) -> Decimal | Refusal:
        """Reserve an amount for the batch, or as much of it as the cap and the budgets allow: dollars."""
        try:
            with self._writer.database.transaction() as run:
                self._writer.settle_dead(run, at)
                held = self._grow(run, Decimal(0), amount, at)
                self._keep(run, self._hold, held, at)
        except LedgerError as fault:
            self._writer.spending.forget()
            return Refusal(str(fault), RefusalCode.LEDGER)
        return held

    def close(self) -> None:
        """Give back what is left."""
        self._writer.release(self._hold)

    def hand_over(self, jobs: Sequence[str]) -> None:
        """As BatchAccount says."""
        hand_over(self._writer, jobs)

    def take_back(self, jobs: Sequence[str]) -> None:
        """As BatchAccount says."""
        take_back(self._writer, jobs)

    def book_unknown(self, jobs: Sequence[str]) -> None:
        """As BatchAccount says."""
        book_unknown(self._writer, jobs)

    def limits(self, at: datetime, origin: Origin | None = None) -> tuple[Limit, ...] | Refusal:
        """Empty: what the budgets allow is held already."""
        return ()

    def reserve(
        self, job: str, least: Decimal, most: Decimal, at: datetime, origin: Origin | None = None, *, sent: bool = False
    ) -> Decimal | Refusal:
        """As the port says, drawn from the hold."""
        self._writer.write_pending()
        self._writer.changes += 1
        try:
            with self._writer.database.transaction() as run:
                self._writer.settle_dead(run, at)
                free = self._amount(run, self._hold) + self._amount(run, job)
                run("DELETE FROM reservations WHERE process = ? AND job = ?", (self._writer.process, job))
                self._keep(run, self._hold, free, at)
                if free < most:
                    free = self._grow(run, free, most - free, at)
                granted = min(free, most)
                short = granted < least
                if not short:
                    self._keep(run, job, granted, at, sent=sent)
                self._keep(run, self._hold, free if short else free - granted, at)
        except LedgerError as fault:
            self._writer.spending.forget()
            code = RefusalCode.LOCKED if self._writer.database.locked else RefusalCode.LEDGER
            return Refusal(str(fault), code)
        if not short:
            return granted
        self.short = Refusal(
            f"Stopped at {dollars(self._spent)}: the next call may cost {dollars(least)}, more than the cap of the "
            "batch or the budgets leave.",
            RefusalCode.BUDGET,
        )
        return self.short

    async def hold(
        self, job: str, least: Decimal, most: Decimal, at: datetime, origin: Origin | None = None, *, sent: bool = False
    ) -> Decimal | Refusal:
        """As the port says."""
        return self.reserve(job, least, most, at, origin, sent=sent)

    def sent(self, job: str) -> None:
        """As the port says."""
        self._writer.sent(job)

    def replay(self, job: str, before: Sequence[Attempt], again: Sequence[Attempt]) -> None:
        """Answers that an earlier process received: those that are done with, and those about to be judged again."""
        self._again[job] = [_key(attempt) for attempt in again]
        self._seen[job] = Counter(_key(attempt) for attempt in before)

    def book(self, booking: Booking, at: datetime, *, last: bool = False) -> str | None:
        """As the port says; an answer that an earlier process received is booked exactly once.

        What is left of a reservation goes back to the hold, which ``release`` does.
        """
        key, again = _key(booking.attempt), self._again.get(booking.job, [])
        if booking.attempt.cached or key not in again:
            self._spent += booking.attempt.cost or Decimal(0)
            return self._ledger.book(booking, at)
        again.remove(key)
        self._seen[booking.job][key] += 1
        try:
            known = replace(booking, origin=booking.origin or self._ledger.origin)
            self._writer.book_stored(known, self._ledger.project, at, self._seen[booking.job][key])
        except (LedgerError, UnwritableRow) as fault:
            return f"What it cost may not be in the ledger: {fault}"
        return None

    def release(self, job: str) -> None:
        """Give the rest of a job's reservation back to the hold."""
        self._writer.write_pending()
        self._writer.let_go(job)
        try:
            with self._writer.database.transaction() as run:
                rest = self._amount(run, job)
                run("DELETE FROM reservations WHERE process = ? AND job = ?", (self._writer.process, job))
                run(
                    "UPDATE reservations SET amount = amount + ? WHERE process = ? AND job = ?",
                    (to_pico(rest), self._writer.process, self._hold),
                )
        except LedgerError:
            self._writer.release(job)

    def _grow(self, run: Run, held: Decimal, wanted: Decimal, at: datetime) -> Decimal:
        """What is held and as much more of a wanted as the cap and the budgets allow."""
        more = wanted
        if self._cap is not None:
            more = min(more, self._cap - self._spent - held - self._drawn(run))
        for limit in limits(run, self._ledger.periods(at, None), "", "", self._writer.spending.within):
            more = min(more, limit.rest)
        return min(held + max(more, Decimal(0)), Decimal(MOST_DOLLARS))

    def _drawn(self, run: Run) -> Decimal:
        """What calls under way hold of this batch."""
        batch = self._hold.removeprefix(HOLD)
        rows = run(
            "SELECT SUM(amount) FROM reservations WHERE process = ? AND job LIKE ? || '-%'",
            (self._writer.process, batch),
        )
        return from_pico(rows[0][0])

    def _amount(self, run: Run, job: str) -> Decimal:
        rows = run("SELECT amount FROM reservations WHERE process = ? AND job = ?", (self._writer.process, job))
        return from_pico(rows[0][0]) if rows else Decimal(0)

    def _keep(self, run: Run, job: str, amount: Decimal, at: datetime, *, sent: bool = False) -> None:
        bounded = min(amount, Decimal(MOST_DOLLARS))
        self._writer.reservation(job, self._ledger.counted_for(None), at, bounded).write(run, sent=sent)


def _key(attempt: Attempt) -> _Key:
    """What tells one answer of a job from another."""
    return attempt.model, attempt.usage, attempt.ms

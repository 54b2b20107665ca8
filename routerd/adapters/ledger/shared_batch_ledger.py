"""The Ledger port of a batch over the shared ledger: each call is reserved by itself, within the cap of the batch."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from routerd.adapters.ledger.ledger_reads import LedgerReads
from routerd.adapters.ledger.reservation import SUBMITTED
from routerd.adapters.ledger.shared_ledger import PostgresLedger
from routerd.adapters.ledger.shared_rows import REPEATED
from routerd.domain.attempt import Attempt
from routerd.domain.booking import Booking
from routerd.domain.limit import Limit
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage, dollars
from routerd.domain.origin import Origin
from routerd.domain.verdict import Refusal, RefusalCode

_Key = tuple[ModelRef, Usage, int]
_MONTH_S = 31 * 86_400
"""Providers keep the results of a batch for 29 or 30 days."""
_HAND_OVER = (
    "UPDATE reservations SET process = %s, sent = true, expires = now() + make_interval(secs => %s) "
    "WHERE process = %s AND job = %s"
)
_UNKNOWN = (
    "WITH gone AS (DELETE FROM reservations WHERE process = %s AND job = %s RETURNING *) "
    "SELECT routerd_end(gone::text::reservations, %s)::text FROM gone"
)


class SharedBatchLedger(LedgerReads):
    """As BatchAccount says. Nothing is held for the whole batch: other machines may work on it at the same time."""

    def __init__(self, ledger: PostgresLedger, batch: str, cap: Decimal | None) -> None:
        """``cap``: dollars that this run may cost; ``None``: no limit but the budgets."""
        super().__init__(ledger)
        self._ledger, self._cap = ledger, cap
        self._spent, self._drawn = Decimal(0), dict[str, Decimal]()
        self.short: Refusal | None = None
        """As BatchAccount says."""
        self._seen: dict[str, Counter[_Key]] = {}

    def open(self, amount: Decimal, at: datetime) -> Decimal | Refusal:
        """As much of an amount as the cap and the budgets leave at this moment: dollars."""
        left = self._ledger.limits(at)
        if isinstance(left, Refusal):
            return left
        caps = [limit.rest for limit in left] + ([] if self._cap is None else [self._cap])
        return max(min([amount, *caps]), Decimal(0))

    def close(self) -> None:
        """As BatchAccount says: nothing is left."""

    def hand_over(self, jobs: Sequence[str]) -> None:
        """As BatchAccount says."""
        writer = self._ledger.writer
        for job in jobs:
            values = (SUBMITTED, _MONTH_S, writer.process, job)
            writer.postgres.run(lambda connection, values=values: connection.rows(_HAND_OVER, values), job)  # type: ignore[misc]  # bound at once
            writer.let_go(job)

    def take_back(self, jobs: Sequence[str]) -> None:
        """As BatchAccount says."""
        self._each("SELECT routerd_release(%s, %s)::text", jobs)

    def book_unknown(self, jobs: Sequence[str]) -> None:
        """As BatchAccount says."""
        self._each(_UNKNOWN, jobs, "the provider's batch has no result for it")

    def _each(self, statement: str, jobs: Sequence[str], *more: str) -> None:
        for job in jobs:
            values = (SUBMITTED, job, *more)
            self._ledger.writer.postgres.run(lambda connection, values=values: connection.rows(statement, values), job)  # type: ignore[misc]  # as above
        self._ledger.writer.background_reads.changed()

    def limits(self, at: datetime, origin: Origin | None = None) -> tuple[Limit, ...] | Refusal:
        """As the port says: each call is refused by itself."""
        found = self._ledger.limits(at, origin)
        return found if isinstance(found, Refusal) else ()

    async def hold(
        self, job: str, least: Decimal, most: Decimal, at: datetime, origin: Origin | None = None, *, sent: bool = False
    ) -> Decimal | Refusal:
        """As the port says, within the cap."""
        bounded = self._bounded(job, least, most)
        if isinstance(bounded, Refusal):
            return bounded
        return self._kept(job, await self._ledger.hold(job, least, bounded, at, origin, sent=sent))

    def reserve(
        self, job: str, least: Decimal, most: Decimal, at: datetime, origin: Origin | None = None, *, sent: bool = False
    ) -> Decimal | Refusal:
        """As the port says, within the cap."""
        bounded = self._bounded(job, least, most)
        if isinstance(bounded, Refusal):
            return bounded
        return self._kept(job, self._ledger.reserve(job, least, bounded, at, origin, sent=sent))

    def _bounded(self, job: str, least: Decimal, most: Decimal) -> Decimal | Refusal:
        if self._cap is None:
            return most
        rest = self._cap - self._spent - sum((a for one, a in self._drawn.items() if one != job), Decimal(0))
        if least > rest:
            self.short = Refusal(
                f"Stopped at {dollars(self._spent)}: the next call may cost {dollars(least)}, more than the cap of "
                "the batch or the budgets leave.",
                RefusalCode.BUDGET,
            )
            return self.short
        self._drawn[job] = min(most, rest)  # before anything is awaited, so that no other item takes the same
        return min(most, rest)

    def _kept(self, job: str, granted: Decimal | Refusal) -> Decimal | Refusal:
        if not isinstance(granted, Refusal):
            self._drawn[job] = granted
            return granted
        self._drawn.pop(job, None)
        if granted.code is RefusalCode.BUDGET:
            self.short = granted
        return granted

    def sent(self, job: str) -> Awaitable[object] | None:
        """As the port says."""
        return self._ledger.sent(job)

    def replay(self, job: str, before: Sequence[Attempt], again: Sequence[Attempt]) -> None:
        """As BatchAccount says: the n-th answer of a job has the same identity in each process."""
        self._seen[job] = Counter(_key(attempt) for attempt in before)

    def book(self, booking: Booking, at: datetime, *, last: bool = False) -> str | None:
        """As the port says; an answer that an earlier process received is booked exactly once."""
        attempt, job = booking.attempt, booking.job
        self._spent += attempt.cost or Decimal(0)
        self._drawn.pop(job, None)
        if not attempt.cached:
            key, seen = _key(attempt), self._seen.setdefault(job, Counter())
            seen[key] += 1
            name = hashlib.sha256(repr((job, *key, seen[key])).encode()).hexdigest()
            booking = replace(booking, entry=f"{REPEATED}/{name}")
        return self._ledger.book(booking, at, last=last)

    def release(self, job: str) -> None:
        """As the port says."""
        self._drawn.pop(job, None)
        self._ledger.release(job)


def _key(attempt: Attempt) -> _Key:
    """What tells one answer of a job from another."""
    return attempt.model, attempt.usage, attempt.ms

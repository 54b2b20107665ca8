"""The outbox: what was spent while the shared ledger was away, in a file of this machine until it is booked there.

It is a ledger of its own, so that a process that dies loses nothing. Each row has an identity, under which it is booked
once however often it is sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from routerd.adapters.ledger.budgets import BudgetPeriod
from routerd.adapters.ledger.ledger import SqliteLedger
from routerd.adapters.ledger.migrations import MIGRATIONS
from routerd.adapters.ledger.periods import day_of
from routerd.adapters.ledger.rows import COLUMNS
from routerd.adapters.ledger.writer import LedgerWriter
from routerd.adapters.sqlite import Database
from routerd.domain.booking import Booking
from routerd.domain.errors import LedgerError
from routerd.domain.ledger_settings import LedgerSettings
from routerd.domain.money import dollars
from routerd.domain.origin import Origin
from routerd.domain.settings import Budget
from routerd.domain.verdict import Refusal, RefusalCode

_AT_ONCE = 100
"""Rows that are sent in one turn."""
_NAMES = tuple(sorted(COLUMNS))


def _progress(connection: object) -> None:
    connection.execute("CREATE TABLE sent_on (last INTEGER NOT NULL)")  # type: ignore[attr-defined]  # of SQLite
    connection.execute("INSERT INTO sent_on VALUES (0)")  # type: ignore[attr-defined]  # as above


class _MachineLedger(SqliteLedger):
    """Everything that this machine spends meanwhile counts against one cap, whoever spends it."""

    def __init__(self, writer: LedgerWriter, cap: Callable[[], Decimal]) -> None:
        super().__init__(writer, Budget)
        self._cap = cap

    def periods(self, at: datetime, origin: Origin | None) -> tuple[BudgetPeriod, ...]:
        """The one cap of a day."""
        return (BudgetPeriod("daily", self._cap(), day_of(at)),)


class Outbox:
    """One for each process."""

    def __init__(self, path: Path | None, at: datetime, settings: LedgerSettings) -> None:
        """Opens or creates the file; ``None``: in memory."""
        self.settings = settings
        self.database = Database(path, (_progress, *MIGRATIONS), at, name="outbox of the shared ledger")
        self._ledger = _MachineLedger(LedgerWriter(self.database), lambda: self.settings.local_cap)
        self._jobs: set[str] = set()
        self._lock = threading.RLock()
        """Several threads book here while the server is away, and a ledger's writer is one thread's."""

    def hold(
        self, job: str, amounts: tuple[Decimal, Decimal], at: datetime, origin: Origin, *, sent: bool
    ) -> Decimal | Refusal:
        """As ``Ledger.reserve``, within the cap of this machine; ``amounts``: least and most."""
        with self._lock:
            granted = self._ledger.reserve(job, *amounts, at, origin, sent=sent)
            if not isinstance(granted, Refusal):
                self._jobs.add(job)
                return granted
            if granted.code is not RefusalCode.BUDGET:
                return granted
            return Refusal(
                f"The shared ledger is away, and of the {dollars(self.settings.local_cap)} a day that this machine may "
                "spend meanwhile too little is left: raise ledger.local_cap, or wait until it is back.",
                RefusalCode.BUDGET,
                "over this machine's budget",
            )

    def book(self, booking: Booking, project: str, at: datetime, *, last: bool) -> str | None:
        """Keep one attempt; the sentence for the user where that is in vain."""
        with self._lock:
            self._jobs.discard(booking.job)
            return self._ledger.writer.book(booking, project, at, last=last)

    def release(self, job: str) -> None:
        """Give back what a job holds here."""
        with self._lock:
            if job in self._jobs:
                self._jobs.discard(job)
                self._ledger.writer.let_go(job)
                self._ledger.release(job)

    def waiting(self) -> list[tuple[int, dict[str, object]]]:
        """The next rows that are to be sent on, each with its number. Raises LedgerError."""
        rows = self.database.read(
            f"SELECT id, {', '.join(_NAMES)} FROM attempts WHERE id > (SELECT MAX(last) FROM sent_on) "
            "ORDER BY id LIMIT ?",
            (_AT_ONCE,),
        )
        return [(row[0], dict(zip(_NAMES, row[1:], strict=True))) for row in rows]

    def settle(self, at: datetime) -> None:
        """Book what processes of this machine that died had sent."""
        with self._lock, suppress(LedgerError), self.database.transaction() as run:
            self._ledger.writer.settle_dead(run, at)

    def done(self, last: int) -> None:
        """Rows up to this one are in the shared ledger."""
        with self.database.transaction() as run:
            run("UPDATE sent_on SET last = ? WHERE last < ?", (last, last))

    def abandon(self, at: datetime) -> None:
        """As ``SqliteLedger.abandon``."""
        with self._lock:
            self._ledger.abandon(at)

    def close(self) -> str | None:
        """Close the file; the sentence where paid attempts are lost with it."""
        with self._lock:
            lost = self._ledger.close()
            self.database.close()
            return lost

"""What was booked in each budget's period: summed once, and then only the rows that came since are read."""

from __future__ import annotations

from dataclasses import dataclass

from routerd.adapters.ledger.budgets import BudgetPeriod
from routerd.adapters.ledger.schema import ATTEMPTS_OF_PEOPLE, Run
from routerd.adapters.sqlite import Database

_KEPT = 256
"""Periods that are remembered: a day and a month for each project, and a period for each session."""
_SUMMED_ANEW = 1_000
"""Reads after which all rows are summed again: a batch that is fetched takes rows away, and replaces them."""


@dataclass(frozen=True, slots=True)
class _Sum:
    amount: int
    """Pico-dollars."""
    last: int
    """The latest row of the ledger, of whatever period, when this was read."""
    reads: int


class Spending:
    """One for each process and file. An agent asks each second, and a month may have a hundred thousand rows.

    The rows are read in the caller's transaction, those of other processes too. A sum may be too high for a while,
    where a row was taken away, and is never too low.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opened = 0
        self._sums: dict[BudgetPeriod, _Sum] = {}

    def forget(self) -> None:
        """After a transaction that was not written, whose rows may have been counted."""
        self._sums.clear()

    def within(self, run: Run, period: BudgetPeriod) -> int:
        """The pico-dollars that were booked in a period."""
        if self._opened != self._database.opened:
            self._opened = self._database.opened
            self._sums.clear()
        known = self._sums.get(period, _Sum(0, 0, 0))
        last, more = self._after(run, period, known.last)
        if last < known.last or known.reads >= _SUMMED_ANEW:
            known = _Sum(0, 0, 0)
            last, more = self._after(run, period, 0)
        if period not in self._sums and len(self._sums) >= _KEPT:
            self._sums.pop(next(iter(self._sums)))
        found = self._sums[period] = _Sum(known.amount + more, last, known.reads + 1)
        return found.amount

    @staticmethod
    def _after(run: Run, period: BudgetPeriod, row: int) -> tuple[int, int]:
        """The latest row, and the sum of those of a period after a row."""
        of, names = period.where
        # Both ends: a clock that was ahead for a while has left rows of days to come, which are not this day's.
        within = "at >= ? AND at < ?" if period.span else "TRUE"
        ends = tuple(moment.timestamp() for moment in period.span or ())
        since = "id > ? AND " if row else ""  # without it the index by time serves
        if row:
            within = within.replace("at ", "+at ")
        ((last, amount),) = run(
            "SELECT (SELECT MAX(id) FROM attempts), "
            f"(SELECT SUM(cost) FROM {ATTEMPTS_OF_PEOPLE} WHERE {since}{within}{of})",
            (*((row,) if row else ()), *ends, *names),
        )
        return last or 0, amount or 0

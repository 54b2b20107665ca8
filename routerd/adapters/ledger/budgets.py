"""The budgets in force: the user's own count every row, those that a project's file lowers count its rows only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from routerd.adapters.ledger.periods import day_of, month_of
from routerd.adapters.ledger.rows import Run
from routerd.adapters.ledger.schema import ATTEMPTS, RESERVATIONS, from_pico
from routerd.domain.limit import Limit
from routerd.domain.settings import Budget


@dataclass(frozen=True, slots=True)
class Budgets:
    """Whose money is counted against which limits; only the daily and monthly limits of a Budget are looked at."""

    own: Budget = field(default_factory=Budget)
    """Set by the user or the editor; every attempt counts."""
    lowered: Budget = field(default_factory=Budget)
    """Set by the project's file, below the user's own; the project's attempts count."""


@dataclass(frozen=True, slots=True)
class BudgetPeriod:
    """A limit in dollars, and the rows that count against it."""

    name: str
    """``daily`` or ``monthly``."""
    limit: Decimal
    span: tuple[datetime, datetime]
    project: str | None = None
    """``None``: every row counts."""


def budget_periods(budgets: Budgets, project: str, at: datetime) -> tuple[BudgetPeriod, ...]:
    """The limits that hold at a moment, the user's own first."""
    found = []
    for budget, of in ((budgets.own, None), (budgets.lowered, project)):
        for name, limit, span in (("daily", budget.daily, day_of(at)), ("monthly", budget.monthly, month_of(at))):
            if limit is not None:
                found.append(BudgetPeriod(name, limit, span, of))
    return tuple(found)


def limits(run: Run, periods: Sequence[BudgetPeriod], process: str, job: str) -> tuple[Limit, ...]:
    """Each limit with what is spent and held, but for what one job of one process holds."""
    found = []
    for period in periods:
        own = period.project is None
        of = "" if own else " AND project = ?"
        names = () if own else (period.project,)
        # Both ends: a clock that was ahead for a while has left rows of days to come, which are not this day's.
        ends = tuple(moment.timestamp() for moment in period.span)
        ((spent,),) = run(f"SELECT SUM(cost) FROM {ATTEMPTS} WHERE at >= ? AND at < ?{of}", (*ends, *names))
        ((held,),) = run(
            f"SELECT SUM(amount) FROM {RESERVATIONS} WHERE (process != ? OR job != ?){of}", (process, job, *names)
        )
        found.append(Limit(period.name, period.limit, from_pico(spent), from_pico(held), of_project=not own))
    return tuple(found)

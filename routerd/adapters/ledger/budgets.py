"""The budgets in force: the user's own count every row, those that a project's file lowers count its rows only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from routerd.adapters.ledger.periods import day_of, month_of
from routerd.adapters.ledger.schema import RESERVATIONS, Run, from_pico
from routerd.domain.limit import Limit
from routerd.domain.settings import Budget


@dataclass(frozen=True, slots=True)
class Budgets:
    """Whose money is counted against which limits; only the limits per day, month and session are looked at."""

    own: Budget = field(default_factory=Budget)
    """Set by the user or the editor; every attempt counts."""
    lowered: Budget = field(default_factory=Budget)
    """Set by the project's file, below the user's own; the project's attempts count."""


@dataclass(frozen=True, slots=True)
class BudgetPeriod:
    """A limit in dollars, and the rows that count against it."""

    name: str
    """``daily``, ``monthly`` or ``session``."""
    limit: Decimal
    span: tuple[datetime, datetime] | None
    """``None``: rows of any time count."""
    project: str | None = None
    """``None``: rows of any project count."""
    session: str | None = None
    """``None``: rows of any session count."""

    @property
    def where(self) -> tuple[str, tuple[object, ...]]:
        """The rows of the period's projects and sessions as SQL, and its values."""
        names = {"project": self.project, "session": self.session}
        known = {column: name for column, name in names.items() if name is not None}
        return "".join(f" AND {column} = ?" for column in known), tuple(known.values())


def budget_periods(budgets: Budgets, project: str, session: str | None, at: datetime) -> tuple[BudgetPeriod, ...]:
    """The limits that hold at a moment, the user's own first; an unknown session has no limit of its own."""
    found = []
    for budget, of in ((budgets.own, None), (budgets.lowered, project)):
        for name, limit, span in (("daily", budget.daily, day_of(at)), ("monthly", budget.monthly, month_of(at))):
            if limit is not None:
                found.append(BudgetPeriod(name, limit, span, of))
        if budget.session is not None and session is not None:
            found.append(BudgetPeriod("session", budget.session, None, of, session))
    return tuple(found)


Spent = Callable[[Run, BudgetPeriod], int]
"""The pico-dollars that were booked in a period."""


def limits(run: Run, periods: Sequence[BudgetPeriod], process: str, job: str, spent_in: Spent) -> tuple[Limit, ...]:
    """Each limit with what is spent and held, but for what one job of one process holds."""
    found = []
    for period in periods:
        of, names = period.where
        ((held,),) = run(
            f"SELECT SUM(amount) FROM {RESERVATIONS} WHERE (process != ? OR job != ?){of}", (process, job, *names)
        )
        spent = from_pico(spent_in(run, period))
        found.append(Limit(period.name, period.limit, spent, from_pico(held), of_project=period.project is not None))
    return tuple(found)

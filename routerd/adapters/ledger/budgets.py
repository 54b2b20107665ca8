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
    """Whose money is counted against which limits; those of one action are not looked at here."""

    own: Budget = field(default_factory=Budget)
    """Set by the user or the editor; every attempt counts."""
    lowered: Budget = field(default_factory=Budget)
    """Set by the project's file, below the user's own; the project's attempts count."""


@dataclass(frozen=True, slots=True)
class BudgetPeriod:
    """A limit in dollars, and the rows that count against it."""

    name: str
    """The setting's key under ``budget``, such as ``daily``."""
    limit: Decimal
    span: tuple[datetime, datetime] | None
    """``None``: rows of any time count."""
    project: str | None = None
    """``None``: rows of any project count."""
    session: str | None = None
    """``None``: rows of any session count."""
    person: str | None = None
    """``None``: rows of any person count."""
    team: str | None = None
    """``None``: rows of any team count."""

    @property
    def scope(self) -> str:
        """Whose rows count, in a shared ledger: those of a session, a team, a project or a person."""
        if self.name == "session" or self.name.startswith("team"):
            return self.name.partition("_")[0]
        return "person" if self.project is None else "project"

    @property
    def where(self) -> tuple[str, tuple[object, ...]]:
        """The rows of the period's projects and sessions as SQL, and its values."""
        names = {"project": self.project, "session": self.session, "person": self.person, "team": self.team}
        known = {column: name for column, name in names.items() if name is not None}
        return "".join(f" AND {column} = ?" for column in known), tuple(known.values())


@dataclass(frozen=True, slots=True)
class CountedFor:
    """Whose rows a request adds to; an unknown person or team has no budget of its own, but counts in all of them."""

    project: str
    session: str | None = None
    person: str | None = None
    team: str | None = None


def budget_periods(budgets: Budgets, who: CountedFor, at: datetime) -> tuple[BudgetPeriod, ...]:
    """The limits that hold at a moment, the user's own first; an unknown session has no limit of its own."""
    found: list[BudgetPeriod] = []

    def add(name: str, limit: Decimal | None, span: tuple[datetime, datetime] | None, **of: str | None) -> None:
        if limit is not None:
            found.append(BudgetPeriod(name, limit, span, **of))

    day, month = day_of(at), month_of(at)
    for budget, of in ((budgets.own, None), (budgets.lowered, who.project)):
        person = who.person if of is None else None
        add("daily", budget.daily, day, project=of, person=person)
        add("monthly", budget.monthly, month, project=of, person=person)
        if who.session is not None:
            add("session", budget.session, None, project=of, session=who.session)
        if who.project:
            add("project_daily", budget.project_daily, day, project=who.project)
            add("project_monthly", budget.project_monthly, month, project=who.project)
        add("team_daily", budget.team_daily, day, team=who.team)
        add("team_monthly", budget.team_monthly, month, team=who.team)
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
        found.append(Limit(period.name, period.limit, spent, from_pico(held), of_project=of_file(period)))
    return tuple(found)


def of_file(period: BudgetPeriod) -> bool:
    """Whether a limit is one that a project's file lowered."""
    return period.project is not None and not period.name.startswith("project")

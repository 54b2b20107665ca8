"""What was spent, saved and foreseen over a time, summed from the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from routerd.domain.acceptance import Acceptance
from routerd.domain.money import Usage


@dataclass(frozen=True, slots=True)
class DayOfTier:
    """One day's spending on one tier, in dollars."""

    day: str
    """ISO date in the user's time zone."""
    tier: str
    cost: Decimal
    attempts: int
    baseline: Decimal = Decimal(0)
    """What the baseline model would have cost for this day's used answers."""
    saved: Decimal = Decimal(0)
    """That, less what the answers and the attempts of no use cost."""


@dataclass(frozen=True, slots=True)
class ModelTotals:
    """One model's work."""

    model: str
    """``provider/model``."""
    attempts: int
    accepted: int
    rejected: int
    failed: int
    cost: Decimal
    usage: Usage


@dataclass(frozen=True, slots=True)
class Trial:
    """One model's answers to one action in one language."""

    model: str
    """``provider/model``."""
    action: str
    language: str
    accepted: int
    tried: int
    cost: Decimal
    """Dollars of a mean answer."""

    @property
    def worth(self) -> float:
        """Asking it first pays while an answer costs less than this share of what is asked after it."""
        return Acceptance(self.accepted, self.tried).at_best


@dataclass(frozen=True, slots=True)
class Guess:
    """One answer's bill beside its estimate, in dollars."""

    action: str
    model: str
    low: Decimal
    likely: Decimal
    high: Decimal
    cost: Decimal

    @property
    def held(self) -> bool:
        """Whether the range held the bill."""
        return self.low <= self.cost <= self.high


@dataclass(frozen=True, slots=True)
class FailuresOf:
    """Attempts of one deployment that gave no answer for one reason, and what became of their jobs.

    ``jobs`` is how many jobs they belong to; each of those ends in one of the counts that follow it.
    """

    deployment: str
    """``provider/model``."""
    status: str
    attempts: int
    cost: Decimal
    """Dollars of these attempts, as far as their prices are known."""
    jobs: int
    retried: int
    """Answered by the same deployment in the end."""
    failed_over: int
    """Answered by another deployment of the same tier."""
    escalated: int
    """Answered by another tier."""
    lost: int
    """Never answered."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where jobs went after an attempt that gave no answer: from one deployment to another."""

    source: str
    """``provider/model``, as the target."""
    target: str
    escalation: bool
    """To another tier, not to another deployment of the same one."""
    times: int
    answered: int
    """How often the target's next attempt gave the answer that was taken."""


@dataclass(frozen=True, slots=True)
class Rescues:
    """Jobs in which something failed, by how each ended; they add up to all such jobs."""

    retried: int = 0
    failed_over: int = 0
    escalated: int = 0
    cancelled: int = 0
    """By the user, before there was an answer."""
    lost: int = 0
    cost: Decimal = Decimal(0)
    """Dollars of all attempts that gave no answer."""

    @property
    def saved(self) -> int:
        """Jobs that got their answer after all."""
        return self.retried + self.failed_over + self.escalated


@dataclass(frozen=True, slots=True)
class Failovers:
    """What failed, how often that cost an answer, and where the work went instead."""

    rows: tuple[FailuresOf, ...] = ()
    """Most attempts first."""
    moves: tuple[Move, ...] = ()
    """Most frequent first."""
    jobs: Rescues = Rescues()


@dataclass(frozen=True, slots=True)
class Stats:
    """Totals over a time; money in dollars."""

    spent: Decimal
    saved: Decimal
    baseline: Decimal
    """What the baseline model would have cost for the answers that were used."""
    actions: int
    attempts: int
    unpriced: int
    """Attempts whose price is unknown: their cost is in no sum."""
    estimated: int
    """Attempts whose usage the provider did not say."""
    unknown: int
    """Reservations of daemons that died, settled at their estimate."""
    cached: int
    usage: Usage
    days: tuple[DayOfTier, ...]
    models: tuple[ModelTotals, ...]
    guesses: tuple[Guess, ...]
    failures: tuple[tuple[str, int], ...]
    """Attempts by status, those that gave no answer, most frequent first."""
    trials: tuple[Trial, ...] = ()
    """By kind of work, most asked first."""
    failovers: Failovers = Failovers()


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """Today's money, for a status bar."""

    spent_today: Decimal
    budget_daily: Decimal | None
    saved_today: Decimal

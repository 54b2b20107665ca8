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


@dataclass(frozen=True, slots=True)
class Standing:
    """Today's money, for a status bar."""

    spent_today: Decimal
    budget_daily: Decimal | None
    saved_today: Decimal

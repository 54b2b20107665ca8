"""Statistics from the ledger: what was spent, saved and estimated in a period.

A sum over attempts of which nothing is known is ``None``, and over no attempts zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from routerd.domain.acceptance import Acceptance
from routerd.domain.money import Usage


@dataclass(frozen=True, slots=True)
class DayOfTier:
    """One day's spending on one tier, in dollars."""

    day: str
    """ISO date in the user's time zone."""
    tier: str
    cost: Decimal | None
    attempts: int
    baseline: Decimal | None
    """The baseline model's cost for this day's used answers."""
    saved: Decimal | None
    """The baseline minus the cost of all attempts, used or not."""
    unpriced: int = 0
    """Attempts whose price is unknown, which are in none of these sums; as in all totals here."""


@dataclass(frozen=True, slots=True)
class ModelTotals:
    """The totals of one model."""

    model: str
    """``provider/model``."""
    attempts: int
    accepted: int
    rejected: int
    failed: int
    cost: Decimal | None
    usage: Usage
    unpriced: int = 0


class StatsKey(StrEnum):
    """What sums can be grouped by."""

    TIER = "tier"
    MODEL = "model"
    ACTION = "action"
    CLIENT = "client"
    SESSION = "session"
    PROJECT = "project"
    PERSON = "person"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class KeyTotals:
    """The totals of one key, in dollars and tokens."""

    key: str | None
    """``None`` if it is unknown."""
    spent: Decimal | None
    saved: Decimal | None
    requests: int
    """Jobs with an attempt of this key; one that used two models counts for each of them."""
    usage: Usage | None
    unpriced: int = 0
    instructed: float | None = None
    """The share of the input that was tools and system text, by the local count; ``None`` where none was counted."""

    @property
    def cached(self) -> float | None:
        """The share of the input that a provider's cache served; ``None`` without input."""
        return self.usage.cached_input / self.usage.all_input if self.usage and self.usage.all_input else None


@dataclass(frozen=True, slots=True)
class Trial:
    """One model's answers to one action in one language: accepted out of all."""

    model: str
    """``provider/model``."""
    action: str
    language: str
    accepted: int
    answers: int
    cost: Decimal | None
    """The mean cost of an answer in dollars."""

    @property
    def worth(self) -> float:
        """Asking it first pays off while an answer costs less than this share of the candidates after it."""
        return Acceptance(self.accepted, self.answers).at_best


@dataclass(frozen=True, slots=True)
class BilledEstimate:
    """The bill of one answer with its estimate, in dollars."""

    action: str
    model: str
    low: Decimal
    likely: Decimal
    high: Decimal
    cost: Decimal

    @property
    def within_range(self) -> bool:
        """Whether the bill is within the estimated range."""
        return self.low <= self.cost <= self.high


@dataclass(frozen=True, slots=True)
class FailuresOf:
    """Failed attempts of one deployment with one status, and how their jobs ended.

    ``jobs`` is the number of their jobs; each job is counted in one of the fields after it.
    """

    deployment: str
    """``provider/model``."""
    status: str
    attempts: int
    cost: Decimal | None
    """Dollars of these attempts, without those whose price is unknown."""
    jobs: int
    retried: int
    """Finally answered by the same deployment."""
    failed_over: int
    """Answered by another deployment of the same tier."""
    escalated: int
    """Answered by another tier."""
    lost: int
    """Never answered."""
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """Failovers and escalations from one deployment to another."""

    source: str
    """``provider/model``, as the target."""
    target: str
    escalation: bool
    """Whether the target belongs to another tier."""
    times: int
    answered: int
    """How often the target's next attempt gave the accepted answer."""


@dataclass(frozen=True, slots=True)
class Rescues:
    """Jobs with a failed attempt, counted by how they ended."""

    retried: int = 0
    failed_over: int = 0
    escalated: int = 0
    cancelled: int = 0
    """Cancelled by the user before there was an answer."""
    lost: int = 0
    cost: Decimal | None = Decimal(0)
    """Dollars of all failed attempts whose price is known."""
    unpriced: int = 0

    @property
    def saved(self) -> int:
        """Jobs that were answered despite a failure."""
        return self.retried + self.failed_over + self.escalated


@dataclass(frozen=True, slots=True)
class Failovers:
    """Failures, failovers and their results."""

    rows: tuple[FailuresOf, ...] = ()
    """Most attempts first."""
    moves: tuple[Move, ...] = ()
    """Most frequent first."""
    jobs: Rescues = Rescues()


@dataclass(frozen=True, slots=True)
class Stats:
    """Totals of a period; money in dollars."""

    spent: Decimal | None
    saved: Decimal | None
    baseline: Decimal | None
    """The baseline model's cost for the used answers."""
    actions: int
    attempts: int
    unpriced: int
    """Attempts whose price is unknown; no sum contains their cost."""
    estimated: int
    """Attempts whose usage the provider did not report."""
    unknown: int
    """Reservations of daemons that died, booked at their amount."""
    cached: int
    usage: Usage | None
    days: tuple[DayOfTier, ...]
    models: tuple[ModelTotals, ...]
    guesses: tuple[BilledEstimate, ...]
    failures: tuple[tuple[str, int], ...]
    """The number of failed attempts by status, most frequent first."""
    trials: tuple[Trial, ...] = ()
    """By action and language, most answers first."""
    failovers: Failovers = Failovers()
    baselines: tuple[str, ...] = ()
    """The models, as ``provider/model``, that ``baseline`` is of: several where the setting was changed meanwhile."""


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """Today's spending, budget and savings, for a status bar."""

    spent_today: Decimal | None
    """``None`` where nothing but attempts at an unknown price was made."""
    budget_daily: Decimal | None
    saved_today: Decimal | None
    """``None`` where the baseline or the price is known of no answer."""
    unpriced_today: int = 0
    baselines: tuple[str, ...] = ()
    """As in ``Stats``, of today."""

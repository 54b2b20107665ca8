"""What an action would do and cost if it were run now: every surface shows this, and the run does it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from routerd.domain.acceptance import Acceptance
from routerd.domain.model import ModelRef
from routerd.domain.quote import Estimate
from routerd.domain.terms import Terms
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal


@dataclass(frozen=True, slots=True)
class Quote:
    """One model of the ladder with its price and what is known of its answers."""

    estimate: Estimate
    terms: Terms
    known: Acceptance

    @property
    def model(self) -> ModelRef:
        """The model that is quoted."""
        return self.estimate.model


@dataclass(frozen=True, slots=True)
class PricedCandidate:
    """One model that the configuration names for the action."""

    model: ModelRef
    tier: Tier
    cost: Decimal | None
    """The likely price of one answer in dollars; ``None`` where it is unknown."""
    accepted: float | None
    """The share of its answers that should be accepted, in [0, 1]; ``None`` for the built-in engine."""
    skipped: str | None
    """Why it will not be asked; ``None`` where it may be."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would happen, after admission. Unknown is ``None``; amounts in dollars."""

    estimate: Estimate
    """Of the model that is asked first; where nothing may be sent, of the first that is configured."""
    expected: Decimal | None
    """The likely price of the action over retries and escalation."""
    most: Decimal | None
    """The bill of the action is never above this under the present settings."""
    candidates: tuple[PricedCandidate, ...]
    """In the order in which they are tried."""
    refusal: Refusal | None = None
    """Why nothing may be sent."""

    @property
    def likely(self) -> Decimal | None:
        """The price that people are shown: of the action, else of its first answer."""
        if self.expected is not None or self.estimate.cost is None:
            return self.expected
        return self.estimate.cost.likely

    @property
    def passed_over(self) -> tuple[PricedCandidate, ...]:
        """Those that would come before the one that is asked first, and are skipped."""
        models = [candidate.model for candidate in self.candidates]
        before = models.index(self.estimate.model) if self.estimate.model in models else 0
        return tuple(candidate for candidate in self.candidates[:before] if candidate.skipped)

"""The forecast of an action: the models it would ask and what it would cost if run now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from routerd.domain.acceptance import Acceptance
from routerd.domain.model import ModelRef
from routerd.domain.quote import Estimate
from routerd.domain.stakes import Choice
from routerd.domain.terms import Terms
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal


@dataclass(frozen=True, slots=True)
class Quote:
    """One model of the chain with its estimate, its terms and its acceptance rate."""

    estimate: Estimate
    terms: Terms
    acceptance: Acceptance

    @property
    def model(self) -> ModelRef:
        """The model that is quoted."""
        return self.estimate.model


@dataclass(frozen=True, slots=True)
class PricedCandidate:
    """One configured model of the action with its price."""

    model: ModelRef
    tier: Tier
    cost: Decimal | None
    """The likely price of one answer in dollars; unknown is ``None``."""
    accepted: float | None
    """The expected acceptance rate, in [0, 1]; ``None`` for the built-in engine."""
    skipped: str | None
    """Why it will not be asked; ``None`` if it may be asked."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The result of planning, after admission. Unknown is ``None``; amounts in dollars."""

    estimate: Estimate
    """The estimate of the model that is asked first; if nothing may be sent, of the first configured model."""
    expected: Decimal | None
    """The expected price of the action with retries and escalation."""
    most: Decimal | None
    """The upper bound of the action's bill under the current settings."""
    candidates: tuple[PricedCandidate, ...]
    """In the order in which they are tried."""
    refusal: Refusal | None = None
    """Why nothing may be sent; ``None`` if the action may run."""
    choice: Choice | None = None
    """Why these candidates are asked; ``None`` where the user chose, or only the built-in engine can be asked."""
    with_key: PricedCandidate | None = None
    """The first configured paid model, where no model of the action has a key; else ``None``."""
    masked: tuple[str, ...] = ()
    """The kind of each secret that the prompt contains a placeholder for."""

    @property
    def likely(self) -> Decimal | None:
        """The price for display: of the action, else of its first answer."""
        if self.expected is not None or self.estimate.cost is None:
            return self.expected
        return self.estimate.cost.likely

    @property
    def passed_over(self) -> tuple[PricedCandidate, ...]:
        """The skipped candidates before the one that is asked first."""
        models = [candidate.model for candidate in self.candidates]
        before = models.index(self.estimate.model) if self.estimate.model in models else 0
        return tuple(candidate for candidate in self.candidates[:before] if candidate.skipped)

"""How an action ended, for the user: one status, one sentence, and the receipt of every attempt."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from routerd.domain.attempt import Attempt
from routerd.domain.forecast import Forecast
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage, total
from routerd.domain.quote import Route
from routerd.domain.reply import Change
from routerd.domain.tier import Tier


class Status(StrEnum):
    """How the action ended for the user."""

    APPLIED = "applied"
    PROPOSED = "proposed"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the user gets, whatever happened."""

    status: Status
    action: str
    message: str
    """One sentence for a person."""
    route: Route | None = None
    forecast: Forecast | None = None
    attempts: tuple[Attempt, ...] = ()
    tier: Tier | None = None
    model: ModelRef | None = None
    """The model whose answer was accepted, else the one that was to be asked."""
    change: Change | None = None
    next_tier: Tier | None = None
    """The stronger tier that would be asked again; ``None`` where no tier answered or none above can be asked."""
    must_preview: bool = False
    """Whether a person has to see the change before it is applied, whatever the client's settings say."""

    @property
    def usage(self) -> Usage:
        """Tokens over all attempts."""
        return sum((attempt.usage for attempt in self.attempts), Usage())

    @property
    def cost(self) -> Decimal | None:
        """Dollars over all attempts; ``None`` as soon as one of them is unknown."""
        return total(attempt.cost for attempt in self.attempts)

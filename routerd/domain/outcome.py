"""The outcome of an action: a status, a message, and every attempt."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from routerd.domain.attempt import Attempt
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage, total
from routerd.domain.tier import Tier
from routerd.domain.verdict import RefusalCode

if TYPE_CHECKING:
    from routerd.domain.forecast import Forecast
    from routerd.domain.quote import Route
    from routerd.domain.reply import Change
    from routerd.domain.test_run import ProjectCommand


class Status(StrEnum):
    """The status that the user sees."""

    APPLIED = "applied"
    PROPOSED = "proposed"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an action, successful or not."""

    status: Status
    action: str
    message: str
    """One sentence for the user."""
    route: Route | None = None
    forecast: Forecast | None = None
    attempts: tuple[Attempt, ...] = ()
    tier: Tier | None = None
    model: ModelRef | None = None
    """The model whose answer was accepted, else the model that would have been asked first."""
    change: Change | None = None
    next_tier: Tier | None = None
    """The stronger tier that a retry would ask; ``None`` if no tier answered or no stronger one can be asked."""
    refusal: RefusalCode | None = None
    """Why nothing was sent, by which a frontend says how to ask otherwise; ``None`` where the action began."""
    must_preview: bool = False
    """Whether the user must see the change before it is applied, regardless of the client's settings."""
    stale: bool = False
    """Whether what the change is for was edited meanwhile: then no client applies it, and its text is only shown."""
    untested: ProjectCommand | None = None
    """What would run the new tests, where it is found in the project and the user was not asked about it yet."""
    answer: str | None = None
    """The key of the accepted answer in the reply cache, by which a user's discarding removes it."""

    @property
    def usage(self) -> Usage:
        """Tokens over all attempts."""
        return sum((attempt.usage for attempt in self.attempts), Usage())

    @property
    def cost(self) -> Decimal | None:
        """Dollars over all attempts; ``None`` if any is unknown."""
        return total(attempt.cost for attempt in self.attempts)

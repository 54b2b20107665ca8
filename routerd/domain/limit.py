"""The state of a daily, monthly or session budget: spent, reserved and left."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from routerd.domain.money import dollars
from routerd.domain.verdict import Refusal, RefusalCode

WARNS_AT = Decimal("0.8")
"""The share of a budget from which its user is warned."""
_PERIODS = {
    "daily": ("today's", "wait until tomorrow"),
    "monthly": ("this month's", "wait until next month"),
    "session": ("this session's", "begin a new session"),
    "project_daily": ("the project's", "wait until tomorrow"),
    "project_monthly": ("the project's", "wait until next month"),
    "team_daily": ("the team's", "wait until tomorrow"),
    "team_monthly": ("the team's", "wait until next month"),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """One budget; amounts in dollars."""

    name: str
    """The setting's key under ``budget``, such as ``daily``."""
    limit: Decimal
    spent: Decimal
    reserved: Decimal
    """Reserved for work that is running, in any daemon of the user."""
    of_project: bool = False
    """Whether a project's own file set it, so that only what was spent on that project counts."""

    @property
    def rest(self) -> Decimal:
        """What may still be reserved; negative if more was billed than allowed."""
        return self.limit - self.spent - self.reserved

    @property
    def warning(self) -> str | None:
        """A sentence once most of the budget is spent; ``None`` before."""
        if self.limit <= 0 or self.spent < self.limit * WARNS_AT:
            return None
        of = "this project's" if self.of_project else "the"
        return f"{self.spent / self.limit:.0%} of {of} {self.name} budget of {dollars(self.limit)} is spent."

    def refusal(self, least: Decimal) -> Refusal | None:
        """Why a call that costs ``least`` dollars may not be made; ``None`` if it may."""
        if least <= self.rest:
            return None
        whose, later = _PERIODS[self.name]
        held = f", {dollars(self.reserved)} held for running work" if self.reserved else ""
        of, where = ("This project's", " in its .routerd.toml") if self.of_project else ("The", "")
        return Refusal(
            f"{of} {self.name} budget of {dollars(self.limit)} is used up: {dollars(self.spent)} "
            f"spent{held}, and this may cost {dollars(least)}. Raise budget.{self.name}{where}, or {later}.",
            RefusalCode.BUDGET,
            f"over {whose} budget",
        )

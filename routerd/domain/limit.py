"""A budget of a day or a month as it stands: what is spent, what is held for running work, what is left."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from routerd.domain.money import dollars
from routerd.domain.verdict import Refusal, RefusalCode

_PERIODS = {"daily": ("today's", "tomorrow"), "monthly": ("this month's", "next month")}


@dataclass(frozen=True, slots=True)
class Limit:
    """One budget; amounts in dollars."""

    name: str
    """``daily`` or ``monthly``: the key of the setting under ``budget``."""
    limit: Decimal
    spent: Decimal
    held: Decimal
    """Reserved for work that is running, in any daemon of the user."""
    of_project: bool = False
    """Whether a project's own file set it, so that only what was spent on that project counts."""

    @property
    def rest(self) -> Decimal:
        """What may still be reserved; below zero where more was billed than allowed."""
        return self.limit - self.spent - self.held

    def refusal(self, least: Decimal) -> Refusal | None:
        """Why something that costs ``least`` dollars may not be sent; ``None`` where it may."""
        if least <= self.rest:
            return None
        whose, later = _PERIODS[self.name]
        held = f", {dollars(self.held)} held for running work" if self.held else ""
        of, where = ("This project's", " in its .routerd.toml") if self.of_project else ("The", "")
        return Refusal(
            f"{of} {self.name} budget of {dollars(self.limit)} is used up: {dollars(self.spent)} "
            f"spent{held}, and this may cost {dollars(least)}. Raise budget.{self.name}{where}, or wait until {later}.",
            RefusalCode.BUDGET,
            f"over {whose} budget",
        )

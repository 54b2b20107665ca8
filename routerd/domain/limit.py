"""The state of a daily or monthly budget: spent, reserved and left."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from routerd.domain.money import dollars
from routerd.domain.verdict import Refusal

_PERIODS = {"daily": ("today's", "tomorrow"), "monthly": ("this month's", "next month")}


@dataclass(frozen=True, slots=True)
class Limit:
    """One budget; amounts in dollars."""

    name: str
    """``daily`` or ``monthly``: the setting's key under ``budget``."""
    limit: Decimal
    spent: Decimal
    reserved: Decimal
    """Reserved for running work in any daemon of the user."""

    @property
    def rest(self) -> Decimal:
        """What may still be reserved; negative if more was billed than allowed."""
        return self.limit - self.spent - self.reserved

    def refusal(self, least: Decimal) -> Refusal | None:
        """Why a call that costs ``least`` dollars may not be made; ``None`` if it may."""
        if least <= self.rest:
            return None
        whose, later = _PERIODS[self.name]
        reserved = f", {dollars(self.reserved)} reserved for running work" if self.reserved else ""
        return Refusal(
            f"The {self.name} budget of {dollars(self.limit)} is used up: {dollars(self.spent)} spent{reserved}, and "
            f"this may cost {dollars(least)}. Raise budget.{self.name}, or wait until {later}.",
            "budget",
            f"over {whose} budget",
        )

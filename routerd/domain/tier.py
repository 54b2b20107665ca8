"""The four model tiers and their order of strength; a tier is an alias, never a model's name."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """What kind of work a model is for; see DESIGN in the map for what belongs to which tier."""

    UTILITY = "utility"
    SPEED = "speed"
    LOGIC = "logic"
    ARCHITECT = "architect"

    @property
    def rank(self) -> int:
        """Strength, weakest first: speed 0, utility 1, logic 2, architect 3."""
        return _RANK[self]

    def and_above(self) -> tuple[Tier, ...]:
        """This tier and each stronger one, weakest first: the rungs that an action may climb."""
        return tuple(sorted((t for t in Tier if t.rank >= self.rank), key=lambda t: t.rank))


_RANK = {Tier.SPEED: 0, Tier.UTILITY: 1, Tier.LOGIC: 2, Tier.ARCHITECT: 3}

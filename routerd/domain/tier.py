"""The four model tiers and their order of strength; a tier is an alias, never a model's name."""

from __future__ import annotations

from enum import StrEnum

from routerd.domain.errors import UsageError


class Tier(StrEnum):
    """The strength of a model, by the work it is suited for."""

    UTILITY = "utility"
    SPEED = "speed"
    LOGIC = "logic"
    ARCHITECT = "architect"

    @classmethod
    def named(cls, name: object) -> Tier:
        """The tier of a name. Raises UsageError if there is none."""
        if name not in list(cls):
            raise UsageError(f"There is no tier '{name}'; there are {', '.join(cls)}.")
        return cls(str(name))

    @property
    def rank(self) -> int:
        """Strength, weakest first: speed 0, utility 1, logic 2, architect 3."""
        return _RANK[self]

    def and_above(self) -> tuple[Tier, ...]:
        """This tier and all stronger ones, weakest first: the tiers that an action may escalate to."""
        return tuple(sorted((t for t in Tier if t.rank >= self.rank), key=lambda t: t.rank))


_RANK = {Tier.SPEED: 0, Tier.UTILITY: 1, Tier.LOGIC: 2, Tier.ARCHITECT: 3}

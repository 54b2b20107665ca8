"""What stays of an action for the next one on the same target: who answered, when, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routerd.domain.model import ModelRef
from routerd.domain.prompt import Message
from routerd.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class Turn:
    """One answered question; the provider may still hold what was sent in its prompt cache."""

    model: ModelRef
    tier: Tier
    messages: tuple[Message, ...]
    at: datetime

    def shares(self, messages: tuple[Message, ...]) -> str:
        """The text from the start that another prompt has in common with this one; caches work by prefix."""
        shared = ""
        for mine, other in zip(self.messages, messages, strict=False):
            if mine != other:
                return shared + _common(mine.content, other.content)
            shared += mine.content
        return shared


def _common(one: str, other: str) -> str:
    """The longest common beginning, by halving: long prompts cost a dozen comparisons."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return one[:low]

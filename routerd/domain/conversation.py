"""What stays of an action for the next one on the same target: who answered, when, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routerd.domain.attempt import Attempt
from routerd.domain.model import ModelRef
from routerd.domain.prompt import Message, Question
from routerd.domain.tier import Tier


def target_key(question: Question) -> str:
    """What makes two questions follow-ups of each other: the same action on the same target."""
    return f"{question.spec.name} {question.request.document.uri} {question.target.label}"


@dataclass(frozen=True, slots=True)
class Turn:
    """One answered question; the provider may still hold what was sent in its prompt cache."""

    model: ModelRef
    tier: Tier
    messages: tuple[Message, ...]
    at: datetime

    @classmethod
    def of(cls, question: Question, attempt: Attempt, at: datetime) -> Turn:
        """The turn that an attempt at a question was."""
        return cls(attempt.model, attempt.tier, question.prompt.messages, at)

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

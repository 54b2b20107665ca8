"""The last turn on a target: which model answered, when, and the messages that were sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routerd.domain.attempt import Attempt
from routerd.domain.model import ModelRef
from routerd.domain.prompt import Message, Question
from routerd.domain.tier import Tier


def target_key(question: Question) -> str:
    """The key of follow-up questions: the same action on the same target."""
    return f"{question.spec.name} {question.request.document.uri} {question.target.label}"


@dataclass(frozen=True, slots=True)
class Turn:
    """One answered question; the provider's prompt cache may still contain its messages."""

    model: ModelRef
    tier: Tier
    messages: tuple[Message, ...]
    at: datetime

    @classmethod
    def of(cls, question: Question, attempt: Attempt, at: datetime) -> Turn:
        """The turn of a question and the attempt that answered it."""
        return cls(attempt.model, attempt.tier, question.prompt.messages, at)

    def shares(self, messages: tuple[Message, ...]) -> str:
        """The longest prefix that another prompt shares with this one; caches work by prefix."""
        shared = ""
        for mine, other in zip(self.messages, messages, strict=False):
            if mine != other:
                return shared + _common(mine.content, other.content)
            shared += mine.content
        return shared


def _common(one: str, other: str) -> str:
    """The longest common prefix, by binary search: a long prompt costs a dozen comparisons."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return one[:low]

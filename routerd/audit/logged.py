"""The common form of all logs: one request and the calls that were made for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from routerd.domain.model import ModelRef

Json = Mapping[str, Any]

_MOST_DOLLARS, _MOST_TOKENS = 1_000, 10**9
"""Limits of one call: ten times the most expensive possible, and a hundred times the largest context window."""

_MAKERS = (("claude", "anthropic"), ("gemini", "google"), ("deepseek", "deepseek"), ("stral", "mistral"))


class LoggedCall(NamedTuple):
    """One call of one model."""

    model: ModelRef
    usage: Json
    """The usage object, as the provider sent it."""
    cost: Decimal | None = None
    """Dollars; ``None`` if the log does not say."""


@dataclass(slots=True)
class Logged:
    """One request with its calls, at least one."""

    words: str = ""
    """The user's prompt; empty if the log does not contain it."""
    calls: list[LoggedCall] = field(default_factory=list)

    @property
    def model(self) -> ModelRef:
        """The model of the first call; the others are its sub-agents and helpers."""
        return self.calls[0].model


def model_of(name: str) -> ModelRef:
    """Parses a model's name in a log: ``provider/model``, or a bare name whose provider follows from its family."""
    if "/" in name.strip("/"):
        provider, _, model = name.strip("/").partition("/")
        return ModelRef(provider, model)
    maker = next((maker for family, maker in _MAKERS if family in name), "openai")
    return ModelRef(maker, name.strip("/") or "unknown")


def said(content: object) -> str:
    """The text of a message; empty for tool results, which have the user's role too."""
    if isinstance(content, str):
        return content.strip()
    if not isinstance(content, list) or any(isinstance(p, dict) and p.get("type") == "tool_result" for p in content):
        return ""
    texts = (p.get("text") for p in content if isinstance(p, dict) and p.get("type") in ("text", "input_text"))
    return "\n".join(text for text in texts if isinstance(text, str)).strip()


def money(value: object) -> Decimal | None:
    """Parses an amount in dollars; ``None`` if it is no amount."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        amount = Decimal(str(value))
    except (InvalidOperation, ValueError):  # no number, or one with more digits than Python prints
        return None
    # Compared before any arithmetic: a log may contain 1e999999, which would expand to a million digits.
    return amount if amount.is_finite() and 0 <= amount <= _MOST_DOLLARS else None


def tokens(value: object) -> int:
    """Parses a token count; 0 if it is no count, or larger than any call's."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and 0 <= value <= _MOST_TOKENS else 0

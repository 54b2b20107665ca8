"""What every log comes down to: one thing that was asked, and each call that was made for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from routerd.domain.model import ModelRef

Json = Mapping[str, Any]

_MOST_DOLLARS, _MOST_TOKENS = 1_000, 10**9
"""Of one call: ten times the dearest that there can be, and a hundred times the largest window."""

_MAKERS = (("claude", "anthropic"), ("gemini", "google"), ("deepseek", "deepseek"), ("stral", "mistral"))


class LoggedCall(NamedTuple):
    """One answer of one model."""

    model: ModelRef
    usage: Json
    """The usage object, as the provider sent it."""
    cost: Decimal | None = None
    """Dollars, where the log tells."""


@dataclass(slots=True)
class Logged:
    """One thing that was asked, with all the calls that were made for it; never none."""

    words: str = ""
    """The person's own words; empty where the log does not keep them."""
    calls: list[LoggedCall] = field(default_factory=list)

    @property
    def model(self) -> ModelRef:
        """The model that was asked first; the others helped it."""
        return self.calls[0].model


def model_of(name: str) -> ModelRef:
    """A model as logs name it: ``provider/model``, or a bare name whose maker is known by its family."""
    if "/" in name.strip("/"):
        provider, _, model = name.strip("/").partition("/")
        return ModelRef(provider, model)
    maker = next((maker for family, maker in _MAKERS if family in name), "openai")
    return ModelRef(maker, name.strip("/") or "unknown")


def said(content: object) -> str:
    """The text of a message; nothing for the results of tools, which come under the person's role too."""
    if isinstance(content, str):
        return content.strip()
    if not isinstance(content, list) or any(isinstance(p, dict) and p.get("type") == "tool_result" for p in content):
        return ""
    texts = (p.get("text") for p in content if isinstance(p, dict) and p.get("type") in ("text", "input_text"))
    return "\n".join(text for text in texts if isinstance(text, str)).strip()


def money(value: object) -> Decimal | None:
    """Dollars as a log writes them; ``None`` for what is no amount."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        amount = Decimal(str(value))
    except (InvalidOperation, ValueError):  # no number, or one with more digits than Python writes out
        return None
    # Compared before anything is calculated: a log may hold 1e999999, which has no end as a number.
    return amount if amount.is_finite() and 0 <= amount <= _MOST_DOLLARS else None


def tokens(value: object) -> int:
    """A count as a log writes it; 0 for what is none, or more than any call has."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and 0 <= value <= _MOST_TOKENS else 0

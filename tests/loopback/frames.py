"""What is to be said of an answer, before it has the bytes of any API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tests.loopback.turns import ToolCall

CHAT, RESPONSES, MESSAGES = "/chat/completions", "/responses", "/messages"
"""The ends of the paths that are answered with text."""
CREATED = 1_790_000_000
"""A fixed Unix time: two answers of the same request are the same bytes."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One server-sent event. `text` is not empty in the frames that carry a piece of the answer."""

    label: Literal["role", "reasoning", "text", "finish", "usage", "done"]
    data: bytes
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said, decided before anything is sent."""

    number: int
    model: str
    text: str
    finish: str | None
    prompt_tokens: int
    usage: Mapping[str, Any] | None
    pieces: Sequence[str]
    running_usage: Sequence[Mapping[str, Any] | None] = ()
    """After each piece, where a turn asks for that."""
    calls: Sequence[ToolCall] = ()
    path: str = CHAT
    """The end of the path that was asked, which says in which API to answer."""


def call_id(answer: Answer, index: int) -> str:
    """The id of a tool call, by which its result comes back."""
    return f"call_{answer.number}_{index}"


def arguments(call: ToolCall) -> list[str]:
    """The JSON of a call's arguments, in the pieces in which a stream carries it."""
    return split(json.dumps(call.arguments), 16)


def split(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)]

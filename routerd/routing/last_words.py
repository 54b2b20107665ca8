"""The person's words of the last user turn in a request: never system text, tool results or a harness's reminders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routerd.domain.dialect_name import DialectName

_REMINDER = re.compile(
    r"<(system-reminder|environment_context|user_instructions|ide_context|command-message|command-name"
    r"|local-command-stdout|context|additional_data|environment_details|AGENTS\.md|INSTRUCTIONS)\b[^>]*>"
    r".*?</\1>",
    re.DOTALL,
)
"""Blocks that coding agents put into user messages by themselves (Claude Code, Codex, Copilot, Cline)."""
_HEADINGS = ("# AGENTS.md instructions", "# Context from my IDE")


@dataclass(frozen=True, slots=True)
class UserTurn:
    """The last thing that a person said in a request."""

    words: str
    first_words: str
    """What a person said first in it."""
    number: int
    """How many turns of a person there are, with this one."""
    in_loop: bool
    """Whether the model has begun to answer it already: this request carries results of its tools."""


def last_turn(dialect: DialectName, body: Mapping[str, Any]) -> UserTurn:
    """The last user turn of a request's body, of whatever shape."""
    turns: list[str] = []
    in_loop = False
    for role, content, is_result in _items(dialect, body):
        if role == "user" and not is_result:
            words = _own("\n".join(_texts(content)))
            if words:
                turns.append(words)
                in_loop = False
        elif role in ("assistant", "tool") or is_result:
            in_loop = bool(turns)
    return UserTurn(turns[-1] if turns else "", turns[0] if turns else "", len(turns), in_loop)


def _items(dialect: DialectName, body: Mapping[str, Any]) -> Iterable[tuple[str, object, bool]]:
    """Role, content, and whether it is the result of a tool, for each item of the conversation."""
    if dialect is DialectName.RESPONSES:
        given = body.get("input")
        if isinstance(given, str):
            yield "user", given, False
            return
        for item in _objects(given):
            kind = item.get("type", "message")
            if kind == "message":
                yield str(item.get("role", "")), item.get("content"), False
            else:
                yield "tool" if str(kind).endswith("_output") else "assistant", None, False
        return
    for message in _objects(body.get("messages")):
        content = message.get("content")
        result = any(part.get("type") == "tool_result" for part in _objects(content))
        texts = [part for part in _objects(content) if part.get("type") == "text"] if result else content
        if result:
            yield "tool", None, True
            if not texts:
                continue
        yield str(message.get("role", "")), texts, False


def _texts(content: object) -> Iterable[str]:
    if isinstance(content, str):
        yield content
        return
    for part in _objects(content):
        text = part.get("text")
        if part.get("type", "text") in ("text", "input_text") and isinstance(text, str):
            yield text


def _own(text: str) -> str:
    """What is left of a message without the blocks that a program put into it."""
    left = _REMINDER.sub("", text).strip()
    return "" if left.startswith(_HEADINGS) else left


def _objects(value: object) -> Sequence[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []

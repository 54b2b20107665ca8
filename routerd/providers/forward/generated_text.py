"""The generated text in a piece of an answer, by its dialect: for counting where a provider reports no usage."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from routerd.domain.dialect_name import DialectName


def text_in(dialect: DialectName, said: Mapping[str, Any]) -> str:
    """All text that a model generated in one event or in one whole answer: shown, thought, and arguments of tools."""
    match dialect:
        case DialectName.CHAT:
            return "".join(_chat(said))
        case DialectName.MESSAGES:
            return "".join(_messages(said))
        case DialectName.RESPONSES:
            return "".join(_responses(said))


_ONE = re.compile(rb'"content": ?("(?:[^"\\]|\\.)*")')
_MORE = (b"reasoning", b"tool_calls", b"refusal")


def plain_text(dialect: DialectName, data: bytes) -> str | None:
    """The text of a chunk that holds nothing else, without parsing it; ``None`` where that is not sure."""
    if dialect is not DialectName.CHAT or data.count(b'"content"') != 1 or any(name in data for name in _MORE):
        return None
    found = _ONE.search(data)
    try:
        said = json.loads(found[1]) if found else None
    except ValueError:
        return None
    return said if isinstance(said, str) else None


_CHAT = ("content", "reasoning_content", "reasoning", "refusal")
_BLOCK = ("text", "thinking", "partial_json")


def _chat(said: Mapping[str, Any]) -> Iterable[str]:
    for choice in _objects(said.get("choices")):
        for part in (choice.get("delta"), choice.get("message")):
            if isinstance(part, Mapping):
                yield from _strings(part, _CHAT)
                for call in _objects(part.get("tool_calls")):
                    function = call.get("function")
                    if isinstance(function, Mapping):
                        yield from _strings(function, ("name", "arguments"))


def _messages(said: Mapping[str, Any]) -> Iterable[str]:
    for part in (said.get("delta"), said.get("content_block"), *_objects(said.get("content"))):
        if isinstance(part, Mapping):
            yield from _strings(part, _BLOCK)
            if part.get("input"):
                yield str(part["input"])


def _responses(said: Mapping[str, Any]) -> Iterable[str]:
    yield from _strings(said, ("delta",))
    for item in _objects(said.get("output")):
        yield from _strings(item, ("arguments",))
        for part in _objects(item.get("content")):
            yield from _strings(part, ("text",))


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _strings(part: Mapping[str, Any], names: Iterable[str]) -> Iterable[str]:
    return (text for name in names if isinstance(text := part.get(name), str))

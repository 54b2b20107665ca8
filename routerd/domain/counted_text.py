"""The text of a request that a model reads: every string in it, but for images and other data in base64."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

IMAGE_TOKENS = 1_600
"""Tokens of one image: Anthropic's guide to vision, the largest that is not scaled down; OpenAI's count is lower."""
_DATA = 2_000
"""Characters from which a string without a blank is data and not words."""


@dataclass(frozen=True, slots=True)
class RequestParts:
    """The values of a request by what they are for; together all of it."""

    tools: list[Any]
    system: list[Any]
    rest: dict[str, Any]


def parts_of(body: Mapping[str, Any]) -> RequestParts:
    """Tools, system text and the rest of a request in any of the three APIs."""
    rest = {name: value for name, value in body.items() if name not in _TOOLS and name not in _SYSTEM}
    system = [body[name] for name in _SYSTEM if name in body]
    for name in ("messages", "input"):
        given = rest.get(name)
        if isinstance(given, list):
            told = [one for one in given if isinstance(one, Mapping) and one.get("role") in ("system", "developer")]
            system += told
            rest[name] = [one for one in given if one not in told] if told else given
    return RequestParts([body[name] for name in _TOOLS if name in body], system, rest)


_TOOLS, _SYSTEM = ("tools",), ("system", "instructions")


def model_text(body: object) -> tuple[str, int]:
    """The strings of a request in their order, names of fields too, and how many pieces of data it holds."""
    strings: list[str] = []
    data = 0
    waiting: list[Any] = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if len(value) > _DATA and " " not in value[:_DATA] and "\n" not in value[:_DATA]:
                data += 1
            else:
                strings.append(value)
        elif isinstance(value, dict):
            strings.extend(value)
            waiting.extend(reversed(value.values()))
        elif isinstance(value, list):
            waiting.extend(reversed(value))
    return "\n".join(strings), data

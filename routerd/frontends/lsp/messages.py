"""A body as a JSON-RPC message, or the error that answers it; it knows no method."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pygls.exceptions import JsonRpcException, JsonRpcInvalidRequest, JsonRpcParseError

from routerd.domain.uncollected import uncollected

DEEPEST = 100
"""Levels of a message; what LSP defines has a dozen, but for selection ranges, which routerd does not serve."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What cannot be handled: the number to answer to, ``None`` where there is none, and with what."""

    number: int | str | None
    fault: JsonRpcException


def message_of(body: bytes) -> dict[str, Any] | Unreadable:
    """The message of a body."""
    try:
        with uncollected():
            message = json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable(None, JsonRpcParseError())
    if not isinstance(message, dict):
        return Unreadable(None, JsonRpcInvalidRequest())
    number = message.get("id")
    if not isinstance(number, int | str | None):
        return Unreadable(None, JsonRpcInvalidRequest(message="An id is a number or a string."))
    # Only what has that many brackets is looked through: most messages have few, and large ones are one string.
    if body.count(b"[") + body.count(b"{") > DEEPEST and _deeper(message):
        return Unreadable(number, JsonRpcInvalidRequest(message=f"A message may have {DEEPEST} levels, and no more."))
    return message


def _deeper(message: dict[str, Any]) -> bool:
    level: list[Any] = [message]
    for _ in range(DEEPEST):
        parts = (inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer))
        level = [part for part in parts if isinstance(part, dict | list)]
        if not level:
            return False
    return True

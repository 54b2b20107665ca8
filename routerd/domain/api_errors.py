"""Errors as the clients of each API expect them: as the body of a refusal, and as an event of a stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from routerd.domain.dialect_name import DialectName

QUOTA = "insufficient_quota"
"""The code, and the type in every dialect, of a refusal by a budget: what clients do not try again."""

_OPENAI_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
    500: "server_error",
}
"""OpenAI's guide, "Error codes"."""
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""Anthropic's API reference, "Errors"."""


def error_body(dialect: DialectName, status: int, code: str | None, message: str) -> dict[str, Any]:
    """The body of a refusal with this HTTP status, 400 to 599. ``code``: a word for programs, as ``QUOTA``."""
    types = _ANTHROPIC_TYPES if dialect is DialectName.MESSAGES else _OPENAI_TYPES
    kind = QUOTA if code == QUOTA else _type(types, status)
    if dialect is DialectName.MESSAGES:
        return {"type": "error", "error": {"type": kind, "message": message, "code": code}}
    return {"error": {"message": message, "type": kind, "code": code, "param": None}}


def _type(types: Mapping[int, str], status: int) -> str:
    """The type of a status; one that is not listed counts as the first of its hundred, by RFC 9110, section 15."""
    return types[status if status in types else status // 100 * 100]


def error_event(dialect: DialectName, code: str | None, message: str) -> tuple[str | None, str]:
    """The event that ends a stream which cannot go on: its name and its data. No proper end follows it."""
    if dialect is DialectName.MESSAGES:
        return "error", dumped(error_body(dialect, 500, code, message))
    if dialect is DialectName.CHAT:
        return None, dumped(error_body(dialect, 500, code, message))
    return "error", dumped({"type": "error", "code": code, "message": message, "param": None, "sequence_number": 0})


def dumped(data: object) -> str:
    """JSON on one line, as the data of an event must be."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def written_event(name: str | None, data: str) -> bytes:
    """The bytes of an event."""
    return (f"event: {name}\ndata: {data}\n\n" if name else f"data: {data}\n\n").encode("utf-8", "replace")

"""Errors in the shape of each dialect: as the body of a refusal, and as an event of a stream."""

from __future__ import annotations

import json
from typing import Any

from routerd.domain.dialect_name import DialectName

_OPENAI_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "invalid_request_error",
    413: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
}
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""Anthropic's API reference, "Errors"."""


def error_body(dialect: DialectName, status: int, code: str, message: str) -> dict[str, Any]:
    """The body of a refusal with this HTTP status. ``code``: a word for programs, as ``insufficient_quota``."""
    if dialect is DialectName.MESSAGES:
        kind = _ANTHROPIC_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
        return {"type": "error", "error": {"type": kind, "message": message, "code": code}}
    kind = code if code == "insufficient_quota" else _OPENAI_TYPES.get(status, _other(status))
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _other(status: int) -> str:
    return "server_error" if status >= 500 else "invalid_request_error"


def error_event(dialect: DialectName, code: str, message: str) -> tuple[str | None, str]:
    """The event that ends a stream which cannot go on: its name and its data. No proper end follows it."""
    if dialect is DialectName.MESSAGES:
        return "error", dumped(error_body(dialect, 500, code, message))
    if dialect is DialectName.CHAT:
        return None, dumped(error_body(dialect, 500, code, message))
    return "error", dumped({"type": "error", "code": code, "message": message, "param": None, "sequence_number": 0})


def dumped(data: object) -> str:
    """JSON on one line, as the data of an event must be."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

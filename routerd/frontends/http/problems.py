"""Errors as each API's clients expect them, and what of the application becomes which status."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field

from routerd.domain.api_errors import QUOTA, dumped, error_body
from routerd.domain.dialect_name import DialectName
from routerd.domain.errors import (
    BadRequest,
    ContextTooLong,
    OverBudget,
    RateLimited,
    Unauthorized,
    UpstreamError,
)
from routerd.domain.verdict import Refusal, RefusalCode


@dataclass(frozen=True, slots=True)
class Problem:
    """An error before it has the shape of an API."""

    status: int
    code: str | None
    message: str
    retry: bool = False
    """Whether the same request may succeed later."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    """A provider's own error, which passes through where it has the shape that the client expects."""

    def all_headers(self) -> dict[str, str]:
        """With what tells SDKs not to try again."""
        return self.headers if self.retry else {"x-should-retry": "false", **self.headers}

    def text(self, dialect: DialectName) -> bytes:
        """The JSON body."""
        if self.body and _in_shape(dialect, self.body):
            return self.body
        return dumped(error_body(dialect, self.status, self.code, self.message)).encode()


def _in_shape(dialect: DialectName, body: bytes) -> bool:
    """Whether a provider's error is one of this API: some answer in another, and frameworks in shapes of their own."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return False
    error = told.get("error") if isinstance(told, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return False
    return dialect is not DialectName.MESSAGES or told.get("type") == "error"


_BUDGET = (RefusalCode.BUDGET, RefusalCode.PRICE, RefusalCode.LEDGER, RefusalCode.LOCKED, RefusalCode.CONFIRM)


def invalid(message: str, status: int = 400, code: str | None = None) -> Problem:
    """What is wrong with a request, in a sentence for whoever wrote the client."""
    return Problem(status, code, message)


def refused(refusal: Refusal) -> Problem:
    """What routerd does not send."""
    if refusal.code in _BUDGET:
        return Problem(400, QUOTA, refusal.message)
    if refusal.code is RefusalCode.MODEL:
        return Problem(404, "model_not_found", refusal.message)
    if refusal.code is RefusalCode.SIZE:
        return Problem(400, "context_length_exceeded", refusal.message)
    if refusal.code in (RefusalCode.PROVIDER, RefusalCode.TIER):
        return invalid(refusal.message, code="no_provider")  # a 5xx would be tried again, and no try can succeed
    return invalid(refusal.message, code=str(refusal.code))


def failed(fault: UpstreamError) -> Problem:
    """What no provider answered, or broke off."""
    message = str(fault)
    if isinstance(fault, OverBudget):
        return Problem(400, QUOTA, message)
    if fault.body:
        return Problem(fault.status, None, message, body=fault.body)
    if isinstance(fault, RateLimited):
        wait_s = fault.retry_after_s
        headers = {"retry-after": str(max(math.ceil(wait_s), 1)), "retry-after-ms": str(math.ceil(wait_s * 1000))}
        return Problem(429, "rate_limit_exceeded", message, retry=True, headers=headers)
    if isinstance(fault, ContextTooLong):
        return Problem(400, "context_length_exceeded", message)
    if isinstance(fault, BadRequest):
        return Problem(400, None, message)
    if isinstance(fault, Unauthorized):
        return Problem(400, "provider_unauthorized", message)
    return Problem(502, "upstream_error", message, retry=True)

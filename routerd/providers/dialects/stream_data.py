"""The data of one event of a stream: JSON, bounded, and the errors that any provider may put there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from routerd.providers.bounded import parsed
from routerd.providers.dialects.model_answer import AnswerFailed, UnreadableAnswerError
from routerd.providers.said import told_fault


def read_event(data: str) -> Mapping[str, Any]:
    """An object. Raises UnreadableAnswerError: a broken event means lost text."""
    try:
        body = parsed(data)
    except ValueError:
        body = None
    if not isinstance(body, Mapping):
        raise UnreadableAnswerError("an event of its stream is malformed")
    return body


def failure(body: Mapping[str, Any]) -> AnswerFailed | None:
    """The error that an event tells instead of an answer."""
    fault = told_fault(body)
    if fault is None:
        return None
    return AnswerFailed(fault.code or fault.type or "upstream_error", fault.message or "the provider failed")


def is_whole(arguments: str) -> bool:
    """Whether the arguments of a call are a whole JSON object, to which nothing can be added."""
    try:
        return isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        return False

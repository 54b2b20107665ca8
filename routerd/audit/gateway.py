"""Reads OpenAI-style request logs: one JSON object for each call, in any of the wrappings that gateways use."""

from __future__ import annotations

import json
from decimal import Decimal

from routerd.audit.logged import Json, Logged, LoggedCall, model_of, money, said

_WRAPPED = (("request", "response"), ("input", "output"), ("requestBody", "responseBody"))
_FLAT = ("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens")


def request(row: Json) -> Logged | None:
    """``{"request": …, "response": …}``, each with or without a ``body``, or both in one object; else ``None``.

    Chat completions, Responses and messages; LiteLLM writes tokens and ``response_cost`` beside the messages.
    """
    asked, answer = row, row
    for question, reply in _WRAPPED:
        if isinstance(_object(row.get(question)), dict) and question in row and reply in row:
            asked, answer = _body(row[question]), _body(row[reply])
    usage = answer.get("usage") or row.get("usage")
    if not isinstance(usage, dict):
        usage = {name: row[name] for name in _FLAT if isinstance(row.get(name), int)}
    messages = _object(asked.get("messages") or asked.get("input"))
    if not usage or not isinstance(messages, list | str):
        return None
    name = asked.get("model") or answer.get("model") or row.get("model") or ""
    return Logged(_last(messages), [LoggedCall(model_of(str(name)), usage, money(row.get("response_cost")) or None)])


def _last(messages: list[object] | str) -> str:
    """The last user message."""
    if isinstance(messages, str):
        return messages.strip()
    asked = [m for m in messages if isinstance(m, dict) and m.get("role") == "user"]
    return next((words for m in reversed(asked) if (words := said(m.get("content")))), "")


def _body(value: object) -> Json:
    found = _object(value)
    inner = _object(found.get("body", found)) if isinstance(found, dict) else {}
    return inner if isinstance(inner, dict) else {}


def _object(value: object) -> object:
    """Decodes JSON that a gateway wrote as a string."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return value

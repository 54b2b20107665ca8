"""Reads the sessions of Continue's CLI and of opencode: prompts, and answers with what they used."""

from __future__ import annotations

import json
from collections.abc import Iterable

from routerd.audit.logged import Json, Logged, LoggedCall, model_of, money, said, tokens

OPENCODE = (
    "SELECT m.data, (SELECT group_concat(json_extract(p.data, '$.text'), char(10)) FROM part AS p "
    "WHERE p.message_id = m.id AND json_extract(p.data, '$.type') = 'text') "
    "FROM message AS m ORDER BY m.session_id, m.time_created, m.id"
)
"""The messages in opencode's database: what is known of each as JSON, and its text."""


def is_continue(row: Json) -> bool:
    """Whether a JSON object is a session of Continue."""
    return isinstance(row.get("history"), list) and "sessionId" in row


def of_continue(session: Json) -> list[Logged]:
    """The requests of one session; its editors' sessions tell no usage, so that they hold none."""
    found, current = [], Logged()
    for item in session["history"]:
        message = item.get("message") if isinstance(item, dict) else None
        if not isinstance(message, dict):
            continue
        usage = message.get("usage")
        if message.get("role") == "user" and (words := said(message.get("content"))):
            current = Logged(words)
        elif isinstance(usage, dict) and tokens(usage.get("prompt_tokens")):
            if not current.calls:
                found.append(current)
            current.calls.append(LoggedCall(model_of(str(usage.get("model") or "")), usage))
    return found


def of_opencode(rows: Iterable[tuple[object, ...]]) -> list[Logged]:
    """The requests in the rows of ``OPENCODE``."""
    found: list[Logged] = []
    current = Logged()
    for data, text in rows:
        message = _object(data)
        used = message.get("tokens")
        if message.get("role") == "user":
            current = Logged(str(text or "").strip().strip('"'))
        elif isinstance(used, dict) and message.get("role") == "assistant":
            if not current.calls:
                found.append(current)
            model = model_of(str(message.get("modelID") or ""))
            current.calls.append(LoggedCall(model, _usage(used), money(message.get("cost")) or None))
    return found


def _usage(used: Json) -> Json:
    """Opencode counts the input without the cache, and the output without reasoning."""
    cache = used.get("cache")
    cached = cache if isinstance(cache, dict) else {}
    reasoning = tokens(used.get("reasoning"))
    return {
        "input_tokens": tokens(used.get("input")),
        "cache_read_input_tokens": tokens(cached.get("read")),
        "cache_creation_input_tokens": tokens(cached.get("write")),
        "output_tokens": tokens(used.get("output")) + reasoning,
        "output_tokens_details": {"reasoning_tokens": reasoning},
    }


def _object(data: object) -> Json:
    try:
        found = json.loads(str(data))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

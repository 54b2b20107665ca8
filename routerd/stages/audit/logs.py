"""Reads the logs of Claude Code, aider and OpenAI-style gateways into one shape; it judges nothing.

Claude Code writes a JSON line for each message, and one answer over several lines that repeat its usage.
aider's analytics are JSON lines of events; its chat history is Markdown with the words after ``####``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from routerd.domain.model import ModelRef

Json = Mapping[str, Any]

_MAKERS = (("claude", "anthropic"), ("gemini", "google"), ("deepseek", "deepseek"), ("stral", "mistral"))
_TOKENS = re.compile(
    r"^> Tokens: (?P<sent>[\d.,]+)(?P<sent_k>[kM]?) sent,(?: [\d.,]+[kM]? cache write,)?(?: [\d.,]+[kM]? cache hit,)? "
    r"(?P<received>[\d.,]+)(?P<received_k>[kM]?) received\.(?: Cost: \$(?P<cost>[\d.]+) message)?"
)
_MODEL = re.compile(r"^> (?:Main m|M)odel: (?P<model>\S+)")
_SCALE = {"": 1, "k": 1_000, "M": 1_000_000}


@dataclass(slots=True)
class Logged:
    """One thing that was asked, with all the calls that were made for it."""

    model: ModelRef
    words: str = ""
    """The person's own words; empty where the log does not keep them."""
    usages: list[Json] = field(default_factory=list)
    """The usage object of each call, as the provider sent it."""
    cost: Decimal | None = None
    """Dollars, where the log tells."""


def read_log(text: str) -> tuple[Logged, ...]:
    """The requests of one log, in order; none where it is no log that is known."""
    rows = [row for line in text.splitlines() if (row := _row(line)) is not None]
    if not rows:
        return tuple(_aider_history(text.splitlines()))
    if any(row.get("event") == "message_send" for row in rows):
        return tuple(_aider_analytics(rows))
    if any(row.get("type") in ("user", "assistant") and "message" in row for row in rows):
        return tuple(_claude_code(rows))
    return tuple(_requests(rows))


def model_of(name: str) -> ModelRef:
    """A model as logs name it: ``provider/model``, or a bare name whose maker is known by its family."""
    if "/" in name.strip("/"):
        return ModelRef.parse(name)
    maker = next((maker for family, maker in _MAKERS if family in name), "openai")
    return ModelRef(maker, name or "unknown")


def _row(line: str) -> Json | None:
    try:
        row = json.loads(line, parse_float=Decimal)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _claude_code(rows: Iterable[Json]) -> Iterator[Logged]:
    """One request for each thing that the person said; tool results and sub-agents belong to it."""
    words, current = "", None
    seen: dict[str, int] = {}
    for row in rows:
        message = row.get("message")
        if not isinstance(message, dict):
            continue
        if row.get("type") == "user" and not row.get("isMeta") and (said := _said(message.get("content"))):
            if current is not None and current.usages:
                yield current
            words, current, seen = said, None, {}
        elif row.get("type") == "assistant" and isinstance(message.get("usage"), dict):
            name = str(message.get("model", ""))
            if name.startswith("<"):  # "<synthetic>": Claude Code's own words, which nobody billed
                continue
            current = current or Logged(model_of(name), words)
            identity = str(message.get("id", len(current.usages)))
            if identity in seen:
                current.usages[seen[identity]] = message["usage"]
            else:
                seen[identity] = len(current.usages)
                current.usages.append(message["usage"])
    if current is not None and current.usages:
        yield current


def _said(content: object) -> str:
    """The text that a person typed; nothing for the results of tools, which come under the same role."""
    if isinstance(content, str):
        return "" if content.startswith(("<command-", "<local-command", "Caveat:")) else content.strip()
    if not isinstance(content, list) or any(isinstance(p, dict) and p.get("type") == "tool_result" for p in content):
        return ""
    return "\n".join(str(p.get("text", "")) for p in content if isinstance(p, dict) and p.get("type") == "text").strip()


def _aider_analytics(rows: Iterable[Json]) -> Iterator[Logged]:
    for row in rows:
        told = row.get("properties")
        if row.get("event") != "message_send" or not isinstance(told, dict):
            continue
        usage = {name: told.get(name) for name in ("prompt_tokens", "completion_tokens")}
        yield Logged(model_of(str(told.get("main_model", ""))), "", [usage], _money(told.get("cost")))


def _aider_history(lines: Iterable[str]) -> Iterator[Logged]:
    model, words = model_of(""), ""
    for line in lines:
        if found := _MODEL.match(line):
            model = model_of(found["model"])
        elif line.startswith("#### "):
            words = f"{words}\n{line[5:]}".strip()
        elif told := _TOKENS.match(line):
            usage = {
                "prompt_tokens": _scaled(told["sent"], told["sent_k"]),
                "completion_tokens": _scaled(told["received"], told["received_k"]),
            }
            yield Logged(model, words, [usage], _money(told["cost"]))
            words = ""


def _requests(rows: Iterable[Json]) -> Iterator[Logged]:
    """Gateway logs: ``{"request": …, "response": …}``, or both in one object."""
    for row in rows:
        asked, answer = _within(row, "request", "body"), _within(row, "response", "body")
        usage, messages = answer.get("usage"), asked.get("messages")
        if not isinstance(usage, dict) or not isinstance(messages, list):
            continue
        said = [_said(m.get("content")) for m in messages if isinstance(m, dict) and m.get("role") == "user"]
        name = str(asked.get("model") or answer.get("model") or "")
        yield Logged(model_of(name), next((words for words in reversed(said) if words), ""), [usage])


def _within(row: Json, name: str, inner: str) -> Json:
    found = row.get(name, row)
    found = found.get(inner, found) if isinstance(found, dict) else row
    return found if isinstance(found, dict) else row


def _scaled(number: str, unit: str) -> int:
    return int(Decimal(number.replace(",", "")) * _SCALE[unit])


def _money(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None

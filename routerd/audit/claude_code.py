"""Reads Claude Code's session logs: each user prompt once, with all its calls, those of sub-agents included.

Each line is a message; one answer spans several lines that repeat its id and its usage so far. Resumed or forked
sessions repeat earlier answers in another file, and sub-agents write their own files, which carry the session's
id. So all files of one audit are read together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from routerd.audit.logged import Json, Logged, LoggedCall, model_of, said, tokens

_TOOL_RESULT = '"type":"tool_result"'
"""Matches only the message's own field: inside a text the quotes would be escaped."""
_INSERTED = re.compile(r"<system-reminder>.*?</system-reminder>", re.DOTALL)
_NOT_SAID = re.compile(r"<[a-z][a-z-]*>|Caveat:|\[Request interrupted|This session is being continued")
"""Prefixes of the texts that Claude Code itself sends with the user's role: commands, their output, summaries."""


@dataclass(slots=True)
class Sessions:
    """Collects prompts and calls from the lines of any number of files."""

    _asked: list[tuple[str, str, int, str | LoggedCall]] = field(default_factory=list)
    """Session, time, order of reading, and the prompt or the call."""
    _seen: dict[tuple[object, ...], int] = field(default_factory=dict)

    @staticmethod
    def ignores(line: str) -> bool:
        """Whether a line need not be parsed: most of a log's bytes are tool results."""
        return _TOOL_RESULT in line

    @staticmethod
    def knows(row: Json) -> bool:
        """Whether a row is a message of a session."""
        return row.get("type") in ("user", "assistant") and isinstance(row.get("message"), dict)

    def add(self, row: Json) -> None:
        """Adds one row."""
        message = row["message"]
        if row["type"] == "user":
            words = "" if _by_a_machine(row) else _words(message.get("content"))
            if words:
                self._keep(row, words)
            return
        usage, name = message.get("usage"), str(message.get("model", ""))
        if not isinstance(usage, dict) or name.startswith("<"):  # "<synthetic>": its own words, never billed
            return
        call = LoggedCall(model_of(name), _whole(usage))
        identity = _identity(row, message)
        if identity is None or identity not in self._seen:
            if identity is not None:
                self._seen[identity] = len(self._asked)
            self._keep(row, call)
            return
        at = self._seen[identity]
        session, time, order, before = self._asked[at]
        best = max(before, call, key=lambda one: _output(one.usage)) if isinstance(before, LoggedCall) else call
        # A sub-agent's file repeats earlier messages: an answer belongs to the place where it first appears.
        first = min((time, session), (str(row.get("timestamp", "")), str(row.get("sessionId", ""))))
        self._asked[at] = (first[1], first[0], order, best)

    def _keep(self, row: Json, what: str | LoggedCall) -> None:
        self._asked.append((str(row.get("sessionId", "")), str(row.get("timestamp", "")), len(self._asked), what))

    def requests(self) -> Iterator[Logged]:
        """One request for each prompt that was answered, by session and time."""
        begun = {session: order for session, _, order, _ in reversed(self._asked)}
        rows = sorted(self._asked, key=lambda row: (begun[row[0]], *row[:3]))
        for _, session in groupby(rows, itemgetter(0)):
            current = Logged()
            for *_, what in session:
                if isinstance(what, LoggedCall):
                    current.calls.append(what)
                    continue
                if current.calls:
                    yield current
                current = Logged(what)
            if current.calls:
                yield current


def _by_a_machine(row: Json) -> bool:
    return bool(row.get("isSidechain") or row.get("isMeta") or row.get("isCompactSummary"))


def _words(content: object) -> str:
    words = _INSERTED.sub("", said(content)).strip()
    return "" if _NOT_SAID.match(words) else words


def _identity(row: Json, message: Json) -> tuple[object, ...] | None:
    """The key that identifies an answer.

    Anthropic's ids are unique; some gateways give all answers the same id, so the session and the size of the
    prompt are part of the key.
    """
    name = message.get("id")
    if not isinstance(name, str) or not name:
        return None
    if name.startswith("msg_"):
        return (name,)
    usage = message["usage"]
    sizes = (usage.get(side) for side in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"))
    return (name, row.get("sessionId"), row.get("requestId"), *map(str, sizes))


def _output(usage: Json) -> int:
    return tokens(usage.get("output_tokens"))


def _whole(usage: Json) -> Json:
    """Usage with the sum of the cache writes, also if only the parts by lifetime were logged."""
    parts = usage.get("cache_creation")
    if usage.get("cache_creation_input_tokens") is not None or not isinstance(parts, dict):
        return usage
    return {**usage, "cache_creation_input_tokens": sum(map(tokens, parts.values()))}

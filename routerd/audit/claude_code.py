"""Claude Code's session logs: each thing the person said, with every call for it, sub-agents included, once.

A line for each message; one answer stands on several lines that repeat its id and its usage so far. Sessions that
were resumed or forked repeat earlier answers in another file, and sub-agents have files of their own, which bear
the session's id. So all files of one audit are read together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from routerd.audit.logged import Json, Logged, LoggedCall, model_of, said, tokens

_TOOL_RESULT = '"type":"tool_result"'
"""As it stands in the line where it is the message's own; inside of a text its quotes would be escaped."""
_INSERTED = re.compile(r"<system-reminder>.*?</system-reminder>", re.DOTALL)
_NOT_SAID = re.compile(r"<[a-z][a-z-]*>|Caveat:|\[Request interrupted|This session is being continued")
"""How texts begin that Claude Code itself puts into the person's mouth: commands, their output, summaries."""


@dataclass(slots=True)
class Sessions:
    """Collects the few things that count from the lines of any number of files."""

    _asked: list[tuple[str, str, int, str | LoggedCall]] = field(default_factory=list)
    """Session, time, order of reading, and the words or the call."""
    _seen: dict[tuple[object, ...], int] = field(default_factory=dict)

    @staticmethod
    def ignores(line: str) -> bool:
        """Whether a line need not be parsed: the results of tools are nearly all of a log's bytes."""
        return _TOOL_RESULT in line

    @staticmethod
    def knows(row: Json) -> bool:
        """Whether a row is a message of a session."""
        return row.get("type") in ("user", "assistant") and isinstance(row.get("message"), dict)

    def add(self, row: Json) -> None:
        """Take a row in."""
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
        # A sub-agent's file repeats what was asked before it began: the answer belongs where it was first given.
        first = min((time, session), (str(row.get("timestamp", "")), str(row.get("sessionId", ""))))
        self._asked[at] = (first[1], first[0], order, best)

    def _keep(self, row: Json, what: str | LoggedCall) -> None:
        self._asked.append((str(row.get("sessionId", "")), str(row.get("timestamp", "")), len(self._asked), what))

    def requests(self) -> Iterator[Logged]:
        """One for each thing that was said and answered, session by session, in order of time."""
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
    """What tells an answer from others.

    Anthropic's ids are unique; some gateways give all answers the same one, so that there the session and the size
    of the question tell too.
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
    """Usage whose cache writes are told, even where only their parts by lifetime were."""
    parts = usage.get("cache_creation")
    if usage.get("cache_creation_input_tokens") is not None or not isinstance(parts, dict):
        return usage
    return {**usage, "cache_creation_input_tokens": sum(map(tokens, parts.values()))}

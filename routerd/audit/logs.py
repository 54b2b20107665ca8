"""Reads the logs of coding agents, chat tools and gateways, line by line, into one form; computes no prices."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain

from routerd.audit import aider, gateway, sessions
from routerd.audit.claude_code import Sessions
from routerd.audit.codex import Rollouts
from routerd.audit.gemini import Chats
from routerd.audit.logged import Logged

_LARGEST_WHOLE = 256_000_000
"""Characters of a file that is one JSON value."""


@dataclass(slots=True)
class Logs:
    """The requests of any number of logs; stores prompts, models and usage, never a whole log."""

    damaged: int = 0
    """Lines that start like JSON but do not parse: probably truncated when their program died."""
    _sessions: Sessions = field(default_factory=Sessions)
    _rollouts: Rollouts = field(default_factory=Rollouts)
    _chats: Chats = field(default_factory=Chats)
    _others: list[Logged] = field(default_factory=list)

    def read(self, lines: Iterable[str]) -> bool:
        """Reads one log of any supported format; returns whether anything in it was recognised."""
        rest = iter(lines)
        first = next((line for line in rest if line.strip()), "")
        known, history = False, aider.History()
        if first.strip() == "{" or first.lstrip().startswith("["):
            return self._read_whole(_joined(chain((first,), rest)))
        for line in chain((first,), rest):
            if not line.startswith("{"):
                history.add(line.rstrip("\n"))
            elif Sessions.ignores(line):
                known = True
            else:
                known |= self._row(line)
        self._others += history.requests
        return known or bool(history.requests)

    def requests(self) -> tuple[Logged, ...]:
        """All requests, those of Claude Code's sessions first."""
        found = (*self._sessions.requests(), *self._rollouts.requests, *self._chats.requests, *self._others)
        return tuple(one for one in found if one.calls)

    def read_opencode(self, rows: Iterable[tuple[object, ...]]) -> bool:
        """Reads the rows of ``sessions.OPENCODE``; returns whether there was a request."""
        found = sessions.of_opencode(rows)
        self._others += found
        return bool(found)

    def _read_whole(self, text: str) -> bool:
        """Reads one JSON value over many lines: a request or a list of requests."""
        try:
            value = json.loads(text, parse_float=Decimal)
        except (ValueError, ArithmeticError, RecursionError):
            self.damaged += 1
            return False
        rows = value if isinstance(value, list) else [value]
        return sum(self._take(row) for row in rows if isinstance(row, dict)) > 0

    def _row(self, line: str) -> bool:
        try:
            row = json.loads(line, parse_float=Decimal)
        except (ValueError, ArithmeticError, RecursionError):
            self.damaged += 1
            return False
        return isinstance(row, dict) and self._take(row)

    def _take(self, row: dict[str, object]) -> bool:
        if Sessions.knows(row):
            self._sessions.add(row)
            return True
        for reader in (self._rollouts, self._chats):
            if reader.knows(row):
                reader.add(row)
                return True
        if sessions.is_continue(row):
            found_there = sessions.of_continue(row)
            self._others += found_there
            return bool(found_there)
        found = aider.sent(row) if aider.is_event(row) else gateway.request(row)
        if found is not None:
            self._others.append(found)
        return found is not None


def _joined(lines: Iterable[str]) -> str:
    """A whole file as one text; of one that is too large, its beginning, which does not parse."""
    kept: list[str] = []
    size = 0
    for line in lines:
        kept.append(line)
        size += len(line)
        if size > _LARGEST_WHOLE:
            break
    return "".join(kept)


def read_log(lines: Iterable[str]) -> tuple[Logged, ...]:
    """The requests of one log; empty if its format is unknown."""
    logs = Logs()
    logs.read(lines)
    return logs.requests()

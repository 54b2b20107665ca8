"""Reads the logs of Claude Code, aider and OpenAI-style gateways, line by line, into one shape; it judges nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain

from routerd.audit import aider, gateway
from routerd.audit.claude_code import Sessions
from routerd.audit.logged import Logged


@dataclass(slots=True)
class Logs:
    """What any number of logs hold; kept are words, models and usage, never a whole log."""

    damaged: int = 0
    """Lines that begin as JSON and are none: cut short, most likely, as their program died."""
    _sessions: Sessions = field(default_factory=Sessions)
    _others: list[Logged] = field(default_factory=list)

    def read(self, lines: Iterable[str]) -> bool:
        """Take one log in, of whatever kind; whether anything in it was known."""
        rest = iter(lines)
        first = next((line for line in rest if line.strip()), "")
        known, history = False, aider.History()
        if first.strip() == "{" or first.lstrip().startswith("["):
            return self._read_whole("".join(chain((first,), rest)))
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
        """All requests, those of sessions first."""
        return (*self._sessions.requests(), *self._others)

    def _read_whole(self, text: str) -> bool:
        """One JSON value over many lines: a request, or a list of them."""
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
        found = aider.sent(row) if aider.is_event(row) else gateway.request(row)
        if found is not None:
            self._others.append(found)
        return found is not None


def read_log(lines: Iterable[str]) -> tuple[Logged, ...]:
    """The requests of one log; none where it is no log that is known."""
    logs = Logs()
    logs.read(lines)
    return logs.requests()

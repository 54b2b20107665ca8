"""Reads aider's two logs: analytics (JSON lines of events, no prompts) and chat history (Markdown, rounded sums)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from routerd.audit.logged import Json, Logged, LoggedCall, model_of, money
from routerd.domain.model import ModelRef

_NUMBER = r"([\d.,]{1,15})([kM]?)"
_TOKENS = re.compile(
    rf"> Tokens: {_NUMBER} sent,(?: {_NUMBER} cache write,)?(?: {_NUMBER} cache hit,)? {_NUMBER} received\.(.*)"
)
_COST = re.compile(r"(?:> )?\s*Cost: \$([\d.]{1,40}) message")
"""Follows the tokens; on the next line, without ``>``, if the cache was both written and read."""
_MODEL = re.compile(r"> (?:Main m|M)odel: (?P<model>\S+)")
_SPOKEN = re.compile(r"/(?:ask|code|architect|context)\s+")
"""Commands that are followed by a prompt; the others ask no model or carry no prompt."""
_SCALE = {"": 1, "k": 1_000, "M": 1_000_000}


def is_event(row: Json) -> bool:
    """Whether a row belongs to aider's analytics."""
    return isinstance(row.get("event"), str) and isinstance(row.get("properties"), dict)


def sent(row: Json) -> Logged | None:
    """The request of an event; ``None`` for all other events."""
    if row["event"] != "message_send":
        return None
    event = row["properties"]
    usage = {name: event.get(name) for name in ("prompt_tokens", "completion_tokens")}
    return Logged("", [LoggedCall(model_of(str(event.get("main_model") or "")), usage, money(event.get("cost")))])


@dataclass(slots=True)
class History:
    """Reads a chat history line by line."""

    requests: list[Logged] = field(default_factory=list)
    _model: ModelRef = field(default_factory=lambda: model_of(""))
    _words: list[str] = field(default_factory=list)
    _asked: bool = False
    """Whether the current prompt has already been answered."""
    _open: bool = False
    """Whether the previous line belongs to a prompt, which the next line then continues."""

    def add(self, line: str) -> None:
        """Adds one line."""
        if line.startswith("#### "):
            if not self._open:
                self._words, self._asked = [], False
            self._words.append(line[5:].strip())
            self._open = True
            return
        self._open = False
        if line.startswith("# aider chat started at"):
            self._words, self._asked = [], False
        elif found := _MODEL.match(line):
            self._model = model_of(found["model"])
        elif match := _TOKENS.match(line):
            self._answered(match)
        elif (cost := _COST.match(line)) and self.requests and self.requests[-1].calls[-1].cost is None:
            calls = self.requests[-1].calls
            calls[-1] = calls[-1]._replace(cost=money(cost[1]))

    def _answered(self, match: re.Match[str]) -> None:
        sent, write, hit, received = (_scaled(match[n], match[n + 1]) for n in (1, 3, 5, 7))
        cost = _COST.match(match[9])
        usage = {
            "prompt_tokens": sent,
            "completion_tokens": received,
            "cache_creation_input_tokens": write,
            "prompt_tokens_details": {"cached_tokens": hit},
        }
        call = LoggedCall(self._model, usage, money(cost[1]) if cost else None)
        if self._asked:  # aider asked again by itself, to fix what a test or the edit format reported
            self.requests[-1].calls.append(call)
            return
        self.requests.append(Logged(_spoken("\n".join(self._words)), [call]))
        self._asked = bool(self._words)


def _spoken(words: str) -> str:
    if not words.startswith("/"):
        return words
    command = _SPOKEN.match(words)
    return words[command.end() :] if command else ""


def _scaled(number: str | None, unit: str | None) -> int:
    try:
        return int(Decimal((number or "0").replace(",", "")) * _SCALE[unit or ""])
    except ArithmeticError:
        return 0

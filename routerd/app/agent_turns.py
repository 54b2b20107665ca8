"""Which route each user turn of an agent's session was given: a model is never changed inside a tool loop."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from routerd.domain.quote import Route
from routerd.routing.last_words import UserTurn

_KEPT = 1_000
"""Sessions; the oldest are forgotten first."""
_SIGNED = ("signature", "encrypted_content", "thought_signature")
"""Fields of reasoning that only the model which made it takes back."""


@dataclass(frozen=True, slots=True)
class _Turn:
    number: int
    words: str
    route: Route


class AgentTurns:
    """In memory only: after a restart a session's next request is decided anew."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Turn] = OrderedDict()

    def route(self, session: str, turn: UserTurn, body: Mapping[str, Any]) -> Route | None:
        """The route that a request must keep: of the same turn, or of a session with signed reasoning in it."""
        known = self._known.get(session)
        if known is None:
            return None
        same = (known.number, known.words) == (turn.number, turn.words)
        return known.route if same or turn.in_loop or holds_signed(body) else None

    def keep(self, session: str, turn: UserTurn, route: Route) -> None:
        """A turn was given a route."""
        self._known[session] = _Turn(turn.number, turn.words, route)
        self._known.move_to_end(session)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)


def session_key(session: str | None, client: str | None, body: Mapping[str, Any]) -> str:
    """The session's own name, else one from how the conversation begins, which every later request repeats."""
    if session is not None:
        return session
    given = body.get("messages", body.get("input"))
    begin = repr(given[:2] if isinstance(given, list) else given)[:20_000]
    return hashlib.sha256(f"{client}\n{begin}".encode("utf-8", "replace")).hexdigest()


def holds_signed(body: Mapping[str, Any]) -> bool:
    """Whether a conversation holds reasoning that is bound to the model which made it."""
    waiting: list[Any] = [body.get("messages"), body.get("input")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, Mapping):
            if any(value.get(name) for name in _SIGNED):
                return True
            waiting += [value.get("content"), value.get("reasoning_details"), value.get("extra_content")]
    return False

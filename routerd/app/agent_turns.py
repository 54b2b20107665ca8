"""Which route each user turn of an agent's session was given: a model is never changed inside a tool loop."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime

from routerd.domain.model import ModelRef
from routerd.domain.origin import Origin
from routerd.domain.quote import Candidate, Route
from routerd.domain.tier import Tier
from routerd.routing.last_words import UserTurn

_KEPT = 1_000
"""Conversations; the oldest are forgotten first."""
SIDE_TOKENS = 4_000
"""Input of a side call at most: titles and summaries of agents have some hundred tokens, their turns 5,000 and more."""


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The last answer in a conversation."""

    model: ModelRef
    tier: Tier
    tokens: int
    """What the model has read and written of the conversation, by the local count."""
    at: datetime


@dataclass(frozen=True, slots=True)
class _Turn:
    number: int
    words: str
    route: Route
    answer: LastAnswer | None = None


class AgentTurns:
    """In memory only: after a restart a conversation's next request is decided anew."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Turn] = OrderedDict()
        self._with_tools: OrderedDict[tuple[str | None, str | None], None] = OrderedDict()

    def route(self, conversation: str, turn: UserTurn) -> Route | None:
        """The route that a request must keep: that of its turn, which the model has begun to answer."""
        known = self._known.get(conversation)
        if known is None:
            return None
        same = (known.number, known.words) == (turn.number, turn.words)
        return known.route if same or turn.in_loop else None

    def decided(self, conversation: str, turn: UserTurn) -> bool:
        """Whether this very turn was given a route here, and no other one that it might be taken for."""
        known = self._known.get(conversation)
        return known is not None and (known.number, known.words) == (turn.number, turn.words)

    def last(self, conversation: str) -> LastAnswer | None:
        """Who answered last in a conversation."""
        known = self._known.get(conversation)
        return known.answer if known else None

    def keep(self, conversation: str, turn: UserTurn, route: Route) -> None:
        """A turn was given a route."""
        self._known[conversation] = _Turn(turn.number, turn.words, route, self.last(conversation))
        self._known.move_to_end(conversation)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)

    def answered(self, conversation: str, answer: LastAnswer) -> Route | None:
        """A model answered: the rest of the turn is its own, also where another one of its tier failed before.

        The turn's route, where that is another one now.
        """
        known = self._known.get(conversation)
        if known is None:
            return None
        first = known.route.first
        others = tuple(model for model in first.models if model != answer.model)
        route = replace(known.route, chain=(Candidate(first.tier, (answer.model, *others)), *known.route.chain[1:]))
        self._known[conversation] = replace(known, route=route, answer=answer)
        return route if first.models[0] != answer.model else None

    def is_side_call(self, origin: Origin, has_tools: bool, tokens: int) -> bool:
        """Whether an agent asks for something beside its work, such as a title: small, and without its tools.

        Only of a session, or of a client with sessions, that has shown tools: others may have none at all.
        """
        named = ((origin.session, None), (None, origin.client))
        if origin.session is None:
            return False
        if has_tools:
            self._with_tools.update(dict.fromkeys(named))
            while len(self._with_tools) > _KEPT:
                self._with_tools.popitem(last=False)
            return False
        return tokens <= SIDE_TOKENS and any(name in self._with_tools for name in named if name != (None, None))


def conversation_key(origin: Origin, turn: UserTurn) -> str:
    """A conversation's own name: its session, the part of the client that asks, and how a person began it.

    Sub-agents share a session and begin with other words. Each later request repeats the first words; the bytes around
    them change from turn to turn, as clients move their marks for prompt caches.
    """
    named = "\n".join((origin.client or "", origin.session or "", origin.agent or "", turn.first_words[:20_000]))
    return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()

"""A request of another program that passes through to a provider, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from routerd.domain.attempt import Attempt
from routerd.domain.dialect_name import DialectName
from routerd.domain.json_body import JsonBody
from routerd.domain.model import ModelRef
from routerd.domain.tier import Tier


class Endpoint(StrEnum):
    """What a request asks for, as its path below ``/v1`` says it."""

    CHAT = "/chat/completions"
    RESPONSES = "/responses"
    MESSAGES = "/messages"
    COUNT_TOKENS = "/messages/count_tokens"
    EMBEDDINGS = "/embeddings"

    @property
    def dialect(self) -> DialectName:
        """The API that it belongs to."""
        return _DIALECTS[self]

    @property
    def generates(self) -> bool:
        """Whether its answer is generated text, which is paid for by its length and may be streamed."""
        return self not in (Endpoint.COUNT_TOKENS, Endpoint.EMBEDDINGS)

    @property
    def billed(self) -> bool:
        """Whether a provider bills it."""
        return self is not Endpoint.COUNT_TOKENS

    @property
    def action(self) -> str:
        """What the ledger calls it."""
        return {Endpoint.COUNT_TOKENS: "count_tokens", Endpoint.EMBEDDINGS: "embeddings"}.get(self, str(self.dialect))


_DIALECTS = {
    Endpoint.CHAT: DialectName.CHAT,
    Endpoint.RESPONSES: DialectName.RESPONSES,
    Endpoint.MESSAGES: DialectName.MESSAGES,
    Endpoint.COUNT_TOKENS: DialectName.MESSAGES,
    Endpoint.EMBEDDINGS: DialectName.CHAT,
}

LIMIT_FIELDS: Mapping[Endpoint, tuple[str, ...]] = {
    Endpoint.CHAT: ("max_completion_tokens", "max_tokens"),
    Endpoint.RESPONSES: ("max_output_tokens",),
    Endpoint.MESSAGES: ("max_tokens",),
    Endpoint.COUNT_TOKENS: (),
    Endpoint.EMBEDDINGS: (),
}
"""The fields that limit the answer's length, in tokens."""


@dataclass(frozen=True, slots=True)
class ForwardedRequest:
    """One request as a client sent it, without anything that says who the client is to routerd."""

    endpoint: Endpoint
    body: JsonBody
    headers: tuple[tuple[str, str], ...] = ()
    """Those that go along to the provider; never a key."""
    query: str = ""
    own_key: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """The headers with the client's own key, all with the same one, for a provider with ``pass_through``; or none."""

    switches: bool = False
    """Whether routerd chooses the model: then signed reasoning of an unknown model is not sent on."""

    @property
    def streamed(self) -> bool:
        """Whether the answer is a stream of events."""
        return self.body.values.get("stream") is True

    @property
    def max_output(self) -> int | None:
        """The limit of the answer that the client set, in tokens, over all its choices.

        The highest of several: which one a provider heeds is not known.
        """
        values = self.body.values
        limits = [values[name] for name in LIMIT_FIELDS[self.endpoint] if isinstance(values.get(name), int)]
        return max(limits) * self.choices if limits else None

    @property
    def choices(self) -> int:
        """How many answers are asked for at once."""
        count = self.body.values.get("n")
        return count if self.endpoint is Endpoint.CHAT and isinstance(count, int) and count > 1 else 1

    @property
    def usage_asked(self) -> bool:
        """Whether the client wants the usage of a chat stream as an event of its own."""
        options = self.body.values.get("stream_options")
        return isinstance(options, dict) and options.get("include_usage") is True


def key_in(value: str) -> str:
    """The key in a header's value, without its scheme (``Bearer``)."""
    return value.strip().rpartition(" ")[2]


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """What is known when the first byte of an answer leaves."""

    status: int
    content_type: str
    model: ModelRef
    tier: Tier
    attempts: int
    """Calls so far, with the one that answers."""
    streamed: bool
    attempt: Attempt | None = None
    """The whole attempt where the answer is not streamed, so that its cost is known."""
    dropped: tuple[str, ...] = ()
    """Fields of the request that the provider has no counterpart for."""


Json = Mapping[str, Any]

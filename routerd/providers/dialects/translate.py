"""Translates requests and answers between the three dialects; a pure function each, one table for each dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from routerd.domain.dialect_name import DialectName
from routerd.providers.dialects.chat_answer import read_chat_answer, write_chat_answer
from routerd.providers.dialects.chat_fields import CHAT_FIELDS
from routerd.providers.dialects.chat_request import read_chat, write_chat
from routerd.providers.dialects.messages_answer import read_messages_answer, write_messages_answer
from routerd.providers.dialects.messages_fields import MESSAGES_FIELDS
from routerd.providers.dialects.messages_request import read_messages, write_messages
from routerd.providers.dialects.neutral_request import Conversation
from routerd.providers.dialects.reading import DroppedHints, NotTranslatableError, selected
from routerd.providers.dialects.responses_answer import read_responses_answer, write_responses_answer
from routerd.providers.dialects.responses_fields import RESPONSES_FIELDS
from routerd.providers.dialects.responses_request import read_responses, refuse_included, write_responses

MAX_OUTPUT = 32_000
"""Tokens: Messages demands a limit. Every model of Anthropic since Claude 4 allows this one."""

REQUEST_FIELDS = {
    DialectName.CHAT: CHAT_FIELDS,
    DialectName.RESPONSES: RESPONSES_FIELDS,
    DialectName.MESSAGES: MESSAGES_FIELDS,
}
_READ_REQUEST = {
    DialectName.CHAT: read_chat,
    DialectName.RESPONSES: read_responses,
    DialectName.MESSAGES: read_messages,
}
READ_ANSWER = {
    DialectName.CHAT: read_chat_answer,
    DialectName.RESPONSES: read_responses_answer,
    DialectName.MESSAGES: read_messages_answer,
}
WRITE_ANSWER = {
    DialectName.CHAT: write_chat_answer,
    DialectName.RESPONSES: write_responses_answer,
    DialectName.MESSAGES: write_messages_answer,
}


@dataclass(frozen=True, slots=True)
class Translated:
    """A request in the upstream's dialect, and the hints that it lost."""

    body: dict[str, Any]
    dropped: tuple[str, ...]
    """For the header ``x-routerd-dropped``."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A request that the upstream's dialect cannot say, by the name of the field."""

    field: str
    reason: str


def translate_request(
    body: Mapping[str, Any], client: DialectName, upstream: DialectName, max_output: int = MAX_OUTPUT
) -> Translated | Unsupported:
    """A request of the client's dialect in the upstream's; the body that was given is not changed.

    ``max_output``: the limit in tokens where the client named none and the upstream demands one. Raises ValueError
    where both are the same: such a body goes as it came.
    """
    if client is upstream:
        raise ValueError("a request to a provider of the same dialect is not translated")
    hints = DroppedHints()
    try:
        said = _read(body, client, upstream, hints)
        return Translated(_written(said, upstream, hints, max_output), hints.names)
    except NotTranslatableError as refused:
        return Unsupported(refused.field, refused.reason)


def _read(body: Mapping[str, Any], client: DialectName, upstream: DialectName, hints: DroppedHints) -> Conversation:
    if client is DialectName.RESPONSES:
        refuse_included(body.get("include"))
    return _READ_REQUEST[client](selected(body, REQUEST_FIELDS[client], upstream, hints), hints)


def _written(said: Conversation, upstream: DialectName, hints: DroppedHints, max_output: int) -> dict[str, Any]:
    if upstream is DialectName.MESSAGES:
        return write_messages(said, hints, max_output)
    return write_chat(said, hints) if upstream is DialectName.CHAT else write_responses(said, hints)


def translate_answer(body: Mapping[str, Any], upstream: DialectName, client: DialectName) -> dict[str, Any]:
    """A whole answer of the upstream's dialect in the client's. Raises UnreadableAnswerError."""
    return WRITE_ANSWER[client](READ_ANSWER[upstream](body))

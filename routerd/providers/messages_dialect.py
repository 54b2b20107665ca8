"""Anthropic's own API behind ``Dialect``: its cache is asked for, and its stream is read as chunks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routerd.domain.dialect_name import DialectName
from routerd.domain.prompt import Prompt
from routerd.domain.settings import Quirks
from routerd.domain.unicode import well_formed
from routerd.providers.dialect import CONTINUE, OPENAI, Dialect
from routerd.providers.dialects.chat_answer import write_chat_answer
from routerd.providers.dialects.event_translator import EventTranslator
from routerd.providers.dialects.messages_answer import read_messages_answer
from routerd.providers.dialects.model_answer import UnreadableAnswerError
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError

VERSION = "2023-06-01"
"""Of ``anthropic-version``, which the API demands; the newest that it names as stable."""


@dataclass(frozen=True, slots=True)
class MessagesDialect:
    """``/v1/messages``: thinking is asked for by ``quirks.extra_body``, as models differ in what they take."""

    path: str = "/messages"

    def headers(self, key: str) -> Mapping[str, str]:
        """The key under Anthropic's name, and the version of the API."""
        return {"x-api-key": key, "anthropic-version": VERSION}

    def body(self, model: str, prompt: Prompt, quirks: Quirks, max_output: int, so_far: str = "") -> dict[str, Any]:
        """As the Protocol says. What does not depend on the target is marked for the cache."""
        system = [_text(one.content) for one in prompt.messages if one.role == "system"]
        turns = [{"role": one.role, "content": [_text(one.content)]} for one in prompt.messages if one.role != "system"]
        if so_far:
            turns += [
                {"role": "assistant", "content": [_text(so_far.rstrip())]},  # the API refuses blanks at the end
                {"role": "user", "content": [_text(CONTINUE)]},
            ]
        body: dict[str, Any] = {"model": model, "max_tokens": max_output, "messages": turns, "stream": True}
        if system:
            system[-1]["cache_control"] = {"type": "ephemeral"}
            body["system"] = system
        if quirks.json_schema and prompt.schema is not None and not so_far:
            body["output_config"] = {"format": {"type": "json_schema", "schema": dict(prompt.schema)}}
        return body | dict(quirks.extra_body)

    def chunks(self) -> Callable[[str], Sequence[str]]:
        """As the Protocol says."""
        translator = EventTranslator(DialectName.MESSAGES, DialectName.CHAT)
        return lambda data: [chunk for _, chunk in translator.feed(None, data)]

    def whole(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """As the Protocol says. What tells an error, or what a proxy answers in OpenAI's form, stays as it is."""
        if body.get("type") != "message":
            return body
        try:
            return write_chat_answer(read_messages_answer(body))
        except UnreadableAnswerError as error:
            raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message=str(error))) from None


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": well_formed(text)}


MESSAGES = MessagesDialect()


def dialect_of(name: DialectName) -> Dialect:
    """The dialect of routerd's own actions by its name in the settings, which take no other than these two."""
    return MESSAGES if name is DialectName.MESSAGES else OPENAI

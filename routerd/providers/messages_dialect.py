"""Anthropic's own API behind ``Dialect``: its cache is asked for, and its stream is read as chunks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routerd.domain.dialect_name import DialectName
from routerd.domain.prompt import Prompt
from routerd.domain.settings import Quirks
from routerd.domain.unicode import well_formed
from routerd.providers.bounded import parsed
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
        return _Chunks()

    def whole(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """As the Protocol says. What tells an error, or what a proxy answers in OpenAI's form, stays as it is."""
        if body.get("type") != "message":
            return body
        try:
            return {**write_chat_answer(read_messages_answer(body)), "usage": body.get("usage")}
        except UnreadableAnswerError as error:
            raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message=str(error))) from None


class _Chunks:
    """One stream: its chunks, and its usage as Anthropic told it until then, by its own names.

    So the bill of what was cut off is known as far as it was told, and a reason with a bill is a whole answer.
    """

    def __init__(self) -> None:
        self._translator = EventTranslator(DialectName.MESSAGES, DialectName.CHAT)
        self._usage: dict[str, Any] = {}

    def __call__(self, data: str) -> list[str]:
        chunks = [chunk for _, chunk in self._translator.feed(None, data)]
        if '"usage"' in data and (told := self._told(data)):
            chunks.append(told)
        if chunks and chunks[-1] == "[DONE]" and self._usage:
            chunks.insert(-1, json.dumps({"choices": [], "usage": self._usage}))
        return chunks

    def _told(self, data: str) -> str:
        """The chunk with the usage of this event, and its stop reason; nothing for any other event."""
        try:
            body = parsed(data)
        except ValueError:
            return ""  # the translator has said so
        if not isinstance(body, Mapping):
            return ""
        kind = body.get("type")
        holder = body.get("message") if kind == "message_start" else body if kind == "message_delta" else None
        usage = holder.get("usage") if isinstance(holder, Mapping) else None
        if not isinstance(usage, Mapping):
            return ""
        # The first event tells the output of the first token; later counts are of the whole answer.
        early = {"output_tokens"} if kind == "message_start" else set()
        self._usage |= {name: told for name, told in usage.items() if told is not None and name not in early}
        delta = body.get("delta") if kind == "message_delta" else None
        reason = delta.get("stop_reason") if isinstance(delta, Mapping) else None
        choices = [{"index": 0, "delta": {}, "finish_reason": reason}] if isinstance(reason, str) else []
        return json.dumps({"choices": choices, "usage": self._usage})


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": well_formed(text)}


MESSAGES = MessagesDialect()


def dialect_of(name: DialectName) -> Dialect:
    """The dialect of routerd's own actions by its name in the settings, which take no other than these two."""
    return MESSAGES if name is DialectName.MESSAGES else OPENAI

"""Streams of chat completions: chunks read into steps, and written from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from routerd.domain.api_errors import dumped, error_event
from routerd.domain.dialect_name import DialectName
from routerd.domain.money import Usage
from routerd.providers.dialects.chat_answer import FINISH, text_of, thought_of, written_name
from routerd.providers.dialects.model_answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerEnding,
    AnswerFailed,
    AnswerText,
    AnswerThought,
    CallBegun,
    CallContinued,
    Step,
    UnreadableAnswerError,
    ending_of,
    told_usage,
)
from routerd.providers.dialects.stream_data import failure, read_event
from routerd.providers.dialects.usage_shapes import chat_usage


@dataclass(slots=True)
class _ReadCall:
    number: int
    id: str = ""
    name: str = ""
    held: str = ""
    """Arguments that came before the name."""


@dataclass(slots=True)
class ChatStreamReader:
    """Reads chunks; whole at ``[DONE]`` after a finish reason, or at the end after a finish reason and usage."""

    _begun: bool = False
    _finish: AnswerEnding | None = None
    _usage: Usage | None = None
    _tier: str = ""
    _calls: dict[object, _ReadCall] = field(default_factory=dict)
    _count: int = 0

    def feed(self, data: str) -> list[Step]:
        """As the Protocol says."""
        data = data.strip()
        if not data:
            return []
        if data.startswith("[DONE]"):
            return [self._ended()]
        body = read_event(data)
        if (failed := failure(body)) is not None:
            return [failed]
        groq = body.get("x_groq")
        told = told_usage(body.get("usage") or (groq.get("usage") if isinstance(groq, Mapping) else None))
        self._usage = told or self._usage
        self._tier = text_of(body.get("service_tier")) or self._tier
        choices = body.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        return [*self._start(body), *(self._choice(choice) if isinstance(choice, Mapping) else [])]

    def end(self) -> list[Step]:
        """As the Protocol says."""
        if self._usage is None:
            raise UnreadableAnswerError("the stream ended without [DONE]")
        return [self._ended()]

    def _ended(self) -> Step:
        if self._finish is None:
            raise UnreadableAnswerError("the stream ended without a finish reason")
        calls = self._finish is AnswerEnding.STOP and self._count
        ending = AnswerEnding.TOOLS if calls else self._finish
        return AnswerEnded(ending, usage=self._usage, service_tier=self._tier)

    def _start(self, body: Mapping[str, Any]) -> list[Step]:
        if self._begun:
            return []
        self._begun = True
        created = body.get("created")
        return [
            AnswerBegun(text_of(body.get("id")), text_of(body.get("model")), created if isinstance(created, int) else 0)
        ]

    def _choice(self, choice: Mapping[str, Any]) -> list[Step]:
        self._usage = told_usage(choice.get("usage")) or self._usage  # Moonshot
        said = choice.get("delta")
        if not isinstance(said, Mapping):  # a whole message in one event
            said = choice.get("message")
        steps: list[Step] = []
        if isinstance(said, Mapping):
            steps += [AnswerThought(thought)] if (thought := thought_of(said)) else []
            text = text_of(said.get("content")) + text_of(said.get("refusal"))
            steps += [AnswerText(text)] if text else []
            calls = said.get("tool_calls")
            for call in calls if isinstance(calls, list) else ():
                steps += self._call(call) if isinstance(call, Mapping) else []
        if reason := choice.get("finish_reason"):
            self._finish = ending_of(reason)
        return steps

    def _call(self, said: Mapping[str, Any]) -> list[Step]:
        """More of a call: the one of this index, but for another id, as Google gives all calls the index 0."""
        custom = isinstance(said.get("custom"), Mapping)
        inner = said.get("custom" if custom else "function")
        inner = inner if isinstance(inner, Mapping) else {}
        identity, name = text_of(said.get("id")), text_of(inner.get("name"))
        key = said.get("index") if isinstance(said.get("index"), int) else identity
        call = self._calls.get(key)
        if call is None or (identity and name and call.id not in ("", identity)):
            call = self._calls[key] = _ReadCall(self._count)
            self._count += 1
        call.id = call.id or identity
        given = text_of(inner.get("input" if custom else "arguments"))
        if call.name:
            return [CallContinued(call.number, given)] if given else []
        call.held += given
        if not name:
            return []
        call.name = name
        begun = CallBegun(call.number, call.id or f"call_{call.number}", name, custom=custom)
        return [begun, CallContinued(call.number, call.held)] if call.held else [begun]


@dataclass(slots=True)
class ChatStreamWriter:
    """Writes chunks; the usage has one of its own before ``[DONE]``, as with ``include_usage``."""

    _head: dict[str, Any] = field(default_factory=dict)
    _custom: set[int] = field(default_factory=set)

    def write(self, step: Step) -> list[tuple[str | None, str]]:
        """As the Protocol says."""
        match step:
            case AnswerBegun():
                self._head = {"id": step.id, "object": "chat.completion.chunk", "created": step.created}
                self._head["model"] = step.model
                return [self._chunk({"role": "assistant", "content": ""})]
            case AnswerText():
                return [self._chunk({"content": step.text})]
            case AnswerThought():
                return [self._chunk({"reasoning_content": step.text})]
            case CallBegun():
                return [self._chunk({"tool_calls": [self._begun(step)]})]
            case CallContinued():
                inner = {"custom": {"input": step.arguments}}
                if step.call not in self._custom:
                    inner = {"function": {"arguments": step.arguments}}
                return [self._chunk({"tool_calls": [{"index": step.call} | inner]})]
            case AnswerFailed():
                return [error_event(DialectName.CHAT, step.code, step.message)]
            case AnswerEnded():
                return self._ended(step)

    def _begun(self, step: CallBegun) -> dict[str, Any]:
        head = {"index": step.call, "id": step.id}
        if step.custom:
            self._custom.add(step.call)
            return head | {"type": "custom", "custom": {"name": step.name, "input": ""}}
        name = written_name(step.name, step.namespace)
        return head | {"type": "function", "function": {"name": name, "arguments": ""}}

    def _ended(self, step: AnswerEnded) -> list[tuple[str | None, str]]:
        events = [self._chunk({}, FINISH[step.ending], step.service_tier)]
        if step.usage is not None:
            events.append((None, dumped(self._head | {"choices": [], "usage": chat_usage(step.usage)})))
        return [*events, (None, "[DONE]")]

    def _chunk(self, delta: dict[str, Any], finish: str | None = None, tier: str = "") -> tuple[str | None, str]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return None, dumped(self._head | {"choices": [choice]} | ({"service_tier": tier} if tier else {}))

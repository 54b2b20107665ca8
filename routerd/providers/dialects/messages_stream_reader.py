"""Streams of Messages, read into steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from routerd.providers.dialects.chat_answer import text_of
from routerd.providers.dialects.messages_request import words_of
from routerd.providers.dialects.model_answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerEnding,
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
from routerd.providers.dialects.tool_names import unflat

_UNSAID_BLOCKS = frozenset({"redacted_thinking"})
_UNSAID_DELTAS = frozenset({"signature_delta", "citations_delta"})


@dataclass(slots=True)
class _ReadBlock:
    call: int
    custom: bool
    arguments: str = ""
    said: bool = False


@dataclass(slots=True)
class MessagesStreamReader:
    """Reads events by the ``type`` in their data; whole at ``message_stop`` after a stop reason."""

    _usage: dict[str, Any] = field(default_factory=dict)
    _finish: AnswerEnding | None = None
    _stop_sequence: str = ""
    _blocks: dict[object, _ReadBlock] = field(default_factory=dict)
    _count: int = 0

    def feed(self, data: str) -> list[Step]:
        """As the Protocol says. An event of an unknown type is skipped, as Anthropic asks clients to do."""
        if not data.strip():
            return []
        body = read_event(data)
        kind = body.get("type")
        if kind == "error" or (kind is None and (body.get("error") or body.get("base_resp"))):
            failed = failure(body)
            return [failed] if failed else []
        match kind:
            case "message_start":
                return [self._start(body.get("message"))]
            case "content_block_start":
                return self._block(body)
            case "content_block_delta":
                return self._delta(body)
            case "content_block_stop":
                return self._stop(body)
            case "message_delta":
                self._told(body)
            case "message_stop":
                return [self._ended()]
        return []

    def end(self) -> list[Step]:
        """As the Protocol says: always a cut, as ``message_stop`` did not come."""
        raise UnreadableAnswerError("the stream ended without message_stop")

    def _start(self, message: object) -> Step:
        said = message if isinstance(message, Mapping) else {}
        self._add(said.get("usage"))
        return AnswerBegun(text_of(said.get("id")), text_of(said.get("model")), usage=told_usage(self._usage))

    def _add(self, usage: object) -> None:
        """Later counts replace earlier ones: they are told of the whole answer."""
        if isinstance(usage, Mapping):
            self._usage |= {name: value for name, value in usage.items() if value is not None}

    def _block(self, body: Mapping[str, Any]) -> list[Step]:
        block = body.get("content_block")
        said = block if isinstance(block, Mapping) else {}
        kind = said.get("type")
        if kind == "text":
            return [AnswerText(text)] if (text := text_of(said.get("text"))) else []
        if kind == "thinking":
            return [AnswerThought(text)] if (text := text_of(said.get("thinking"))) else []
        if kind in _UNSAID_BLOCKS:
            return []
        if kind != "tool_use" or not text_of(said.get("name")):
            raise UnreadableAnswerError(f"the answer has a block of type “{str(kind)[:40]}”")
        name, namespace, custom = unflat(text_of(said.get("name")))
        given = said.get("input")
        opened = _ReadBlock(self._count, custom)
        if isinstance(given, Mapping) and given:  # gateways that send a call in one piece
            opened.arguments = words_of(given, False)
        self._blocks[body.get("index")] = opened
        self._count += 1
        identity = text_of(said.get("id")) or f"call_{opened.call}"
        return [CallBegun(opened.call, identity, name, namespace, custom)]

    def _delta(self, body: Mapping[str, Any]) -> list[Step]:
        delta = body.get("delta")
        said = delta if isinstance(delta, Mapping) else {}
        match said.get("type"):
            case "text_delta":
                return [AnswerText(text)] if (text := text_of(said.get("text"))) else []
            case "thinking_delta":
                return [AnswerThought(text)] if (text := text_of(said.get("thinking"))) else []
            case "input_json_delta":
                return self._arguments(body.get("index"), text_of(said.get("partial_json")))
            case kind if kind in _UNSAID_DELTAS:
                return []
            case kind:
                raise UnreadableAnswerError(f"the answer has a delta of type “{str(kind)[:40]}”")

    def _arguments(self, index: object, more: str) -> list[Step]:
        block = self._blocks.get(index)
        if block is None:
            raise UnreadableAnswerError("the answer has arguments of no call")
        if block.custom:  # its text is known only when the object is whole
            block.arguments += more
            return []
        block.arguments, block.said = "", True
        return [CallContinued(block.call, more)] if more else []

    def _stop(self, body: Mapping[str, Any]) -> list[Step]:
        block = self._blocks.pop(body.get("index"), None)
        if block is None or not block.arguments:
            return [CallContinued(block.call, "{}")] if block and not block.said and not block.custom else []
        if not block.custom:
            return [CallContinued(block.call, block.arguments)]
        given = read_event(block.arguments)
        return [CallContinued(block.call, words_of(given, True))]

    def _told(self, body: Mapping[str, Any]) -> None:
        self._add(body.get("usage"))
        delta = body.get("delta")
        if isinstance(delta, Mapping) and delta.get("stop_reason"):
            self._finish = ending_of(delta["stop_reason"])
            self._stop_sequence = text_of(delta.get("stop_sequence"))

    def _ended(self) -> Step:
        if self._finish is None:
            raise UnreadableAnswerError("the stream ended without a stop reason")
        tier = text_of(self._usage.get("service_tier"))
        return AnswerEnded(self._finish, self._stop_sequence, told_usage(self._usage), tier)

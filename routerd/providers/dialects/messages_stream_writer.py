"""Streams of Messages, written from steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from routerd.domain.api_errors import dumped, error_event
from routerd.domain.dialect_name import DialectName
from routerd.providers.dialects.chat_answer import written_name
from routerd.providers.dialects.messages_answer import STOP_REASONS
from routerd.providers.dialects.model_answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerFailed,
    AnswerText,
    AnswerThought,
    CallBegun,
    CallContinued,
    Step,
)
from routerd.providers.dialects.stream_data import is_whole
from routerd.providers.dialects.usage_shapes import messages_usage

_NOTHING = {"input_tokens": 0, "output_tokens": 0}
"""Where the provider tells usage at the end only."""


@dataclass(slots=True)
class _WrittenBlock:
    index: int
    kind: str
    """``text``, ``thinking``, ``tool_use``, or ``custom``: a call whose free text is sent as one argument."""
    words: list[str] = field(default_factory=list)
    """Of a call: its arguments, in the pieces that came."""

    @property
    def arguments(self) -> str:
        """All that came of them."""
        return "".join(self.words)


@dataclass(slots=True)
class MessagesStreamWriter:
    """Writes events. A block is closed where the next begins, but for a call whose arguments are not whole yet."""

    _count: int = 0
    _open: list[_WrittenBlock] = field(default_factory=list)
    _calls: dict[int, _WrittenBlock] = field(default_factory=dict)

    def write(self, step: Step) -> list[tuple[str | None, str]]:
        """As the Protocol says."""
        match step:
            case AnswerBegun():
                return [_event("message_start", message=_message(step))]
            case AnswerText():
                return self._spoken("text", step.text, "text_delta")
            case AnswerThought():
                return self._spoken("thinking", step.text, "thinking_delta")
            case CallBegun():
                return self._call(step)
            case CallContinued():
                block = self._calls[step.call]
                block.words.append(step.arguments)
                return [_delta(block, "input_json_delta", step.arguments)] if block.kind == "tool_use" else []
            case AnswerFailed():
                return [error_event(DialectName.MESSAGES, step.code, step.message)]
            case AnswerEnded():
                return self._ended(step)

    def _spoken(self, kind: str, text: str, delta: str) -> list[tuple[str | None, str]]:
        events: list[tuple[str | None, str]] = []
        if not self._open or self._open[-1].kind != kind:
            # No thought has a signature: nobody can have made one for this dialect.
            empty = {"type": kind, kind: ""} | ({"signature": ""} if kind == "thinking" else {})
            events = self._started(kind, empty)
        return [*events, _delta(self._open[-1], delta, text)]

    def _call(self, step: CallBegun) -> list[tuple[str | None, str]]:
        name = written_name(step.name, step.namespace, step.custom)
        events = self._started(
            "custom" if step.custom else "tool_use", {"type": "tool_use", "id": step.id, "name": name, "input": {}}
        )
        self._calls[step.call] = self._open[-1]
        return events

    def _started(self, kind: str, block: dict[str, Any]) -> list[tuple[str | None, str]]:
        events = self._closed(every=False)
        self._open.append(_WrittenBlock(self._count, kind))
        self._count += 1
        return [*events, _event("content_block_start", index=self._open[-1].index, content_block=block)]

    def _closed(self, every: bool) -> list[tuple[str | None, str]]:
        """Closes open blocks: every one, or those to which nothing can be added."""
        events: list[tuple[str | None, str]] = []
        left: list[_WrittenBlock] = []
        for block in self._open:
            if not every and block.kind in ("tool_use", "custom") and not is_whole(block.arguments):
                left.append(block)
                continue
            if block.kind == "custom":
                events.append(_delta(block, "input_json_delta", dumped({"input": block.arguments})))
            events.append(_event("content_block_stop", index=block.index))
        self._open = left
        return events

    def _ended(self, step: AnswerEnded) -> list[tuple[str | None, str]]:
        delta = {"stop_reason": STOP_REASONS[step.ending], "stop_sequence": step.stop_sequence or None}
        usage = _NOTHING if step.usage is None else messages_usage(step.usage)
        return [
            *self._closed(every=True),
            _event("message_delta", delta=delta, usage=usage),
            _event("message_stop"),
        ]


def _message(step: AnswerBegun) -> dict[str, Any]:
    return {
        "id": step.id,
        "type": "message",
        "role": "assistant",
        "model": step.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _NOTHING if step.usage is None else messages_usage(step.usage),
    }


_FIELDS = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}


def _delta(block: _WrittenBlock, kind: str, text: str) -> tuple[str | None, str]:
    return _event("content_block_delta", index=block.index, delta={"type": kind, _FIELDS[kind]: text})


def _event(kind: str, **rest: Any) -> tuple[str | None, str]:
    return kind, dumped({"type": kind} | rest)

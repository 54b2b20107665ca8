"""Streams of Responses, written from steps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from routerd.domain.api_errors import dumped, error_event
from routerd.domain.dialect_name import DialectName
from routerd.providers.dialects.model_answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerFailed,
    AnswerItem,
    AnswerText,
    AnswerThought,
    CallBegun,
    CallContinued,
    Step,
)
from routerd.providers.dialects.neutral_request import CalledTool
from routerd.providers.dialects.responses_answer import ended, response_object, written_item
from routerd.providers.dialects.stream_data import is_whole
from routerd.providers.dialects.usage_shapes import responses_usage


@dataclass(slots=True)
class _WrittenItem:
    place: int
    item: AnswerItem
    """As it began: without words."""
    id: str
    custom: bool
    words: list[str] = field(default_factory=list)

    @property
    def said(self) -> AnswerItem:
        """With all words that came."""
        words = "".join(self.words)
        return (
            replace(self.item, arguments=words) if isinstance(self.item, CalledTool) else replace(self.item, text=words)
        )


@dataclass(slots=True)
class ResponsesStreamWriter:
    """Writes events. An item is done where the next begins, but for a call whose arguments are not whole yet."""

    _response: dict[str, Any] = field(default_factory=dict)
    _number: int = 0
    _output: dict[int, dict[str, Any]] = field(default_factory=dict)
    _open: list[_WrittenItem] = field(default_factory=list)
    _calls: dict[int, _WrittenItem] = field(default_factory=dict)
    _count: int = 0

    def write(self, step: Step) -> list[tuple[str | None, str]]:
        """As the Protocol says."""
        match step:
            case AnswerBegun():
                self._response = response_object(step.id, step.model, step.created)
                names = ("response.created", "response.in_progress")
                return [self._event(name, response=self._response) for name in names]
            case AnswerText():
                return self._text(step)
            case AnswerThought():
                return self._thought(step)
            case CallBegun():
                call = CalledTool(step.id, step.name, "", step.namespace, step.custom)
                events = self._started(call)
                self._calls[step.call] = self._open[-1]
                return events
            case CallContinued():
                return self._arguments(self._calls[step.call], step.arguments)
            case AnswerFailed():
                return self._failed(step)
            case AnswerEnded():
                return self._ended(step)

    def _text(self, step: AnswerText) -> list[tuple[str | None, str]]:
        last = self._open[-1] if self._open else None
        events: list[tuple[str | None, str]] = []
        if last is None or not isinstance(last.item, AnswerText):
            events = self._started(AnswerText(""))
            last = self._open[-1]
            part = {"type": "output_text", "text": "", "annotations": []}
            events.append(self._within("response.content_part.added", last, content_index=0, part=part))
        last.words.append(step.text)
        more = self._within("response.output_text.delta", last, content_index=0, delta=step.text, logprobs=[])
        return [*events, more]

    def _thought(self, step: AnswerThought) -> list[tuple[str | None, str]]:
        last = self._open[-1] if self._open else None
        events: list[tuple[str | None, str]] = []
        if last is None or not isinstance(last.item, AnswerThought):
            events = self._started(AnswerThought(""))
            last = self._open[-1]
            part = {"type": "summary_text", "text": ""}
            events.append(self._within("response.reasoning_summary_part.added", last, summary_index=0, part=part))
        last.words.append(step.text)
        more = self._within("response.reasoning_summary_text.delta", last, summary_index=0, delta=step.text)
        return [*events, more]

    def _arguments(self, opened: _WrittenItem, more: str) -> list[tuple[str | None, str]]:
        opened.words.append(more)
        kind = "custom_tool_call_input" if opened.custom else "function_call_arguments"
        return [self._within(f"response.{kind}.delta", opened, delta=more)]

    def _started(self, item: AnswerItem) -> list[tuple[str | None, str]]:
        events = self._closed(every=False)
        empty = written_item(item, str(self._response.get("id", "")), self._count, "in_progress")
        empty |= {name: [] for name in ("content", "summary") if name in empty}
        opened = _WrittenItem(self._count, item, empty["id"], empty["type"] == "custom_tool_call")
        self._count += 1
        self._open.append(opened)
        return [*events, self._event("response.output_item.added", output_index=opened.place, item=empty)]

    def _closed(self, every: bool) -> list[tuple[str | None, str]]:
        """Ends open items: every one, or those to which nothing can be added."""
        events: list[tuple[str | None, str]] = []
        left: list[_WrittenItem] = []
        for opened in self._open:
            item = opened.said
            if not every and isinstance(item, CalledTool) and not is_whole(item.arguments):
                left.append(opened)
                continue
            done = self._output[opened.place] = written_item(item, str(self._response.get("id", "")), opened.place)
            events += self._last_words(opened, done)
            events.append(self._event("response.output_item.done", output_index=opened.place, item=done))
        self._open = left
        return events

    def _last_words(self, opened: _WrittenItem, done: dict[str, Any]) -> list[tuple[str | None, str]]:
        if done["type"] == "message":
            text, part = done["content"][0]["text"], done["content"][0]
            return [
                self._within("response.output_text.done", opened, content_index=0, text=text, logprobs=[]),
                self._within("response.content_part.done", opened, content_index=0, part=part),
            ]
        if done["type"] == "reasoning":
            text, part = done["summary"][0]["text"], done["summary"][0]
            return [
                self._within("response.reasoning_summary_text.done", opened, summary_index=0, text=text),
                self._within("response.reasoning_summary_part.done", opened, summary_index=0, part=part),
            ]
        if done["type"] == "custom_tool_call":
            return [self._within("response.custom_tool_call_input.done", opened, input=done["input"])]
        given = {"arguments": done["arguments"], "name": done["name"]}
        return [self._within("response.function_call_arguments.done", opened, **given)]

    def _failed(self, step: AnswerFailed) -> list[tuple[str | None, str]]:
        if not self._response:
            return [error_event(DialectName.RESPONSES, step.code, step.message)]
        error = {"code": step.code, "message": step.message}
        return [self._event("response.failed", response=self._response | {"status": "failed", "error": error})]

    def _ended(self, step: AnswerEnded) -> list[tuple[str | None, str]]:
        events = self._closed(every=True)
        output = [self._output[place] for place in sorted(self._output)]
        usage = None if step.usage is None else responses_usage(step.usage)
        response = self._response | ended(output, step.ending, usage)
        response |= {"service_tier": step.service_tier} if step.service_tier else {}
        return [*events, self._event(f"response.{response['status']}", response=response)]

    def _within(self, kind: str, opened: _WrittenItem, **rest: Any) -> tuple[str | None, str]:
        return self._event(kind, item_id=opened.id, output_index=opened.place, **rest)

    def _event(self, kind: str, **rest: Any) -> tuple[str | None, str]:
        self._number += 1
        return kind, dumped({"type": kind, "sequence_number": self._number - 1} | rest)

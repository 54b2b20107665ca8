"""Streams of Responses, read into steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from routerd.providers.dialects.chat_answer import text_of
from routerd.providers.dialects.model_answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerFailed,
    AnswerText,
    AnswerThought,
    CallBegun,
    CallContinued,
    Step,
    UnreadableAnswerError,
    told_usage,
)
from routerd.providers.dialects.responses_answer import reasoning_text, responses_ending
from routerd.providers.dialects.stream_data import failure, read_event

_TEXTS = ("response.output_text.delta", "response.refusal.delta")
_THOUGHTS = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")
_ARGUMENTS = ("response.function_call_arguments.delta", "response.custom_tool_call_input.delta")
_LAST = ("response.completed", "response.incomplete")
_FAILED = ("response.failed", "error")


@dataclass(slots=True)
class _ReadItem:
    call: int | None = None
    said: bool = False
    """Whether any of its words came by themselves; else they are taken from the item when it is done."""


@dataclass(slots=True)
class ResponsesStreamReader:
    """Reads events by the ``type`` in their data; whole at ``response.completed`` or ``response.incomplete``."""

    _begun: bool = False
    _items: dict[object, _ReadItem] = field(default_factory=dict)
    _count: int = 0

    def feed(self, data: str) -> list[Step]:
        """As the Protocol says. Events that repeat or announce what others say are skipped."""
        if not data.strip() or data.strip() == "[DONE]":
            return []
        body = read_event(data)
        kind = body.get("type")
        place = body.get("output_index")
        if kind in _FAILED or kind is None:
            return [_failed(body)]
        if kind == "response.created":
            return self._start(body.get("response"))
        if kind in _TEXTS:
            return self._said(place, AnswerText(text_of(body.get("delta"))))
        if kind in _THOUGHTS:
            return self._said(place, AnswerThought(text_of(body.get("delta"))))
        if kind in _ARGUMENTS:
            item = self._items.get(place)
            if item is None or item.call is None:
                raise UnreadableAnswerError("the answer has arguments of no call")
            return self._said(place, CallContinued(item.call, text_of(body.get("delta"))))
        if kind == "response.output_item.added":
            return self._added(place, body.get("item"))
        if kind == "response.output_item.done":
            return self._done(place, body.get("item"))
        return self._ended(body.get("response")) if kind in _LAST else []

    def end(self) -> list[Step]:
        """As the Protocol says: always a cut, as ``response.completed`` did not come."""
        raise UnreadableAnswerError("the stream ended without response.completed")

    def _start(self, response: object) -> list[Step]:
        said = response if isinstance(response, Mapping) else {}
        if self._begun:
            return []
        self._begun = True
        created = said.get("created_at")
        when = int(created) if isinstance(created, int | float) else 0
        return [AnswerBegun(text_of(said.get("id")), text_of(said.get("model")), when)]

    def _said(self, place: object, step: Step) -> list[Step]:
        self._items.setdefault(place, _ReadItem()).said = True
        return [step]

    def _added(self, place: object, item: object) -> list[Step]:
        said = item if isinstance(item, Mapping) else {}
        kind = said.get("type")
        if kind in ("message", "reasoning", "web_search_call"):
            self._items.setdefault(place, _ReadItem())
            return []
        if kind not in ("function_call", "custom_tool_call") or not text_of(said.get("name")):
            raise UnreadableAnswerError(f"the answer has an item of type “{str(kind)[:40]}”")
        number = self._count
        self._count += 1
        self._items[place] = _ReadItem(number)
        identity = text_of(said.get("call_id")) or f"call_{number}"
        custom = kind == "custom_tool_call"
        return [CallBegun(number, identity, text_of(said.get("name")), text_of(said.get("namespace")), custom)]

    def _done(self, place: object, item: object) -> list[Step]:
        said = item if isinstance(item, Mapping) else {}
        steps = [] if place in self._items else self._added(place, said)
        opened = self._items[place]
        return steps if opened.said else [*steps, *_unsaid(opened, said)]

    def _ended(self, response: object) -> list[Step]:
        said = response if isinstance(response, Mapping) else {}
        ending = responses_ending(said, self._count > 0)
        usage, tier = told_usage(said.get("usage")), text_of(said.get("service_tier"))
        return [*self._start(said), AnswerEnded(ending, usage=usage, service_tier=tier)]


def _unsaid(opened: _ReadItem, item: Mapping[str, Any]) -> list[Step]:
    """The words of an item that came in one piece."""
    if opened.call is not None:
        given = text_of(item.get("arguments")) or text_of(item.get("input"))
        return [CallContinued(opened.call, given)] if given else []
    if item.get("type") == "reasoning":
        return [AnswerThought(thought)] if (thought := reasoning_text(item)) else []
    text = text_of(item.get("content"))
    return [AnswerText(text)] if text else []


def _failed(body: Mapping[str, Any]) -> AnswerFailed:
    """The error of ``response.failed``, or the event that is one itself."""
    response = body.get("response")
    error = response.get("error") if isinstance(response, Mapping) else None
    told = failure({"error": error or body.get("error") or {name: body.get(name) for name in ("code", "message")}})
    return told or AnswerFailed("upstream_error", "the provider failed")

"""Answers of Messages, unstreamed: read into a ModelAnswer, written from one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from routerd.providers.dialects.chat_answer import text_of, written_name
from routerd.providers.dialects.messages_request import input_of, words_of
from routerd.providers.dialects.model_answer import (
    AnswerEnding,
    AnswerItem,
    AnswerText,
    AnswerThought,
    ModelAnswer,
    UnreadableAnswerError,
    ending_of,
    told_usage,
)
from routerd.providers.dialects.neutral_request import CalledTool
from routerd.providers.dialects.tool_names import unflat
from routerd.providers.dialects.usage_shapes import messages_usage

STOP_REASONS = {
    AnswerEnding.STOP: "end_turn",
    AnswerEnding.STOP_SEQUENCE: "stop_sequence",
    AnswerEnding.TOOLS: "tool_use",
    AnswerEnding.LENGTH: "max_tokens",
    AnswerEnding.FILTERED: "refusal",
}


def read_messages_answer(body: Mapping[str, Any]) -> ModelAnswer:
    """Raises UnreadableAnswerError, also for a block that is not known."""
    content, usage = body.get("content"), body.get("usage")
    if not isinstance(content, list):
        raise UnreadableAnswerError("the answer has no content")
    items = [item for block in content if (item := _item(block)) is not None]
    return ModelAnswer(
        id=text_of(body.get("id")),
        model=text_of(body.get("model")),
        items=tuple(items),
        ending=ending_of(body.get("stop_reason")),
        stop_sequence=text_of(body.get("stop_sequence")),
        usage=told_usage(usage),
        service_tier=text_of(usage.get("service_tier")) if isinstance(usage, Mapping) else "",
    )


def _item(block: object) -> AnswerItem | None:
    said = block if isinstance(block, Mapping) else {}
    kind = said.get("type")
    if kind == "text":
        return AnswerText(text_of(said.get("text")))
    if kind == "thinking":
        return AnswerThought(text_of(said.get("thinking")))
    if kind == "redacted_thinking":
        return None
    if kind != "tool_use" or not text_of(said.get("name")):
        raise UnreadableAnswerError(f"the answer has a block of type “{str(kind)[:40]}”")
    given = said.get("input")
    name, namespace, custom = unflat(text_of(said.get("name")))
    words = words_of(given if isinstance(given, Mapping) else {}, custom)
    return CalledTool(text_of(said.get("id")), name, words, namespace, custom)


def write_messages_answer(answer: ModelAnswer) -> dict[str, Any]:
    """The body of an answer. A thought has an empty signature: nobody can have made one for this dialect."""
    return {
        "id": answer.id,
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": [_written(item) for item in answer.items],
        "stop_reason": STOP_REASONS[answer.ending],
        "stop_sequence": answer.stop_sequence or None,
        "usage": messages_usage(answer.usage) if answer.usage is not None else {"input_tokens": 0, "output_tokens": 0},
    }


def _written(item: AnswerItem) -> dict[str, Any]:
    if isinstance(item, AnswerText):
        return {"type": "text", "text": item.text}
    if isinstance(item, AnswerThought):
        return {"type": "thinking", "thinking": item.text, "signature": ""}
    name = written_name(item.name, item.namespace, item.custom)
    return {"type": "tool_use", "id": item.id, "name": name, "input": input_of(item)}

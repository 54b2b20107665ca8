"""Answers of chat completions, unstreamed: read into a ModelAnswer, written from one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
from routerd.providers.dialects.tool_names import flat
from routerd.providers.dialects.usage_shapes import chat_usage

FINISH = {
    AnswerEnding.STOP: "stop",
    AnswerEnding.STOP_SEQUENCE: "stop",
    AnswerEnding.TOOLS: "tool_calls",
    AnswerEnding.LENGTH: "length",
    AnswerEnding.FILTERED: "content_filter",
}


def read_chat_answer(body: Mapping[str, Any]) -> ModelAnswer:
    """The first choice, as no more is ever asked for. Raises UnreadableAnswerError."""
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, Mapping) else None
    if not isinstance(choice, Mapping) or not isinstance(message, Mapping):
        raise UnreadableAnswerError("the answer has no message")
    items: list[AnswerItem] = []
    if thought := thought_of(message):
        items.append(AnswerThought(thought))
    if text := text_of(message.get("content")) + text_of(message.get("refusal")):
        items.append(AnswerText(text))
    calls = message.get("tool_calls")
    items += [_call(call) for call in calls] if isinstance(calls, list) else []
    ending = ending_of(choice.get("finish_reason"))
    if ending is AnswerEnding.STOP and calls:  # some providers say "stop" where they call
        ending = AnswerEnding.TOOLS
    return ModelAnswer(
        id=text_of(body.get("id")),
        model=text_of(body.get("model")),
        items=tuple(items),
        ending=ending,
        usage=told_usage(body.get("usage")),
        created=created if isinstance(created := body.get("created"), int) else 0,
        service_tier=text_of(body.get("service_tier")),
    )


def text_of(content: object) -> str:
    """A string, or the texts of parts (Mistral's reasoning models); anything else is no text."""
    if isinstance(content, list):
        return "".join(text_of(part.get("text")) for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""


def thought_of(message: Mapping[str, Any]) -> str:
    """DeepSeek's name, then OpenRouter's."""
    return text_of(message.get("reasoning_content")) or text_of(message.get("reasoning"))


def _call(call: object) -> CalledTool:
    said = call if isinstance(call, Mapping) else {}
    custom = said.get("type") == "custom"
    inner = said.get("custom" if custom else "function")
    if not isinstance(inner, Mapping) or not text_of(inner.get("name")):
        raise UnreadableAnswerError("a call of a tool has no name")
    given = inner.get("input" if custom else "arguments")
    return CalledTool(text_of(said.get("id")), text_of(inner.get("name")), text_of(given), custom=custom)


def write_chat_answer(answer: ModelAnswer) -> dict[str, Any]:
    """The body of an answer."""
    text = "".join(item.text for item in answer.items if isinstance(item, AnswerText))
    thought = "".join(item.text for item in answer.items if isinstance(item, AnswerThought))
    calls = [_written(item) for item in answer.items if isinstance(item, CalledTool)]
    message: dict[str, Any] = {"role": "assistant", "content": text or (None if calls else "")}
    message |= {"reasoning_content": thought} if thought else {}
    message |= {"tool_calls": calls} if calls else {}
    body = {
        "id": answer.id,
        "object": "chat.completion",
        "created": answer.created,
        "model": answer.model,
        "choices": [{"index": 0, "message": message, "finish_reason": FINISH[answer.ending]}],
    }
    body |= {"usage": chat_usage(answer.usage)} if answer.usage is not None else {}
    return body | ({"service_tier": answer.service_tier} if answer.service_tier else {})


def _written(call: CalledTool) -> dict[str, Any]:
    if call.custom:
        return {"id": call.id, "type": "custom", "custom": {"name": call.name, "input": call.arguments}}
    name = written_name(call.name, call.namespace)
    return {"id": call.id, "type": "function", "function": {"name": name, "arguments": call.arguments}}


def written_name(name: str, namespace: str = "", custom: bool = False) -> str:
    """The name of a call in an answer: one that a model made up is handed on as it is."""
    return flat(name, namespace, custom) if namespace or custom else name

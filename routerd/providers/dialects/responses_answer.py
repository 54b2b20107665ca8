"""Answers of Responses, unstreamed: read into a ModelAnswer, written from one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from routerd.providers.dialects.chat_answer import text_of
from routerd.providers.dialects.model_answer import (
    AnswerEnding,
    AnswerItem,
    AnswerText,
    AnswerThought,
    ModelAnswer,
    UnreadableAnswerError,
    told_usage,
)
from routerd.providers.dialects.neutral_request import CalledTool
from routerd.providers.dialects.responses_request import written_call
from routerd.providers.dialects.usage_shapes import responses_usage

INCOMPLETE = {AnswerEnding.LENGTH: "max_output_tokens", AnswerEnding.FILTERED: "content_filter"}
"""The reasons of an answer whose status is ``incomplete``."""

_UNSAID = frozenset({"web_search_call"})
"""Items without words of the model: what was found stands in its text."""


def read_responses_answer(body: Mapping[str, Any]) -> ModelAnswer:
    """Raises UnreadableAnswerError, also for an item that is not known."""
    output = body.get("output")
    if not isinstance(output, list):
        raise UnreadableAnswerError("the answer has no output")
    items = [item for one in output for item in _items(one)]
    created = body.get("created_at")
    return ModelAnswer(
        id=text_of(body.get("id")),
        model=text_of(body.get("model")),
        items=tuple(items),
        ending=responses_ending(body, any(isinstance(item, CalledTool) for item in items)),
        usage=told_usage(body.get("usage")),
        created=int(created) if isinstance(created, int | float) else 0,
        service_tier=text_of(body.get("service_tier")),
    )


def responses_ending(body: Mapping[str, Any], calls: bool) -> AnswerEnding:
    """By its status and the reason why it is incomplete. Raises UnreadableAnswerError."""
    status, details = body.get("status"), body.get("incomplete_details")
    if status == "completed":
        return AnswerEnding.TOOLS if calls else AnswerEnding.STOP
    reason = details.get("reason") if isinstance(details, Mapping) else None
    for ending, word in INCOMPLETE.items():
        if status == "incomplete" and reason == word:
            return ending
    raise UnreadableAnswerError(f"it ended with “{str(reason or status)[:40]}”")


def _items(item: object) -> list[AnswerItem]:
    said = item if isinstance(item, Mapping) else {}
    kind = said.get("type")
    if kind == "message":
        content = said.get("content")
        parts = [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []
        return [AnswerText(text_of(part.get("text")) + text_of(part.get("refusal"))) for part in parts]
    if kind == "reasoning":
        return [AnswerThought(thought)] if (thought := reasoning_text(said)) else []
    if kind in _UNSAID:
        return []
    if kind not in ("function_call", "custom_tool_call") or not text_of(said.get("name")):
        raise UnreadableAnswerError(f"the answer has an item of type “{str(kind)[:40]}”")
    custom = kind == "custom_tool_call"
    given = text_of(said.get("input" if custom else "arguments"))
    identity, name = text_of(said.get("call_id")), text_of(said.get("name"))
    return [CalledTool(identity, name, given, text_of(said.get("namespace")), custom)]


def reasoning_text(item: Mapping[str, Any]) -> str:
    """The summary where there is one, else the reasoning itself."""
    summary = item.get("summary")
    texts = [text_of(part.get("text")) for part in summary or () if isinstance(part, Mapping)]
    return "\n\n".join(texts) or text_of(item.get("content"))


def write_responses_answer(answer: ModelAnswer) -> dict[str, Any]:
    """The body of an answer. Reasoning has no ``encrypted_content``: only OpenAI can make that."""
    output = [written_item(item, answer.id, place) for place, item in enumerate(answer.items)]
    usage = responses_usage(answer.usage) if answer.usage is not None else None
    return response_object(answer.id, answer.model, answer.created) | ended(output, answer.ending, usage)


def response_object(identity: str, model: str, created: int) -> dict[str, Any]:
    """The response as it begins: the keys that the SDKs demand."""
    return {
        "id": identity,
        "object": "response",
        "created_at": created,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": model,
        "output": [],
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": None,
    }


def ended(output: list[dict[str, Any]], ending: AnswerEnding, usage: dict[str, Any] | None) -> dict[str, Any]:
    """The keys that differ at the end."""
    reason = INCOMPLETE.get(ending)
    return {
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "output": output,
        "usage": usage,
    }


def written_item(item: AnswerItem, identity: str, place: int, status: str = "completed") -> dict[str, Any]:
    """An item of the output; its id follows from the answer's and its place."""
    if isinstance(item, AnswerText):
        part = {"type": "output_text", "text": item.text, "annotations": []}
        head = {"id": f"msg_{identity}_{place}", "type": "message", "status": status, "role": "assistant"}
        return head | {"content": [part]}
    if isinstance(item, AnswerThought):
        summary = [{"type": "summary_text", "text": item.text}]
        return {"id": f"rs_{identity}_{place}", "type": "reasoning", "summary": summary}
    return {"id": f"fc_{identity}_{place}", "status": status} | written_call(item)

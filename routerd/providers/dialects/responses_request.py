"""Requests of Responses: read into a conversation, written from one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from routerd.providers.dialects.chat_request import known_effort, schema_keys, schema_of
from routerd.providers.dialects.neutral_request import (
    AnswerSchema,
    CalledTool,
    Conversation,
    ImagePart,
    Item,
    Part,
    Speaker,
    Spoken,
    TextPart,
    ToolResult,
)
from routerd.providers.dialects.reading import (
    DroppedHints,
    NotTranslatableError,
    boolean,
    keyed,
    mapping,
    number,
    sequence,
    string,
    whole_number,
)
from routerd.providers.dialects.responses_fields import RESPONSES_DROPPED_ITEMS, RESPONSES_OBJECTS
from routerd.providers.dialects.responses_tools import read_choice, read_tools, write_choice, write_tools
from routerd.providers.dialects.tool_names import unflat

_LOGPROBS = "message.output_text.logprobs"


def read_responses(body: Mapping[str, Any], hints: DroppedHints) -> Conversation:
    """The conversation of the fields that the table lets through. Raises NotTranslatableError."""
    items: list[Item] = []
    if instructions := string(body.get("instructions", ""), "instructions"):
        items.append(Spoken(Speaker.SYSTEM, (TextPart(instructions),)))
    given = body.get("input")
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    for item in sequence(given, "input"):
        items += _items(mapping(item, "input"), hints)
    text = keyed(body.get("text", {}), RESPONSES_OBJECTS["text"], "text", hints)
    reasoning = keyed(body.get("reasoning", {}), RESPONSES_OBJECTS["reasoning"], "reasoning", hints)
    limit = body.get("max_output_tokens")
    return Conversation(
        model=string(body.get("model"), "model"),
        items=tuple(items),
        tools=read_tools(body.get("tools", []), hints),
        choice=read_choice(body.get("tool_choice"), hints),
        parallel=None
        if "parallel_tool_calls" not in body
        else boolean(body["parallel_tool_calls"], "parallel_tool_calls"),
        max_tokens=None if limit is None else whole_number(limit, "max_output_tokens"),
        temperature=None if "temperature" not in body else number(body["temperature"], "temperature"),
        top_p=None if "top_p" not in body else number(body["top_p"], "top_p"),
        answer_schema=_answer_schema(text.get("format"), hints),
        effort=known_effort(reasoning.get("effort", ""), "reasoning", hints),
        verbosity=string(text.get("verbosity", ""), "text.verbosity"),
        stream=boolean(body.get("stream", False), "stream"),
        store=boolean(body.get("store", False), "store"),
        user=string(body.get("user", ""), "user"),
        service_tier=string(body.get("service_tier", ""), "service_tier"),
    )


def refuse_included(included: object) -> None:
    """``include`` is a hint but for the log probabilities, which change the answer. Raises NotTranslatableError."""
    if included is not None and _LOGPROBS in sequence(included, "include"):
        raise NotTranslatableError(f"include[{_LOGPROBS}]", "log probabilities are not translated")


def _items(item: Mapping[str, Any], hints: DroppedHints) -> list[Item]:
    kind = item.get("type", "message")
    if kind in RESPONSES_DROPPED_ITEMS:
        hints.add(f"input[{kind}]")
        return []
    path = f"input[{kind}]"
    if path not in RESPONSES_OBJECTS:
        raise NotTranslatableError(path, "items of this type are not translated")
    kept = keyed(item, RESPONSES_OBJECTS[path], path, hints)
    if kind == "message":
        role = string(kept.get("role"), f"{path}.role")
        if role not in set(Speaker):
            raise NotTranslatableError(f"{path}.role", f"“{role[:40]}” is not known")
        parts = _parts(kept.get("content", ""), f"{path}.content", hints)
        return [Spoken(Speaker(role), parts)] if parts else []
    identity = string(kept.get("call_id"), f"{path}.call_id")
    custom = kind.startswith("custom_")
    if kind.endswith("_output"):
        return [ToolResult(identity, _parts(kept.get("output", ""), f"{path}.output", hints), custom=custom)]
    given = string(kept.get("input" if custom else "arguments", ""), path)
    name, namespace = string(kept.get("name"), f"{path}.name"), string(kept.get("namespace", ""), f"{path}.namespace")
    return [CalledTool(identity, name, given, namespace, custom)]


def _parts(content: object, path: str, hints: DroppedHints) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (TextPart(content),) if content else ()
    found: list[Part] = []
    for part in sequence(content, path):
        kind = mapping(part, path).get("type")
        name = f"content[{kind}]"
        if name not in RESPONSES_OBJECTS:
            raise NotTranslatableError(f"input.{name}", "parts of this type are not translated")
        kept = keyed(part, RESPONSES_OBJECTS[name], f"input.{name}", hints)
        if kind == "input_image":
            detail = "" if kept.get("detail") == "auto" else string(kept.get("detail", ""), f"input.{name}.detail")
            found.append(ImagePart(string(kept.get("image_url"), f"input.{name}.image_url"), detail))
        elif text := string(kept.get("refusal" if kind == "refusal" else "text"), f"input.{name}"):
            found.append(TextPart(text))
    return tuple(found)


def _answer_schema(wanted: object, hints: DroppedHints) -> AnswerSchema | None:
    if wanted is None:
        return None
    kind = mapping(wanted, "text.format").get("type")
    path = f"text.format[{kind}]"
    if path not in RESPONSES_OBJECTS:
        raise NotTranslatableError(path, "this format is not translated")
    kept = keyed(wanted, RESPONSES_OBJECTS[path], path, hints)
    if kind == "text":
        return None
    return AnswerSchema(None) if kind == "json_object" else schema_of(kept, path)


def write_responses(said: Conversation, hints: DroppedHints) -> dict[str, Any]:
    """The body of a request. Raises NotTranslatableError.

    ``store`` is always said, as OpenAI would store by default; ``strict`` too, which it would set by default.
    """
    body: dict[str, Any] = {"model": said.model, "input": [_item(item, hints) for item in said.items]}
    if said.tools:
        body["tools"] = write_tools(said.tools)
    if said.choice is not None:
        body["tool_choice"] = write_choice(said.choice)
    limits = {"max_output_tokens": said.max_tokens, "temperature": said.temperature, "top_p": said.top_p}
    if said.tools:
        limits["parallel_tool_calls"] = said.parallel
    body |= {name: value for name, value in limits.items() if value is not None}
    text: dict[str, Any] = {"verbosity": said.verbosity} if said.verbosity else {}
    if said.answer_schema is not None:
        schema = said.answer_schema
        keys = {"type": "json_object"} if schema.schema is None else {"type": "json_schema"} | schema_keys(schema)
        text["format"] = keys
    words = {
        "text": text,
        "reasoning": {"effort": said.effort} if said.effort else {},
        "user": said.user,
        "prompt_cache_key": said.cache_key,
        "service_tier": said.service_tier,
        "metadata": dict(said.labels),
    }
    body |= {name: value for name, value in words.items() if value}
    body["store"] = said.store
    if said.stream:
        body["stream"] = True
    return body


def _item(item: Item, hints: DroppedHints) -> dict[str, Any]:
    if isinstance(item, Spoken):
        kind = "output_text" if item.speaker is Speaker.ASSISTANT else "input_text"
        return {"type": "message", "role": item.speaker.value, "content": _written(item.parts, kind)}
    if isinstance(item, ToolResult):
        if item.failed:
            hints.add("is_error")
        return {
            "type": "custom_tool_call_output" if item.custom else "function_call_output",
            "call_id": item.id,
            "output": _output(item.parts),
        }
    return written_call(item)


def written_call(call: CalledTool) -> dict[str, Any]:
    """A call as an item: names that were made for a namespace or a custom tool become what they stand for."""
    name, namespace, custom = (call.name, call.namespace, call.custom)
    if not namespace and not custom:
        name, namespace, custom = unflat(name)
    if custom:
        return {"type": "custom_tool_call", "call_id": call.id, "name": name, "input": call.arguments}
    within = {"namespace": namespace} if namespace else {}
    return {"type": "function_call", "call_id": call.id, "name": name, "arguments": call.arguments} | within


def _output(parts: Sequence[Part]) -> str | list[dict[str, Any]]:
    if len(parts) == 1 and isinstance(parts[0], TextPart):
        return parts[0].text
    return _written(parts, "input_text") if parts else ""


def _written(parts: Sequence[Part], kind: str) -> list[dict[str, Any]]:
    written: list[dict[str, Any]] = []
    for part in parts:
        if isinstance(part, TextPart):
            written.append({"type": kind, "text": part.text})
        else:
            written.append({"type": "input_image", "image_url": part.url, "detail": part.detail or "auto"})
    return written

"""Requests of chat completions: read into a conversation, written from one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from routerd.providers.dialects.chat_fields import CHAT_OBJECTS
from routerd.providers.dialects.chat_tools import read_choice, read_tools, write_choice, write_tools
from routerd.providers.dialects.efforts import EFFORTS
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
from routerd.providers.dialects.tool_names import flat, unflat

PARAGRAPH = "\n\n"
"""Between texts that a dialect gives in blocks and another in one string."""


def read_chat(body: Mapping[str, Any], hints: DroppedHints) -> Conversation:
    """The conversation of the fields that the table lets through. Raises NotTranslatableError."""
    items: list[Item] = []
    for message in sequence(body.get("messages"), "messages"):
        items += _items(mapping(message, "messages"), hints)
    stop = body.get("stop", ())
    limit = body.get("max_completion_tokens", body.get("max_tokens"))
    if "stream_options" in body:
        keyed(body["stream_options"], CHAT_OBJECTS["stream_options"], "stream_options", hints)
    return Conversation(
        model=string(body.get("model"), "model"),
        items=tuple(items),
        tools=read_tools(body.get("tools", []), hints),
        choice=read_choice(body.get("tool_choice"), hints),
        parallel=_optional(boolean, body, "parallel_tool_calls"),
        max_tokens=None if limit is None else whole_number(limit, "max_tokens"),
        temperature=_optional(number, body, "temperature"),
        top_p=_optional(number, body, "top_p"),
        stop=(stop,) if isinstance(stop, str) else tuple(string(one, "stop") for one in stop),
        answer_schema=_answer_schema(body.get("response_format"), hints),
        effort=_effort(body, hints),
        verbosity=string(body.get("verbosity", ""), "verbosity"),
        stream=boolean(body.get("stream", False), "stream"),
        store=boolean(body.get("store", False), "store"),
        user=string(body.get("user", ""), "user"),
        cache_key=string(body.get("prompt_cache_key", ""), "prompt_cache_key"),
        service_tier=string(body.get("service_tier", ""), "service_tier"),
        labels=mapping(body.get("metadata", {}), "metadata"),
    )


def _optional(read: Any, body: Mapping[str, Any], name: str) -> Any:
    return read(body[name], name) if name in body else None


def _items(message: Mapping[str, Any], hints: DroppedHints) -> list[Item]:
    role = string(message.get("role"), "messages.role")
    path = f"messages[{role}]"
    if path not in CHAT_OBJECTS:
        raise NotTranslatableError(path, "this role is not known")
    kept = keyed(message, CHAT_OBJECTS[path], path, hints)
    parts = _parts(kept.get("content", ""), hints)
    if role == "tool":
        return [ToolResult(string(kept.get("tool_call_id"), f"{path}.tool_call_id"), parts)]
    if kept.get("refusal"):
        parts += (TextPart(string(kept["refusal"], f"{path}.refusal")),)
    calls = sequence(kept.get("tool_calls", []), "messages.tool_calls")
    spoken: list[Item] = [Spoken(Speaker(role), parts)] if parts else []
    return [*spoken, *(_call(call, hints) for call in calls)]


def _parts(content: object, hints: DroppedHints) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (TextPart(content),) if content else ()
    found: list[Part] = []
    for part in sequence(content, "messages.content"):
        kind = mapping(part, "messages.content").get("type")
        path = f"content[{kind}]"
        if path not in CHAT_OBJECTS:
            raise NotTranslatableError(f"messages.{path}", "parts of this type are not translated")
        kept = keyed(part, CHAT_OBJECTS[path], f"messages.{path}", hints)
        if kind == "image_url":
            image = keyed(kept.get("image_url"), CHAT_OBJECTS["image_url"], "image_url", hints)
            found.append(ImagePart(string(image.get("url"), "image_url.url"), _detail(image)))
        elif text := string(kept.get(str(kind)), f"messages.{path}"):
            found.append(TextPart(text))
    return tuple(found)


def _detail(image: Mapping[str, Any]) -> str:
    detail = string(image.get("detail", ""), "image_url.detail")
    return "" if detail == "auto" else detail


def _call(call: object, hints: DroppedHints) -> CalledTool:
    kind = mapping(call, "messages.tool_calls").get("type", "function")
    path = f"tool_calls[{kind}]"
    if path not in CHAT_OBJECTS:
        raise NotTranslatableError(f"messages.{path}", "calls of this type are not translated")
    kept = keyed(call, CHAT_OBJECTS[path], f"messages.{path}", hints)
    inner = f"tool_calls.{kind}"
    said = keyed(kept.get(kind), CHAT_OBJECTS[inner], f"messages.{inner}", hints)
    given = string(said.get("arguments" if kind == "function" else "input", ""), f"messages.{inner}")
    identity = string(kept.get("id"), "messages.tool_calls.id")
    name = string(said.get("name"), f"messages.{inner}.name")
    plain, namespace, _ = unflat(name)
    if namespace:
        return CalledTool(identity, plain, given, namespace)
    return CalledTool(identity, name, given, custom=kind == "custom")


def _answer_schema(wanted: object, hints: DroppedHints) -> AnswerSchema | None:
    if wanted is None:
        return None
    kind = mapping(wanted, "response_format").get("type")
    path = f"response_format[{kind}]"
    if path not in CHAT_OBJECTS:
        raise NotTranslatableError(path, "this format is not translated")
    kept = keyed(wanted, CHAT_OBJECTS[path], path, hints)
    if kind == "json_object":
        return AnswerSchema(None)
    inner = "response_format.json_schema"
    return schema_of(keyed(kept.get("json_schema"), CHAT_OBJECTS[inner], inner, hints), inner)


def schema_of(said: Mapping[str, Any], path: str) -> AnswerSchema:
    """OpenAI's four keys of a schema. Raises NotTranslatableError."""
    return AnswerSchema(
        mapping(said.get("schema"), f"{path}.schema"),
        string(said.get("name", "answer"), f"{path}.name"),
        string(said.get("description", ""), f"{path}.description"),
        _optional(boolean, said, "strict"),
    )


def _effort(body: Mapping[str, Any], hints: DroppedHints) -> str:
    nested = keyed(body.get("reasoning", {}), CHAT_OBJECTS["reasoning"], "reasoning", hints)
    return known_effort(body.get("reasoning_effort", nested.get("effort", "")), "reasoning_effort", hints)


def known_effort(effort: object, name: str, hints: DroppedHints) -> str:
    """One of OpenAI's efforts; one that is not known is a hint that is dropped."""
    if effort and effort not in EFFORTS:
        hints.add(name)
        return ""
    return str(effort)


def write_chat(said: Conversation, hints: DroppedHints) -> dict[str, Any]:
    """The body of a request. Usage is asked for in streams. Raises NotTranslatableError."""
    body: dict[str, Any] = {"model": said.model, "messages": _messages(said.items, hints)}
    if said.tools:
        body["tools"] = write_tools(said.tools)
    if said.choice is not None:
        body["tool_choice"] = write_choice(said.choice)
    if said.parallel is not None and said.tools:
        body["parallel_tool_calls"] = said.parallel
    limits = {"max_tokens": said.max_tokens, "temperature": said.temperature, "top_p": said.top_p}
    body |= {name: value for name, value in limits.items() if value is not None}
    if said.stop:
        body["stop"] = list(said.stop)
    if said.answer_schema is not None:
        body["response_format"] = _format(said.answer_schema)
    words = {
        "reasoning_effort": said.effort,
        "verbosity": said.verbosity,
        "user": said.user,
        "service_tier": said.service_tier,
    }
    body |= {name: value for name, value in words.items() if value}
    if said.store:
        body["store"] = True
    if said.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body


def _format(schema: AnswerSchema) -> dict[str, Any]:
    if schema.schema is None:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": schema_keys(schema)}


def schema_keys(schema: AnswerSchema) -> dict[str, Any]:
    """OpenAI's keys of a schema."""
    said: dict[str, Any] = {"name": schema.name, "description": schema.description or None}
    said |= {"schema": schema.schema, "strict": schema.strict}
    return {name: value for name, value in said.items() if value is not None}


def _messages(items: tuple[Item, ...], hints: DroppedHints) -> list[dict[str, Any]]:
    """One message for all that the assistant says and calls in a row, as the results must follow the calls at once.

    A tool's message holds text only: its images follow in a message of the user, after all results of the turn.
    """
    written: list[dict[str, Any]] = []
    shown: list[Part] = []
    for item in items:
        if shown and not isinstance(item, ToolResult):
            written.append({"role": "user", "content": content(shown)})
            shown = []
        last = written[-1] if written and written[-1]["role"] == "assistant" else None
        if isinstance(item, ToolResult):
            if item.failed:
                hints.add("is_error")
            shown += [part for part in item.parts if isinstance(part, ImagePart)]
            told = PARAGRAPH.join(part.text for part in item.parts if isinstance(part, TextPart))
            written.append({"role": "tool", "tool_call_id": item.id, "content": told})
        elif isinstance(item, CalledTool):
            if last is None:
                last = {"role": "assistant", "content": None}
                written.append(last)
            last.setdefault("tool_calls", []).append(_written_call(item))
        elif last is not None and item.speaker is Speaker.ASSISTANT:
            before = [TextPart(last["content"])] if last["content"] else []
            last["content"] = content([*before, *item.parts])
        else:
            written.append({"role": item.speaker.value, "content": content(item.parts)})
    return [*written, {"role": "user", "content": content(shown)}] if shown else written


def content(parts: list[Part] | tuple[Part, ...]) -> str | list[dict[str, Any]]:
    """One string where there is no image, as some providers know nothing else."""
    if all(isinstance(part, TextPart) for part in parts):
        return PARAGRAPH.join(part.text for part in parts if isinstance(part, TextPart))
    return [_part(part) for part in parts]


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    image = {"url": part.url} | ({"detail": part.detail} if part.detail else {})
    return {"type": "image_url", "image_url": image}


def _written_call(call: CalledTool) -> dict[str, Any]:
    if call.custom:
        return {"id": call.id, "type": "custom", "custom": {"name": call.name, "input": call.arguments}}
    function = {"name": flat(call.name, call.namespace), "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}

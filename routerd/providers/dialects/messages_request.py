"""Requests of Messages: read into a conversation, written from one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from routerd.providers.dialects.efforts import FROM_MESSAGES, MESSAGES_EFFORTS, effort_of_budget
from routerd.providers.dialects.messages_fields import MESSAGES_DROPPED_BLOCKS, MESSAGES_OBJECTS
from routerd.providers.dialects.messages_tools import read_choice, read_tools, write_choice, write_tools
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

INVALID = "invalid_arguments"
"""The key under which arguments are carried that a model wrote wrongly, where an object is demanded."""


def read_messages(body: Mapping[str, Any], hints: DroppedHints) -> Conversation:
    """The conversation of the fields that the table lets through. Raises NotTranslatableError."""
    items: list[Item] = []
    if system := _parts(body.get("system", ""), "system", hints):
        items.append(Spoken(Speaker.SYSTEM, system))
    for message in sequence(body.get("messages"), "messages"):
        items += _items(mapping(message, "messages"), hints)
    choice, parallel = read_choice(body.get("tool_choice"), hints)
    config = keyed(body.get("output_config", {}), MESSAGES_OBJECTS["output_config"], "output_config", hints)
    stop = sequence(body.get("stop_sequences", []), "stop_sequences")
    return Conversation(
        model=string(body.get("model"), "model"),
        items=tuple(items),
        tools=read_tools(body.get("tools", []), hints),
        choice=choice,
        parallel=parallel,
        max_tokens=whole_number(body.get("max_tokens"), "max_tokens"),
        temperature=None if "temperature" not in body else number(body["temperature"], "temperature"),
        top_p=None if "top_p" not in body else number(body["top_p"], "top_p"),
        stop=tuple(string(one, "stop_sequences") for one in stop),
        answer_schema=_answer_schema(config.get("format", body.get("output_format")), hints),
        effort=_effort(body.get("thinking"), config.get("effort"), hints),
        stream=boolean(body.get("stream", False), "stream"),
    )


def _items(message: Mapping[str, Any], hints: DroppedHints) -> list[Item]:
    role = string(message.get("role"), "messages.role")
    path = f"messages[{role}]"
    if path not in MESSAGES_OBJECTS:
        raise NotTranslatableError(path, "this role is not known")
    content = keyed(message, MESSAGES_OBJECTS[path], path, hints).get("content", "")
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else sequence(content, "messages.content")
    items: list[Item] = []
    parts: list[Part] = []
    for block in blocks:
        kind = mapping(block, "messages.content").get("type")
        if kind in MESSAGES_DROPPED_BLOCKS:
            hints.add(str(kind))
            continue
        if kind not in ("tool_use", "tool_result"):
            parts += _parts([block], "messages.content", hints)
            continue
        if parts:
            items.append(Spoken(Speaker(role), tuple(parts)))
            parts = []
        items.append(_call(block, hints) if kind == "tool_use" else _result(block, hints))
    return [*items, Spoken(Speaker(role), tuple(parts))] if parts else items


def _call(block: object, hints: DroppedHints) -> CalledTool:
    path = "messages.content[tool_use]"
    kept = keyed(block, MESSAGES_OBJECTS["content[tool_use]"], path, hints)
    name, namespace, custom = unflat(string(kept.get("name"), f"{path}.name"))
    given = mapping(kept.get("input", {}), f"{path}.input")
    return CalledTool(string(kept.get("id"), f"{path}.id"), name, words_of(given, custom), namespace, custom)


def words_of(given: Mapping[str, Any], custom: bool) -> str:
    """The input of a call as text: of a custom tool its one argument, else JSON."""
    if set(given) == {INVALID} and isinstance(given[INVALID], str):
        return str(given[INVALID])
    if custom and set(given) == {"input"} and isinstance(given["input"], str):
        return str(given["input"])
    return json.dumps(given, ensure_ascii=False, separators=(",", ":"))


def input_of(call: CalledTool) -> dict[str, Any]:
    """The text of a call as an object; what is none is carried as one text, so that nothing is lost."""
    if call.custom:
        return {"input": call.arguments}
    try:
        given = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        given = None
    return given if isinstance(given, dict) else {INVALID: call.arguments}


def _result(block: object, hints: DroppedHints) -> ToolResult:
    path = "messages.content[tool_result]"
    kept = keyed(block, MESSAGES_OBJECTS["content[tool_result]"], path, hints)
    identity = string(kept.get("tool_use_id"), f"{path}.tool_use_id")
    failed = boolean(kept.get("is_error", False), f"{path}.is_error")
    return ToolResult(identity, _parts(kept.get("content", ""), f"{path}.content", hints), failed)


def _parts(content: object, path: str, hints: DroppedHints) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (TextPart(content),) if content else ()
    found: list[Part] = []
    for block in sequence(content, path):
        kind = mapping(block, path).get("type")
        name = f"content[{kind}]"
        if kind not in ("text", "image"):
            raise NotTranslatableError(f"{path}[{kind}]", "blocks of this type are not translated")
        kept = keyed(block, MESSAGES_OBJECTS[name], f"{path}[{kind}]", hints)
        if kind == "image":
            found.append(ImagePart(_address(kept.get("source"), hints)))
        elif text := string(kept.get("text"), f"{path}[text]"):
            found.append(TextPart(text))
    return tuple(found)


def _address(source: object, hints: DroppedHints) -> str:
    kind = mapping(source, "image.source").get("type")
    path = f"content.source[{kind}]"
    if path not in MESSAGES_OBJECTS:
        raise NotTranslatableError(f"image.source[{kind}]", "images of this source are not translated")
    kept = keyed(source, MESSAGES_OBJECTS[path], "image.source", hints)
    if kind == "url":
        return string(kept.get("url"), "image.source.url")
    media = string(kept.get("media_type"), "image.source.media_type")
    return f"data:{media};base64,{string(kept.get('data'), 'image.source.data')}"


def _answer_schema(wanted: object, hints: DroppedHints) -> AnswerSchema | None:
    if wanted is None:
        return None
    path = f"format[{mapping(wanted, 'output_config.format').get('type')}]"
    if path not in MESSAGES_OBJECTS:
        raise NotTranslatableError(f"output_config.{path}", "this format is not translated")
    kept = keyed(wanted, MESSAGES_OBJECTS[path], f"output_config.{path}", hints)
    return AnswerSchema(mapping(kept.get("schema"), "output_config.format.schema"), strict=True)


def _effort(thinking: object, effort: object, hints: DroppedHints) -> str:
    """Of the effort first, else of the thinking budget; a kind of thinking that says neither is a hint."""
    said = {} if thinking is None else keyed(thinking, MESSAGES_OBJECTS["thinking"], "thinking", hints)
    if isinstance(effort, str) and effort in FROM_MESSAGES:
        return FROM_MESSAGES[effort]
    if effort is not None:
        hints.add("output_config.effort")
    budget = said.get("budget_tokens")
    if said.get("type") == "enabled" and isinstance(budget, int):
        return effort_of_budget(budget)
    if said:
        hints.add("thinking")
    return ""


def write_messages(said: Conversation, hints: DroppedHints, max_output: int) -> dict[str, Any]:
    """The body of a request. ``max_output``: the limit where the client named none. Raises NotTranslatableError."""
    opening = next((place for place, item in enumerate(said.items) if not _instructs(item)), len(said.items))
    system = [part for item in said.items[:opening] if isinstance(item, Spoken) for part in item.parts]
    limit = max_output if said.max_tokens is None else said.max_tokens
    body: dict[str, Any] = {"model": said.model, "max_tokens": limit}
    if system:
        body["system"] = _written(system, hints)
    body["messages"] = _turns(said.items[opening:], hints)
    if said.tools:
        body["tools"] = write_tools(said.tools)
        if (choice := write_choice(said.choice, said.parallel)) is not None:
            body["tool_choice"] = choice
    if said.temperature is not None and said.temperature > 1:
        hints.add("temperature above 1")
    rest = {
        "temperature": None if said.temperature is None else min(said.temperature, 1),
        "top_p": said.top_p,
        "stop_sequences": list(said.stop) or None,
        "output_config": _config(said) or None,
        "thinking": {"type": "disabled"} if said.effort == "none" else None,
        "metadata": {"user_id": said.user} if said.user else None,
        "stream": said.stream or None,
    }
    if said.verbosity:
        hints.add("verbosity")
    return body | {name: value for name, value in rest.items() if value is not None}


def _config(said: Conversation) -> dict[str, Any]:
    config: dict[str, Any] = {"effort": MESSAGES_EFFORTS[said.effort]} if said.effort in MESSAGES_EFFORTS else {}
    if said.answer_schema is None:
        return config
    if said.answer_schema.schema is None:
        raise NotTranslatableError("response_format[json_object]", "Messages wants a schema: use json_schema")
    return config | {"format": {"type": "json_schema", "schema": dict(said.answer_schema.schema)}}


def _instructs(item: Item) -> bool:
    return isinstance(item, Spoken) and item.speaker.instructs


def _turns(items: Sequence[Item], hints: DroppedHints) -> list[dict[str, Any]]:
    """One message for all that one side says in a row, as the API demands; results come first in theirs."""
    turns: list[dict[str, Any]] = []
    for item in items:
        ours = isinstance(item, CalledTool) or (isinstance(item, Spoken) and item.speaker is Speaker.ASSISTANT)
        role = "assistant" if ours else "user"
        if not turns or turns[-1]["role"] != role:
            turns.append({"role": role, "content": []})
        turns[-1]["content"] += _blocks(item, hints)
    for turn in turns:
        turn["content"].sort(key=lambda block: block["type"] != "tool_result")
    return turns


def _blocks(item: Item, hints: DroppedHints) -> list[dict[str, Any]]:
    if isinstance(item, CalledTool):
        name = flat(item.name, item.namespace, item.custom)
        return [{"type": "tool_use", "id": item.id, "name": name, "input": input_of(item)}]
    if isinstance(item, ToolResult):
        block: dict[str, Any] = {"type": "tool_result", "tool_use_id": item.id}
        if item.parts:
            block["content"] = _written(item.parts, hints)
        return [block | ({"is_error": True} if item.failed else {})]
    if item.speaker.instructs:  # after the first turn: the API has no place for it but the user's
        blocks = _written(item.parts, hints)
        return [{"type": "text", "text": "<system-reminder>"}, *blocks, {"type": "text", "text": "</system-reminder>"}]
    return _written(item.parts, hints)


def _written(parts: Sequence[Part], hints: DroppedHints) -> list[dict[str, Any]]:
    return [
        {"type": "text", "text": part.text} if isinstance(part, TextPart) else _image(part, hints) for part in parts
    ]


def _image(part: ImagePart, hints: DroppedHints) -> dict[str, Any]:
    if part.detail:
        hints.add("detail")
    head, found, data = part.url.partition(";base64,")
    if found and head.startswith("data:"):
        media = head.removeprefix("data:")
        return {"type": "image", "source": {"type": "base64", "media_type": media, "data": data}}
    return {"type": "image", "source": {"type": "url", "url": part.url}}

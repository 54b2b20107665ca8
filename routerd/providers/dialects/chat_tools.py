"""Tools of chat completions: their definitions and which of them must be called."""

from __future__ import annotations

from typing import Any

from routerd.providers.dialects.chat_fields import CHAT_OBJECTS
from routerd.providers.dialects.neutral_request import CustomTool, FunctionTool, Tool, ToolChoice
from routerd.providers.dialects.reading import (
    DroppedHints,
    NotTranslatableError,
    boolean,
    keyed,
    mapping,
    sequence,
    string,
)
from routerd.providers.dialects.tool_names import flat

NO_PARAMETERS = {"type": "object", "properties": {}}
"""The schema of a tool without parameters, where a dialect wants one."""


def read_tools(tools: object, hints: DroppedHints) -> tuple[Tool, ...]:
    """Raises NotTranslatableError."""
    return tuple(_tool(tool, hints) for tool in sequence(tools, "tools"))


def _tool(tool: object, hints: DroppedHints) -> Tool:
    kind = str(mapping(tool, "tools").get("type"))
    path = f"tools[{kind}]"
    if path not in CHAT_OBJECTS:
        raise NotTranslatableError(path, "tools of this type are not translated")
    inner = f"tools.{kind}"
    kept = keyed(tool, CHAT_OBJECTS[path], path, hints)
    said = keyed(kept.get(kind), CHAT_OBJECTS[inner], inner, hints)
    name, about = string(said.get("name"), f"{inner}.name"), string(said.get("description", ""), f"{inner}.description")
    if kind == "custom":
        return CustomTool(name, about, _grammar(said.get("format"), hints))
    schema = mapping(said.get("parameters", NO_PARAMETERS), f"{inner}.parameters")
    return FunctionTool(name, about, schema, boolean(said.get("strict", False), f"{inner}.strict"))


def _grammar(said: object, hints: DroppedHints) -> dict[str, Any] | None:
    if said is None:
        return None
    path = f"tools.custom.format[{mapping(said, 'tools.custom.format').get('type')}]"
    if path not in CHAT_OBJECTS:
        raise NotTranslatableError(path, "this format is not translated")
    kept = keyed(said, CHAT_OBJECTS[path], path, hints)
    if "grammar" not in kept:
        return None
    inner = "tools.custom.format.grammar"
    return keyed(kept["grammar"], CHAT_OBJECTS[inner], inner, hints)


def read_choice(choice: object, hints: DroppedHints) -> ToolChoice | None:
    """Raises NotTranslatableError."""
    if choice is None:
        return None
    if isinstance(choice, str):
        if choice not in ("auto", "none", "required"):
            raise NotTranslatableError("tool_choice", f"“{choice[:40]}” is not known")
        return ToolChoice(choice)
    kind = str(mapping(choice, "tool_choice").get("type"))
    path, inner = f"tool_choice[{kind}]", "tool_choice.function"
    if path not in CHAT_OBJECTS:
        raise NotTranslatableError(path, "this choice is not translated")
    kept = keyed(choice, CHAT_OBJECTS[path], path, hints)
    said = keyed(kept.get(kind), CHAT_OBJECTS[inner], f"tool_choice.{kind}", hints)
    name = string(said.get("name"), f"tool_choice.{kind}.name")
    return ToolChoice("named", name, custom=kind == "custom")


def write_tools(tools: tuple[Tool, ...]) -> list[dict[str, Any]]:
    """Tools of a namespace become functions with prefixed names. Raises NotTranslatableError."""
    return [_written(tool) for tool in tools]


def _written(tool: Tool) -> dict[str, Any]:
    about = {"description": tool.description} if tool.description else {}
    if isinstance(tool, CustomTool):
        wanted = {"format": {"type": "grammar", "grammar": dict(tool.grammar)}} if tool.grammar else {}
        return {"type": "custom", "custom": {"name": tool.name} | about | wanted}
    strict = {"strict": True} if tool.strict else {}
    function = {"name": flat(tool.name, tool.namespace)} | about | {"parameters": dict(tool.parameters)} | strict
    return {"type": "function", "function": function}


def write_choice(choice: ToolChoice) -> str | dict[str, Any]:
    """Raises NotTranslatableError."""
    if choice.mode != "named":
        return choice.mode
    if choice.custom:
        return {"type": "custom", "custom": {"name": choice.name}}
    return {"type": "function", "function": {"name": flat(choice.name, choice.namespace)}}

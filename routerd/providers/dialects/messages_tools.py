"""Tools of Messages: their definitions and which of them must be called."""

from __future__ import annotations

from typing import Any

from routerd.providers.dialects.messages_fields import MESSAGES_OBJECTS
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

_FREE_TEXT = {
    "type": "object",
    "properties": {"input": {"type": "string"}},
    "required": ["input"],
    "additionalProperties": False,
}
"""The schema of a custom tool, whose free text becomes one argument."""

_MODES = {"auto": "auto", "none": "none", "any": "required", "tool": "named"}
_WRITTEN = {"auto": "auto", "none": "none", "required": "any", "named": "tool"}


def read_tools(tools: object, hints: DroppedHints) -> tuple[Tool, ...]:
    """A tool that runs at Anthropic is refused by its type. Raises NotTranslatableError."""
    return tuple(_tool(tool, hints) for tool in sequence(tools, "tools"))


def _tool(tool: object, hints: DroppedHints) -> FunctionTool:
    kind = mapping(tool, "tools").get("type") or "custom"
    if kind != "custom":
        raise NotTranslatableError(f"tools[{kind}]", "only Anthropic has it: switch this tool off")
    kept = keyed(tool, MESSAGES_OBJECTS["tools[custom]"], "tools", hints)
    name, about = string(kept.get("name"), "tools.name"), string(kept.get("description", ""), "tools.description")
    schema = mapping(kept.get("input_schema"), "tools.input_schema")
    return FunctionTool(name, about, schema, boolean(kept.get("strict", False), "tools.strict"))


def read_choice(choice: object, hints: DroppedHints) -> tuple[ToolChoice | None, bool | None]:
    """The choice, and whether tools may be called in parallel. Raises NotTranslatableError."""
    if choice is None:
        return None, None
    kept = keyed(choice, MESSAGES_OBJECTS["tool_choice"], "tool_choice", hints)
    mode = string(kept.get("type"), "tool_choice.type")
    if mode not in _MODES:
        raise NotTranslatableError("tool_choice", f"“{mode[:40]}” is not known")
    name = string(kept.get("name", ""), "tool_choice.name")
    single = kept.get("disable_parallel_tool_use")
    parallel = None if single is None else not boolean(single, "tool_choice.disable_parallel_tool_use")
    return ToolChoice(_MODES[mode], name), parallel


def write_tools(tools: tuple[Tool, ...]) -> list[dict[str, Any]]:
    """Raises NotTranslatableError for a custom tool whose text has a grammar."""
    return [_written(tool) for tool in tools]


def _written(tool: Tool) -> dict[str, Any]:
    about = {"description": tool.description} if tool.description else {}
    if isinstance(tool, CustomTool):
        if tool.grammar is not None:
            raise NotTranslatableError(f"tools.{tool.name}.format", "Messages has no grammars: switch this tool off")
        return {"name": flat(tool.name, custom=True)} | about | {"input_schema": _FREE_TEXT}
    strict = {"strict": True} if tool.strict else {}
    return {"name": flat(tool.name, tool.namespace)} | about | {"input_schema": dict(tool.parameters)} | strict


def write_choice(choice: ToolChoice | None, parallel: bool | None) -> dict[str, Any] | None:
    """``None`` where neither was said. Raises NotTranslatableError."""
    if choice is None and parallel is None:
        return None
    choice = choice or ToolChoice("auto")
    body: dict[str, Any] = {"type": _WRITTEN[choice.mode]}
    if choice.mode == "named":
        body["name"] = flat(choice.name, choice.namespace, choice.custom)
    if parallel is False and choice.mode != "none":
        body["disable_parallel_tool_use"] = True
    return body

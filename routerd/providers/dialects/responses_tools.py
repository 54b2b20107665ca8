"""Tools of Responses: their definitions and which of them must be called."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from routerd.providers.dialects.chat_tools import NO_PARAMETERS
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
from routerd.providers.dialects.responses_fields import RESPONSES_OBJECTS


def read_tools(tools: object, hints: DroppedHints) -> tuple[Tool, ...]:
    """Those of a namespace one by one. A tool that OpenAI hosts is refused by its name. Raises NotTranslatableError."""
    found: list[Tool] = []
    for tool in sequence(tools, "tools"):
        kind = mapping(tool, "tools").get("type")
        path = f"tools[{kind}]"
        if path not in RESPONSES_OBJECTS:
            raise NotTranslatableError(path, "only a provider with the Responses dialect has it: switch this tool off")
        kept = keyed(tool, RESPONSES_OBJECTS[path], path, hints)
        if kind == "namespace":
            found += _of_namespace(kept, hints)
        elif kind == "custom":
            found.append(_custom(kept, hints))
        else:
            found.append(_function(kept))
    return tuple(found)


def _of_namespace(said: dict[str, Any], hints: DroppedHints) -> list[Tool]:
    namespace, about = string(said.get("name"), "tools.name"), string(said.get("description", ""), "tools.description")
    found: list[Tool] = []
    for tool in read_tools(said.get("tools", []), hints):
        if not isinstance(tool, FunctionTool) or tool.namespace:
            raise NotTranslatableError(f"tools[{namespace}]", "only functions in a namespace are translated")
        found.append(replace(tool, namespace=namespace, about=about))
    return found


def _function(said: dict[str, Any]) -> FunctionTool:
    name = string(said.get("name"), "tools.name")
    about, schema = string(said.get("description", ""), "tools.description"), said.get("parameters", NO_PARAMETERS)
    strict = boolean(said.get("strict", True), "tools.strict")
    return FunctionTool(name, about, mapping(schema, "tools.parameters"), strict)


def _custom(said: dict[str, Any], hints: DroppedHints) -> CustomTool:
    name, about = string(said.get("name"), "tools.name"), string(said.get("description", ""), "tools.description")
    if "format" not in said:
        return CustomTool(name, about)
    path = f"tools.format[{mapping(said['format'], 'tools.format').get('type')}]"
    if path not in RESPONSES_OBJECTS:
        raise NotTranslatableError(path, "this format is not translated")
    kept = keyed(said["format"], RESPONSES_OBJECTS[path], path, hints)
    grammar: dict[str, Any] = {key: kept[key] for key in ("syntax", "definition") if key in kept}
    return CustomTool(name, about, grammar or None)


def read_choice(choice: object, hints: DroppedHints) -> ToolChoice | None:
    """Raises NotTranslatableError."""
    if choice is None:
        return None
    if isinstance(choice, str):
        if choice not in ("auto", "none", "required"):
            raise NotTranslatableError("tool_choice", f"“{choice[:40]}” is not known")
        return ToolChoice(choice)
    kind = mapping(choice, "tool_choice").get("type")
    path = f"tool_choice[{kind}]"
    if path not in RESPONSES_OBJECTS:
        raise NotTranslatableError(path, "this choice is not translated")
    kept = keyed(choice, RESPONSES_OBJECTS[path], path, hints)
    name, namespace = string(kept.get("name"), f"{path}.name"), string(kept.get("namespace", ""), f"{path}.namespace")
    return ToolChoice("named", name, namespace, kind == "custom")


def write_tools(tools: tuple[Tool, ...]) -> list[dict[str, Any]]:
    """Tools of one namespace stand together, where its first one stood."""
    written: list[dict[str, Any]] = []
    spaces: dict[str, dict[str, Any]] = {}
    for tool in tools:
        if isinstance(tool, FunctionTool) and tool.namespace:
            if tool.namespace not in spaces:
                about = {"description": tool.about} if tool.about else {}
                spaces[tool.namespace] = {"type": "namespace", "name": tool.namespace} | about | {"tools": []}
                written.append(spaces[tool.namespace])
            spaces[tool.namespace]["tools"].append(_written(tool))
        else:
            written.append(_written(tool))
    return written


def _written(tool: Tool) -> dict[str, Any]:
    about = {"description": tool.description} if tool.description else {}
    if isinstance(tool, CustomTool):
        wanted = {"format": {"type": "grammar"} | dict(tool.grammar)} if tool.grammar else {}
        return {"type": "custom", "name": tool.name} | about | wanted
    rest = {"parameters": dict(tool.parameters), "strict": tool.strict}
    return {"type": "function", "name": tool.name} | about | rest


def write_choice(choice: ToolChoice) -> str | dict[str, Any]:
    """As the client named it, with its namespace."""
    if choice.mode != "named":
        return choice.mode
    if choice.custom:
        return {"type": "custom", "name": choice.name}
    within = {"namespace": choice.namespace} if choice.namespace else {}
    return {"type": "function", "name": choice.name} | within

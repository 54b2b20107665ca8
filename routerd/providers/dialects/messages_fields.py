"""Messages: what becomes of each field of a request on its way to chat completions and to Responses."""

from __future__ import annotations

from collections.abc import Mapping

from routerd.domain.dialect_name import DialectName
from routerd.providers.dialects.rules import (
    ObjectKeys,
    RequestField,
    carried,
    fields_to,
    mapped,
    refused,
)

_field, _neither, _hint = fields_to(DialectName.CHAT, DialectName.RESPONSES)

MESSAGES_FIELDS: Mapping[str, RequestField] = {
    "model": _field(carried("model"), carried("model")),
    "messages": _field(carried("messages"), carried("input")),
    "system": _field(carried("messages[system]"), carried("input[message]"), "", []),
    "tools": _field(carried("tools; server tools are refused"), carried("tools; server tools are refused"), []),
    "tool_choice": _field(carried("tool_choice"), carried("tool_choice")),
    "stream": _field(carried("stream"), carried("stream")),
    "max_tokens": _field(carried("max_tokens"), carried("max_output_tokens")),
    "temperature": _field(carried("temperature"), carried("temperature")),
    "top_p": _field(carried("top_p"), carried("top_p")),
    "top_k": _neither("neither has a counterpart of this sampling parameter"),
    "stop_sequences": _field(carried("stop"), refused("Responses has no stop sequences"), []),
    "thinking": _field(mapped("reasoning_effort"), mapped("reasoning.effort")),
    "output_config": _field(mapped("reasoning_effort, response_format"), mapped("reasoning.effort, text.format")),
    "output_format": _field(carried("response_format"), carried("text.format")),
    "context_management": _hint("edits by Anthropic"),
    "metadata": _hint("the client's own account at Anthropic"),
    "cache_control": _hint("the others cache by themselves"),
    "betas": _hint("Anthropic's own"),
    "service_tier": _hint("other tiers"),
    "speed": _hint("Anthropic's own"),
    "container": _neither("a container of Anthropic's"),
    "mcp_servers": _neither("servers that Anthropic would call", []),
    "inference_geo": _neither("where the data may be processed cannot be promised"),
}

_ROLE = ObjectKeys(("role", "content"))
_CACHED = ("cache_control",)

MESSAGES_OBJECTS: Mapping[str, ObjectKeys] = {
    "messages[user]": _ROLE,
    "messages[assistant]": _ROLE,
    "messages[system]": _ROLE,
    "content[text]": ObjectKeys(("type", "text"), (*_CACHED, "citations")),
    "content[image]": ObjectKeys(("type", "source"), _CACHED),
    "content.source[base64]": ObjectKeys(("type", "media_type", "data")),
    "content.source[url]": ObjectKeys(("type", "url")),
    "content[tool_use]": ObjectKeys(("type", "id", "name", "input"), _CACHED, ("caller",)),
    "content[tool_result]": ObjectKeys(("type", "tool_use_id", "content", "is_error"), _CACHED),
    "tools[custom]": ObjectKeys(
        ("type", "name", "description", "input_schema", "strict"),
        (*_CACHED, "defer_loading", "eager_input_streaming", "input_examples"),
        ("allowed_callers",),
    ),
    "tool_choice": ObjectKeys(("type", "name", "disable_parallel_tool_use")),
    "thinking": ObjectKeys(("type", "budget_tokens"), ("display",)),
    "output_config": ObjectKeys(("effort", "format"), ("task_budget",)),
    "format[json_schema]": ObjectKeys(("type", "schema")),
}

MESSAGES_DROPPED_BLOCKS = frozenset({"thinking", "redacted_thinking"})
"""Blocks that are left out and listed: their signatures hold for the model alone that made them."""

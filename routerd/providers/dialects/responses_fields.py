"""Responses: what becomes of each field of a request on its way to chat completions and to Messages."""

from __future__ import annotations

from collections.abc import Mapping

from routerd.domain.dialect_name import DialectName
from routerd.providers.dialects.rules import (
    ObjectKeys,
    RequestField,
    carried,
    dropped,
    fields_to,
    mapped,
)

_field, _neither, _hint = fields_to(DialectName.CHAT, DialectName.MESSAGES)

_STATE = "the provider would have to hold the conversation: send it whole"

RESPONSES_FIELDS: Mapping[str, RequestField] = {
    "model": _field(carried("model"), carried("model")),
    "input": _field(carried("messages"), carried("messages, system")),
    "instructions": _field(carried("messages[system]"), carried("system"), ""),
    "tools": _field(carried("tools; hosted ones are refused"), carried("tools; hosted ones are refused"), []),
    "tool_choice": _field(carried("tool_choice"), carried("tool_choice")),
    "parallel_tool_calls": _field(carried("parallel_tool_calls"), mapped("tool_choice.disable_parallel_tool_use")),
    "stream": _field(carried("stream"), carried("stream")),
    "stream_options": _hint("padding of OpenAI's streams"),
    "max_output_tokens": _field(carried("max_tokens"), carried("max_tokens")),
    "temperature": _field(carried("temperature"), mapped("temperature, at most 1")),
    "top_p": _field(carried("top_p"), carried("top_p")),
    "top_logprobs": _neither("log probabilities are not translated", 0),
    "text": _field(carried("response_format, verbosity"), mapped("output_config.format; type json_object is refused")),
    "reasoning": _field(mapped("reasoning_effort"), mapped("output_config.effort")),
    "previous_response_id": _neither(_STATE),
    "conversation": _neither(_STATE),
    "prompt": _neither("a prompt that OpenAI holds"),
    "background": _neither("answers are given at once", False),
    "truncation": _neither("the conversation is sent whole", "disabled"),
    "max_tool_calls": _hint("limits hosted tools, of which there are none"),
    "context_management": _hint("compaction by OpenAI"),
    "include": _field(
        dropped("parts of OpenAI's own answers; log probabilities are refused"),
        dropped("parts of OpenAI's own answers; log probabilities are refused"),
        [],
    ),
    "store": _field(carried("store"), dropped("nothing is stored"), False),
    "metadata": _field(dropped("labels in OpenAI's own records"), dropped("labels in OpenAI's own records"), {}),
    "client_metadata": _hint("Codex's account of itself"),
    "user": _field(carried("user"), mapped("metadata.user_id")),
    "safety_identifier": _hint("the client's own account at its provider"),
    "prompt_cache_key": _hint("OpenAI's cache; strict providers refuse it"),
    "prompt_cache_retention": _hint("OpenAI's cache"),
    "service_tier": _field(carried("service_tier"), dropped("other tiers"), "auto"),
}

_MESSAGE = ObjectKeys(("type", "role", "content"), ("phase",), ("id", "status"))

RESPONSES_OBJECTS: Mapping[str, ObjectKeys] = {
    "input[message]": _MESSAGE,
    "input[function_call]": ObjectKeys(
        ("type", "call_id", "name", "arguments", "namespace"), (), ("id", "status", "caller")
    ),
    "input[function_call_output]": ObjectKeys(("type", "call_id", "output"), (), ("id", "status", "caller")),
    "input[custom_tool_call]": ObjectKeys(("type", "call_id", "name", "input"), (), ("id", "status", "caller")),
    "input[custom_tool_call_output]": ObjectKeys(("type", "call_id", "output"), (), ("id", "status", "caller")),
    "content[input_text]": ObjectKeys(("type", "text"), ("prompt_cache_breakpoint",)),
    "content[output_text]": ObjectKeys(("type", "text"), ("annotations",), ("logprobs",)),
    "content[refusal]": ObjectKeys(("type", "refusal")),
    "content[input_image]": ObjectKeys(("type", "image_url", "detail")),
    "tools[function]": ObjectKeys(("type", "name", "description", "parameters", "strict"), ("defer_loading",)),
    "tools[namespace]": ObjectKeys(("type", "name", "description", "tools")),
    "tools[custom]": ObjectKeys(("type", "name", "description", "format"), ("defer_loading",)),
    "tools.format[text]": ObjectKeys(("type",)),
    "tools.format[grammar]": ObjectKeys(("type", "syntax", "definition")),
    "tool_choice[function]": ObjectKeys(("type", "name", "namespace")),
    "tool_choice[custom]": ObjectKeys(("type", "name")),
    "text": ObjectKeys(("format", "verbosity")),
    "text.format[text]": ObjectKeys(("type",)),
    "text.format[json_object]": ObjectKeys(("type",)),
    "text.format[json_schema]": ObjectKeys(("type", "name", "description", "schema", "strict")),
    "reasoning": ObjectKeys(("effort",), ("summary", "generate_summary", "context", "mode")),
}

RESPONSES_DROPPED_ITEMS = frozenset({"reasoning", "web_search_call"})
"""Items of earlier answers that are left out and listed: thoughts sealed by OpenAI, searches told in text."""

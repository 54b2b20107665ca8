"""Chat completions: what becomes of each field of a request on its way to Responses and to Messages."""

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
    refused,
)

_field, _neither, _hint = fields_to(DialectName.RESPONSES, DialectName.MESSAGES)

_SAMPLING = "neither has a counterpart of this sampling parameter"

CHAT_FIELDS: Mapping[str, RequestField] = {
    "model": _field(carried("model"), carried("model")),
    "messages": _field(carried("input"), carried("messages, system")),
    "tools": _field(carried("tools"), carried("tools"), []),
    "tool_choice": _field(carried("tool_choice"), carried("tool_choice")),
    "parallel_tool_calls": _field(carried("parallel_tool_calls"), mapped("tool_choice.disable_parallel_tool_use")),
    "functions": _neither("deprecated: use tools", []),
    "function_call": _neither("deprecated: use tool_choice"),
    "stream": _field(carried("stream"), carried("stream")),
    "stream_options": _field(mapped("usage is always told"), mapped("usage is always told")),
    "max_tokens": _field(carried("max_output_tokens"), carried("max_tokens")),
    "max_completion_tokens": _field(carried("max_output_tokens"), carried("max_tokens")),
    "temperature": _field(carried("temperature"), mapped("temperature, at most 1")),
    "top_p": _field(carried("top_p"), carried("top_p")),
    "stop": _field(refused("Responses has no stop sequences"), carried("stop_sequences"), [], ""),
    "n": _neither("only one answer can be given", 1),
    "logprobs": _neither("log probabilities are not translated", False),
    "top_logprobs": _neither("log probabilities are not translated", 0),
    "logit_bias": _neither(_SAMPLING, {}),
    "presence_penalty": _neither(_SAMPLING, 0, 0.0),
    "frequency_penalty": _neither(_SAMPLING, 0, 0.0),
    "top_k": _neither(_SAMPLING, 0, -1),
    "min_p": _neither(_SAMPLING, 0, 0.0),
    "seed": _hint("a best effort of OpenAI's"),
    "response_format": _field(
        carried("text.format"), mapped("output_config.format; type json_object is refused"), {"type": "text"}
    ),
    "reasoning_effort": _field(carried("reasoning.effort"), mapped("output_config.effort")),
    "reasoning": _field(mapped("reasoning.effort, of its effort"), mapped("output_config.effort, of its effort")),
    "include_reasoning": _hint("reasoning is always translated"),
    "verbosity": _field(carried("text.verbosity"), dropped("no counterpart")),
    "modalities": _neither("only text is translated", ["text"], []),
    "audio": _neither("audio is not translated"),
    "web_search_options": _neither("web search by the provider is not translated"),
    "prediction": _hint("speeds an answer up, and does not change it"),
    "metadata": _field(carried("metadata"), dropped("labels in the provider's own records"), {}),
    "store": _field(carried("store"), dropped("nothing is stored"), False),
    "user": _field(carried("user"), mapped("metadata.user_id")),
    "safety_identifier": _hint("the client's own account at its provider"),
    "prompt_cache_key": _field(carried("prompt_cache_key"), dropped("the prefix itself is the key")),
    "prompt_cache_retention": _hint("the provider's own cache"),
    "service_tier": _field(carried("service_tier"), dropped("other tiers"), "auto"),
}
"""``metadata`` and ``user`` of OpenAI, ``top_k``, ``min_p``, ``reasoning`` and ``include_reasoning`` of OpenRouter."""

_SPEAKER = ObjectKeys(("role", "content"), ("name", "cache_control"))

CHAT_OBJECTS: Mapping[str, ObjectKeys] = {
    "messages[system]": _SPEAKER,
    "messages[developer]": _SPEAKER,
    "messages[user]": _SPEAKER,
    "messages[assistant]": ObjectKeys(
        ("role", "content", "tool_calls", "refusal"),
        ("name", "cache_control", "reasoning_content", "reasoning", "reasoning_details", "annotations"),
    ),
    "messages[tool]": ObjectKeys(("role", "content", "tool_call_id"), ("name", "cache_control")),
    "content[text]": ObjectKeys(("type", "text"), ("cache_control", "annotations")),
    "content[refusal]": ObjectKeys(("type", "refusal")),
    "content[image_url]": ObjectKeys(("type", "image_url"), ("cache_control",)),
    "image_url": ObjectKeys(("url", "detail")),
    "tool_calls[function]": ObjectKeys(("type", "function", "id"), ("extra_content",), ("index",)),
    "tool_calls[custom]": ObjectKeys(("type", "custom", "id"), (), ("index",)),
    "tool_calls.function": ObjectKeys(("name", "arguments")),
    "tool_calls.custom": ObjectKeys(("name", "input")),
    "tools[function]": ObjectKeys(("type", "function"), ("cache_control",)),
    "tools[custom]": ObjectKeys(("type", "custom")),
    "tools.function": ObjectKeys(("name", "description", "parameters", "strict")),
    "tools.custom": ObjectKeys(("name", "description", "format")),
    "tools.custom.format[text]": ObjectKeys(("type",)),
    "tools.custom.format[grammar]": ObjectKeys(("type", "grammar")),
    "tools.custom.format.grammar": ObjectKeys(("syntax", "definition")),
    "tool_choice[function]": ObjectKeys(("type", "function")),
    "tool_choice[custom]": ObjectKeys(("type", "custom")),
    "tool_choice.function": ObjectKeys(("name",)),
    "response_format[json_object]": ObjectKeys(("type",)),
    "response_format[json_schema]": ObjectKeys(("type", "json_schema")),
    "response_format.json_schema": ObjectKeys(("name", "description", "schema", "strict")),
    "reasoning": ObjectKeys(("effort",), ("exclude", "enabled", "max_tokens", "summary")),
    "stream_options": ObjectKeys(("include_usage",), ("include_obfuscation",)),
}
"""``extra_content`` is Google's thought signature, ``reasoning_content`` DeepSeek's, ``reasoning`` OpenRouter's."""

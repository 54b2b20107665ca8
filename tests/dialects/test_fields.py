"""The tables are true: what is carried changes the body, what is refused is refused, what is dropped is listed."""

from __future__ import annotations

from typing import Any

import pytest

from routerd.domain.dialect_name import DialectName
from routerd.providers.dialects.rules import Handling
from routerd.providers.dialects.translate import REQUEST_FIELDS, Translated, Unsupported, translate_request

CHAT, RESPONSES, MESSAGES = DialectName.CHAT, DialectName.RESPONSES, DialectName.MESSAGES

LEAST: dict[DialectName, dict[str, Any]] = {
    CHAT: {"model": "m", "messages": [{"role": "user", "content": "hello"}]},
    RESPONSES: {"model": "m", "input": "hello"},
    MESSAGES: {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]},
}
_SCHEMA = {"type": "object", "properties": {}}
_CHAT_TOOL = {"type": "function", "function": {"name": "f", "parameters": _SCHEMA}}
_RESPONSES_TOOL = {"type": "function", "name": "f", "parameters": _SCHEMA}
_MESSAGES_TOOL = {"name": "f", "input_schema": _SCHEMA}

SAMPLES: dict[DialectName, dict[str, Any]] = {
    CHAT: {
        "model": "other",
        "messages": [{"role": "user", "content": "good evening"}],
        "tools": [_CHAT_TOOL],
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "stream": True,
        "max_tokens": 77,
        "max_completion_tokens": 77,
        "temperature": 0.3,
        "top_p": 0.3,
        "stop": ["END"],
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": _SCHEMA}},
        "reasoning_effort": "low",
        "reasoning": {"effort": "low"},
        "verbosity": "low",
        "metadata": {"a": "b"},
        "store": True,
        "user": "u",
        "prompt_cache_key": "k",
        "service_tier": "flex",
    },
    RESPONSES: {
        "model": "other",
        "input": "good evening",
        "instructions": "be brief",
        "tools": [_RESPONSES_TOOL],
        "tool_choice": "required",
        "parallel_tool_calls": False,
        "stream": True,
        "max_output_tokens": 77,
        "temperature": 0.3,
        "top_p": 0.3,
        "text": {"format": {"type": "json_schema", "name": "answer", "schema": _SCHEMA}},
        "reasoning": {"effort": "low"},
        "store": True,
        "user": "u",
        "service_tier": "flex",
        "include": ["reasoning.encrypted_content"],
    },
    MESSAGES: {
        "model": "other",
        "messages": [{"role": "user", "content": "good evening"}],
        "system": "be brief",
        "tools": [_MESSAGES_TOOL],
        "tool_choice": {"type": "any"},
        "stream": True,
        "max_tokens": 77,
        "temperature": 0.3,
        "top_p": 0.3,
        "stop_sequences": ["END"],
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "output_config": {"effort": "low"},
        "output_format": {"type": "json_schema", "schema": _SCHEMA},
    },
}
"""A value for each field that is carried or mapped; other fields get a text, which asks for something."""

ALWAYS_SAID = {(CHAT, "stream_options")}
"""Mapped to what the other dialect does by itself."""

ROWS = [
    pytest.param(client, upstream, name, id=f"{client}-{name}-to-{upstream}")
    for client, fields in REQUEST_FIELDS.items()
    for name, field in fields.items()
    for upstream in field.rules
]


@pytest.mark.parametrize(("client", "upstream", "name"), ROWS)
def test_a_row_of_the_table_says_what_is_done(client: DialectName, upstream: DialectName, name: str) -> None:
    handling = REQUEST_FIELDS[client][name].rules[upstream].handling
    least = dict(LEAST[client])
    if name in ("tool_choice", "parallel_tool_calls"):
        least["tools"] = SAMPLES[client]["tools"]
    plain = translate_request(least, client, upstream)
    assert isinstance(plain, Translated)
    done = translate_request(least | {name: SAMPLES[client].get(name, "asked for")}, client, upstream)
    if (client, name) in ALWAYS_SAID:
        done = translate_request(least | {name: {"include_usage": True}}, client, upstream)
        assert isinstance(done, Translated)
        assert done.body == plain.body
    elif handling is Handling.REFUSED:
        assert isinstance(done, Unsupported)
        assert done.field == name
    else:
        assert isinstance(done, Translated), done
        changed = handling in (Handling.CARRIED, Handling.MAPPED)
        assert (done.body != plain.body) is changed
        assert (name in done.dropped) is (handling is Handling.DROPPED)


@pytest.mark.parametrize(("client", "upstream", "name"), ROWS)
def test_null_and_neutral_values_ask_for_nothing(client: DialectName, upstream: DialectName, name: str) -> None:
    if name in LEAST[client]:
        return
    plain = translate_request(LEAST[client], client, upstream)
    for value in (None, *REQUEST_FIELDS[client][name].neutral):
        assert translate_request(LEAST[client] | {name: value}, client, upstream) == plain


@pytest.mark.parametrize("client", DialectName)
def test_a_field_that_no_table_knows_is_refused_by_its_name(client: DialectName) -> None:
    for upstream in REQUEST_FIELDS[client]["model"].rules:
        done = translate_request(LEAST[client] | {"brand_new": 1}, client, upstream)
        assert isinstance(done, Unsupported)
        assert done.field == "brand_new"


@pytest.mark.parametrize(
    ("client", "more", "field"),
    [
        (RESPONSES, {"tools": [{"type": "web_search"}]}, "tools[web_search]"),
        (RESPONSES, {"include": ["message.output_text.logprobs"]}, "include[message.output_text.logprobs]"),
        (RESPONSES, {"input": [{"type": "item_reference", "id": "x"}]}, "input[item_reference]"),
        (MESSAGES, {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools[web_search_20250305]"),
        (
            MESSAGES,
            {"messages": [{"role": "user", "content": [{"type": "document", "source": {}}]}]},
            "messages.content[document]",
        ),
        (
            CHAT,
            {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]},
            "messages.content[input_audio]",
        ),
        (CHAT, {"messages": [{"role": "function", "name": "f", "content": ""}]}, "messages[function]"),
        (CHAT, {"messages": "hello"}, "messages"),
        (CHAT, {"stream": "yes"}, "stream"),
        (CHAT, {"tool_choice": {"type": "allowed_tools"}}, "tool_choice[allowed_tools]"),
        (MESSAGES, {"max_tokens": None}, "max_tokens"),
        (MESSAGES, {"messages": [{"role": "user", "content": [7]}]}, "messages.content"),
    ],
)
def test_what_changes_the_answer_and_cannot_be_carried_is_refused_by_name(
    client: DialectName, more: dict[str, Any], field: str
) -> None:
    for upstream in REQUEST_FIELDS[client]["model"].rules:
        done = translate_request(LEAST[client] | more, client, upstream)
        assert isinstance(done, Unsupported), done
        assert done.field == field
        assert done.reason


def test_the_same_dialect_is_not_translated() -> None:
    with pytest.raises(ValueError, match="same dialect"):
        translate_request(LEAST[CHAT], CHAT, CHAT)

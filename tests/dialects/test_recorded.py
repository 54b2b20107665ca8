"""What real clients sent translates to every other dialect: texts, tools, calls and results all arrive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from routerd.domain.dialect_name import DialectName
from routerd.providers.dialects.translate import Translated, translate_request
from tests.dialects.recorded import recorded

PAIRS = [
    pytest.param(body, client, upstream, id=f"{name}-to-{upstream}")
    for name, client, body in recorded()
    for upstream in DialectName
    if upstream is not client
]


def _texts(value: Any) -> list[str]:
    """Every string that a body says, under whatever name."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]


@pytest.mark.parametrize(("body", "client", "upstream"), PAIRS)
def test_a_recorded_body_arrives_whole(body: dict[str, Any], client: DialectName, upstream: DialectName) -> None:
    before = json.dumps(body)
    done = translate_request(body, client, upstream)
    assert isinstance(done, Translated), done
    assert json.dumps(body) == before
    said = "\n".join(_texts(done.body))
    conversation = {key: body[key] for key in ("messages", "input", "instructions", "system") if key in body}
    for text in _texts(conversation):
        if len(text) > 40:  # longer than any name, type or identifier
            assert text in said
    for tool in body.get("tools", ()):
        for one in tool.get("tools", [tool]):
            assert any(name.endswith(one.get("name") or one["function"]["name"]) for name in _texts(done.body["tools"]))
    assert done.body.get("stream", False) == body.get("stream", False)
    assert done.body["model"] == body["model"]


def test_the_hints_of_claude_code_are_mapped_or_listed() -> None:
    body = next(body for name, client, body in recorded() if client is DialectName.MESSAGES)
    chat = translate_request(body, DialectName.MESSAGES, DialectName.CHAT)
    assert isinstance(chat, Translated)
    assert chat.body["reasoning_effort"] == "high"  # of output_config; so thinking is said by it
    assert set(chat.dropped) == {"metadata", "context_management", "cache_control"}
    assert [message["role"] for message in chat.body["messages"]] == ["system", "user", "system"]
    responses = translate_request(body, DialectName.MESSAGES, DialectName.RESPONSES)
    assert isinstance(responses, Translated)
    assert responses.body["reasoning"] == {"effort": "high"}
    assert responses.body["store"] is False  # OpenAI would store it by default


def test_the_namespace_of_codex_becomes_prefixed_functions() -> None:
    body = next(body for name, client, body in recorded() if client is DialectName.RESPONSES)
    done = translate_request(body, DialectName.RESPONSES, DialectName.CHAT)
    assert isinstance(done, Translated)
    names = [tool["function"]["name"] for tool in done.body["tools"]]
    assert "exec_command" in names
    assert "ns14_multi_agent_v1_close_agent" in names
    assert set(done.dropped) == {"include", "prompt_cache_key", "client_metadata", "summary"}


def test_a_result_follows_its_call_at_once() -> None:
    for _, client, body in recorded():
        done = translate_request(body, client, DialectName.CHAT) if client is not DialectName.CHAT else None
        if isinstance(done, Translated):
            messages = done.body["messages"]
            for place, message in enumerate(messages):
                if message["role"] == "tool":
                    asked = [call["id"] for call in messages[place - 1].get("tool_calls", ())]
                    assert message["tool_call_id"] in asked

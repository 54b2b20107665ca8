"""Answers between dialects: words, thoughts, calls in parallel, endings, usage with the cache, and errors."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.api_errors import error_body
from routerd.domain.dialect_name import DialectName
from routerd.domain.money import Usage
from routerd.providers.dialects.model_answer import (
    AnswerEnding,
    AnswerItem,
    AnswerText,
    AnswerThought,
    ModelAnswer,
    UnreadableAnswerError,
)
from routerd.providers.dialects.neutral_request import CalledTool
from routerd.providers.dialects.translate import READ_ANSWER, WRITE_ANSWER, translate_answer
from tests.dialects.conversations import NAMES, OBJECTS, WORDS, compact
from tests.property_tests import example_count

CHAT, RESPONSES, MESSAGES = DialectName.CHAT, DialectName.RESPONSES, DialectName.MESSAGES
COUNTS = st.integers(0, 10**6)


@st.composite
def answers(draw: Any) -> ModelAnswer:
    """A whole answer that every dialect can say: thoughts, then words, then calls."""
    items: list[AnswerItem] = [AnswerThought(draw(WORDS))] if draw(st.booleans()) else []
    items += [AnswerText(draw(WORDS))] if draw(st.booleans()) else []
    calls = [CalledTool(f"call_{n}", draw(NAMES), compact(draw(OBJECTS))) for n in range(draw(st.integers(0, 3)))]
    endings = [AnswerEnding.TOOLS] if calls else [AnswerEnding.STOP, AnswerEnding.LENGTH, AnswerEnding.FILTERED]
    # Messages does not tell thoughts from output.
    usage = Usage(draw(st.integers(1, 10**6)), draw(COUNTS), draw(COUNTS), draw(st.integers(1, 10**6)))
    return ModelAnswer("id_1", "m", (*items, *calls), draw(st.sampled_from(endings)), usage=usage)


@pytest.mark.parametrize(("upstream", "client"), list(permutations(DialectName, 2)))
@example_count(400)
@given(answer=answers())
def test_an_answer_there_and_back_is_the_same(upstream: DialectName, client: DialectName, answer: ModelAnswer) -> None:
    body = translate_answer(WRITE_ANSWER[upstream](answer), upstream, client)
    assert READ_ANSWER[client](body) == answer


REASONED = Usage(input=10, cached_input=20, cache_write=30, output=5, reasoning=7)


@pytest.mark.parametrize(
    ("dialect", "usage"),
    [
        (
            CHAT,
            {
                "prompt_tokens": 60,
                "completion_tokens": 12,
                "total_tokens": 72,
                "prompt_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 30},
                "completion_tokens_details": {"reasoning_tokens": 7},
            },
        ),
        (
            RESPONSES,
            {
                "input_tokens": 60,
                "input_tokens_details": {"cached_tokens": 20, "cache_write_tokens": 30},
                "output_tokens": 12,
                "output_tokens_details": {"reasoning_tokens": 7},
                "total_tokens": 72,
            },
        ),
        (
            MESSAGES,
            {
                "input_tokens": 10,
                "cache_creation_input_tokens": 30,
                "cache_read_input_tokens": 20,
                "output_tokens": 12,
            },
        ),
    ],
)
def test_usage_stands_where_each_dialect_has_it(dialect: DialectName, usage: dict[str, Any]) -> None:
    answer = ModelAnswer("i", "m", (AnswerText("x"),), AnswerEnding.STOP, usage=REASONED)
    assert WRITE_ANSWER[dialect](answer)["usage"] == usage


@pytest.mark.parametrize(
    ("reason", "chat", "responses", "messages"),
    [
        ("stop", "stop", "completed", "end_turn"),
        ("length", "length", "incomplete", "max_tokens"),
        ("tool_calls", "tool_calls", "completed", "tool_use"),
        ("content_filter", "content_filter", "incomplete", "refusal"),
    ],
)
def test_endings(reason: str, chat: str, responses: str, messages: str) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "content": "x"} | ({"tool_calls": [call]} if reason == "tool_calls" else {})
    body = {"id": "i", "model": "m", "choices": [{"message": message, "finish_reason": reason}]}
    said = translate_answer(body, CHAT, MESSAGES)
    assert said["stop_reason"] == messages
    assert translate_answer(body, CHAT, RESPONSES)["status"] == responses
    assert translate_answer(said, MESSAGES, CHAT)["choices"][0]["finish_reason"] == chat


def test_a_stop_sequence_is_told_where_it_can_be() -> None:
    body = {
        "id": "i",
        "model": "m",
        "content": [{"type": "text", "text": "x"}],
        "stop_reason": "stop_sequence",
        "stop_sequence": "END",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    assert translate_answer(body, MESSAGES, CHAT)["choices"][0]["finish_reason"] == "stop"
    assert READ_ANSWER[MESSAGES](body).stop_sequence == "END"


def test_no_signature_is_invented() -> None:
    message = {"role": "assistant", "content": "x", "reasoning_content": "hm"}
    body = {"id": "i", "model": "m", "choices": [{"message": message, "finish_reason": "stop"}]}
    thought = translate_answer(body, CHAT, MESSAGES)["content"][0]
    assert thought == {"type": "thinking", "thinking": "hm", "signature": ""}
    reasoning = translate_answer(body, CHAT, RESPONSES)["output"][0]
    assert reasoning["type"] == "reasoning"
    assert "encrypted_content" not in reasoning


def test_arguments_that_are_no_object_are_not_lost() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    body = {"id": "i", "model": "m", "choices": [{"message": message, "finish_reason": "tool_calls"}]}
    said = translate_answer(body, CHAT, MESSAGES)
    assert said["content"][0]["input"] == {"invalid_arguments": '{"a": 1'}
    assert translate_answer(said, MESSAGES, CHAT)["choices"][0]["message"]["tool_calls"][0] == call


@pytest.mark.parametrize(
    ("body", "upstream"),
    [
        ({}, CHAT),
        ({"choices": []}, CHAT),
        ({"choices": [{"message": {"content": "x"}, "finish_reason": None}]}, CHAT),
        ({"choices": [{"message": {"content": "x"}, "finish_reason": "error"}]}, CHAT),
        ({"content": [{"type": "text", "text": "x"}], "stop_reason": None}, MESSAGES),
        ({"content": [{"type": "server_tool_use"}], "stop_reason": "end_turn"}, MESSAGES),
        ({"content": None}, MESSAGES),
        ({"output": [], "status": "in_progress"}, RESPONSES),
        ({"output": [], "status": "failed"}, RESPONSES),
        ({"output": [{"type": "computer_call"}], "status": "completed"}, RESPONSES),
    ],
)
def test_what_is_no_whole_answer_is_told_apart(body: dict[str, Any], upstream: DialectName) -> None:
    for client in DialectName:
        with pytest.raises(UnreadableAnswerError):
            translate_answer(body, upstream, client)


@pytest.mark.parametrize(
    ("dialect", "status", "kind"),
    [
        (CHAT, 400, "invalid_request_error"),
        (CHAT, 429, "rate_limit_error"),
        (CHAT, 502, "server_error"),
        (RESPONSES, 404, "invalid_request_error"),
        (MESSAGES, 413, "request_too_large"),
        (MESSAGES, 529, "overloaded_error"),
        (MESSAGES, 500, "api_error"),
        (MESSAGES, 404, "not_found_error"),
        (MESSAGES, 418, "invalid_request_error"),
        (MESSAGES, 599, "api_error"),
    ],
)
def test_errors_have_the_shape_of_the_dialect(dialect: DialectName, status: int, kind: str) -> None:
    body = error_body(dialect, status, "some_code", "What happened.")
    assert body["error"]["type"] == kind
    assert body["error"]["message"] == "What happened."
    assert body["error"]["code"] == "some_code"
    assert body.get("type") == ("error" if dialect is MESSAGES else None)


def test_a_spent_budget_is_told_as_clients_know_it() -> None:
    for dialect in (CHAT, RESPONSES, MESSAGES):
        assert error_body(dialect, 400, "insufficient_quota", "x")["error"]["type"] == "insufficient_quota"

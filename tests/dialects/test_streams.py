"""Streams between dialects: the answer is the unstreamed one, and no end is sent that did not come."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.dialect_name import DialectName
from routerd.providers.dialects.event_translator import READERS, WRITERS, EventTranslator, OutEvent
from routerd.providers.dialects.model_answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerItem,
    AnswerText,
    AnswerThought,
    CallBegun,
    CallContinued,
    ModelAnswer,
    Step,
    UnreadableAnswerError,
)
from routerd.providers.dialects.neutral_request import CalledTool
from routerd.providers.dialects.translate import READ_ANSWER, WRITE_ANSWER
from tests.dialects.test_answers import answers
from tests.property_tests import example_count

CHAT, RESPONSES, MESSAGES = DialectName.CHAT, DialectName.RESPONSES, DialectName.MESSAGES
PAIRS = list(permutations(DialectName, 2))


def _pieces(draw: Any, text: str) -> list[str]:
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True) if a != b]


@st.composite
def streamed(draw: Any) -> tuple[ModelAnswer, list[Step]]:
    """An answer and the steps in which it comes; the arguments of parallel calls may be mixed."""
    answer = draw(answers())
    steps: list[Step] = [AnswerBegun(answer.id, answer.model, answer.created)]
    begun: list[Step] = []
    more: list[Step] = []
    for item in answer.items:
        if isinstance(item, CalledTool):
            number = sum(isinstance(step, CallBegun) for step in begun)
            begun.append(CallBegun(number, item.id, item.name))
            more += [CallContinued(number, piece) for piece in _pieces(draw, item.arguments)]
        else:
            steps += [type(item)(piece) for piece in _pieces(draw, item.text)]
    if draw(st.booleans()):  # all calls begin, then their arguments come in turns that keep the order of each
        order = draw(st.permutations([step.call for step in more if isinstance(step, CallContinued)]))
        left = {
            call: [step for step in more if isinstance(step, CallContinued) and step.call == call] for call in order
        }
        steps += [*begun, *(left[call].pop(0) for call in order)]
    else:
        for call in begun:
            assert isinstance(call, CallBegun)
            steps += [call, *(step for step in more if isinstance(step, CallContinued) and step.call == call.call)]
    return answer, [*steps, AnswerEnded(answer.ending, usage=answer.usage)]


def _events(dialect: DialectName, steps: list[Step]) -> list[OutEvent]:
    writer = WRITERS[dialect]()
    return [event for step in steps for event in writer.write(step)]


def _folded(dialect: DialectName, events: list[OutEvent]) -> ModelAnswer:
    """What a client makes of a stream."""
    reader = READERS[dialect]()
    steps = [step for _, data in events for step in reader.feed(data)]
    begun, ended = steps[0], steps[-1]
    assert isinstance(begun, AnswerBegun)
    assert isinstance(ended, AnswerEnded)
    items: list[AnswerItem] = []
    calls: dict[int, CalledTool] = {}
    for step in steps[1:-1]:
        match step:
            case CallBegun():
                calls[step.call] = CalledTool(step.id, step.name, "", step.namespace, step.custom)
            case CallContinued():
                call = calls[step.call]
                calls[step.call] = CalledTool(
                    call.id, call.name, call.arguments + step.arguments, call.namespace, call.custom
                )
            case AnswerText() | AnswerThought():
                last = items[-1] if items else None
                if isinstance(last, AnswerText | AnswerThought) and type(last) is type(step):
                    items[-1] = type(last)(last.text + step.text)
                else:
                    items.append(step)
    return ModelAnswer(begun.id, begun.model, (*items, *calls.values()), ended.ending, ended.stop_sequence, ended.usage)


def _translated(upstream: DialectName, client: DialectName, events: list[OutEvent]) -> tuple[list[OutEvent], bool]:
    translator = EventTranslator(upstream, client)
    sent = [event for name, data in events for event in translator.feed(name, data)]
    end = translator.end()
    return [*sent, *end.events], end.whole


@pytest.mark.parametrize(("upstream", "client"), PAIRS)
@example_count(400)
@given(case=streamed())
def test_a_stream_says_what_the_answer_says(
    upstream: DialectName, client: DialectName, case: tuple[ModelAnswer, list[Step]]
) -> None:
    answer, steps = case
    sent, whole = _translated(upstream, client, _events(upstream, steps))
    assert whole
    assert _folded(client, sent) == answer


@pytest.mark.parametrize("client", [RESPONSES])
@example_count(400)
@given(case=streamed())
def test_the_last_event_of_responses_holds_the_whole_answer(
    client: DialectName, case: tuple[ModelAnswer, list[Step]]
) -> None:
    answer, steps = case
    name, data = _translated(CHAT, client, _events(CHAT, steps))[0][-1]
    assert name in ("response.completed", "response.incomplete")
    response = json.loads(data)["response"]
    assert READ_ANSWER[RESPONSES](response) == answer
    assert response == WRITE_ANSWER[RESPONSES](answer)


PROPER_ENDS = {CHAT: "[DONE]", RESPONSES: "response.completed", MESSAGES: "message_stop"}


@pytest.mark.parametrize(("upstream", "client"), PAIRS)
@example_count(400)
@given(case=streamed(), data=st.data())
def test_a_cut_stream_never_gets_a_proper_end(
    upstream: DialectName, client: DialectName, case: tuple[ModelAnswer, list[Step]], data: st.DataObject
) -> None:
    events = _events(upstream, case[1])
    # Without [DONE] a stream of chat that told its finish and its usage is whole.
    kept = events[: data.draw(st.integers(0, len(events) - (2 if upstream is CHAT else 1)))]
    sent, whole = _translated(upstream, client, kept)
    assert not whole
    with pytest.raises((UnreadableAnswerError, AssertionError, IndexError)):
        _folded(client, sent)


@pytest.mark.parametrize("client", [RESPONSES, MESSAGES])
def test_a_finish_and_usage_without_done_are_a_whole_answer(client: DialectName) -> None:
    chunks = [
        {"id": "i", "model": "m", "choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}]},
        {"id": "i", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}},
    ]
    events: list[OutEvent] = [(None, json.dumps(chunk)) for chunk in chunks]
    assert _translated(CHAT, client, events)[1]
    assert not _translated(CHAT, client, events[:1])[1]


ERRORS = [
    (CHAT, {"error": {"message": "Rate limit exceeded", "code": 429}}),
    (MESSAGES, {"type": "error", "error": {"type": "overloaded_error", "message": "Rate limit exceeded"}}),
    (RESPONSES, {"type": "error", "code": "rate", "message": "Rate limit exceeded"}),
    (
        RESPONSES,
        {"type": "response.failed", "response": {"error": {"code": "rate", "message": "Rate limit exceeded"}}},
    ),
]


@pytest.mark.parametrize(("upstream", "error"), ERRORS)
def test_an_error_in_a_stream_is_handed_on_and_is_no_end(upstream: DialectName, error: dict[str, Any]) -> None:
    for client in DialectName:
        begun = _events(upstream, [AnswerBegun("i", "m"), AnswerText("half")])
        translator = EventTranslator(upstream, client)
        sent = [event for name, data in begun for event in translator.feed(name, data)]
        sent += translator.feed(None, json.dumps(error))
        assert "Rate limit exceeded" in sent[-1][1]
        assert translator.feed(None, json.dumps({"choices": []})) == []
        end = translator.end()
        assert (end.whole, end.events) == (False, [])
        assert "Rate limit exceeded" in end.reason
        assert not any(PROPER_ENDS[client] in data for _, data in sent)


def test_a_malformed_event_is_a_cut() -> None:
    translator = EventTranslator(CHAT, MESSAGES)
    assert "malformed" in translator.feed(None, '{"choices": [')[0][1]
    assert not translator.end().whole


def test_calls_that_all_have_the_index_nought_are_told_apart_by_their_ids() -> None:
    calls = [{"index": 0, "id": f"c{n}", "function": {"name": f"f{n}", "arguments": "{}"}} for n in range(2)]
    chunks = [{"id": "i", "model": "m", "choices": [{"delta": {"tool_calls": [call]}}]} for call in calls]
    last = {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    events: list[OutEvent] = [(None, json.dumps(chunk)) for chunk in [*chunks, last]]
    sent, whole = _translated(CHAT, MESSAGES, [*events, (None, "[DONE]")])
    assert whole
    answer = _folded(MESSAGES, sent)
    assert [(item.id, item.name) for item in answer.items if isinstance(item, CalledTool)] == [
        ("c0", "f0"),
        ("c1", "f1"),
    ]
    assert answer.ending.value == "tools"


@pytest.mark.parametrize("upstream", [CHAT, MESSAGES])
def test_calls_of_a_namespace_and_of_a_custom_tool_come_back_by_their_own_names(upstream: DialectName) -> None:
    steps: list[Step] = [
        AnswerBegun("i", "m"),
        CallBegun(0, "c0", "close", "agents"),
        CallContinued(0, "{}"),
        CallBegun(1, "c1", "patch", "", True),
        CallContinued(1, "*** begin"),
        AnswerEnded(READ_ANSWER[CHAT]({"choices": [{"message": {}, "finish_reason": "tool_calls"}]}).ending),
    ]
    sent, whole = _translated(upstream, RESPONSES, _events(upstream, steps))
    assert whole
    output = json.loads(sent[-1][1])["response"]["output"]
    assert [(item["type"], item["name"], item.get("namespace")) for item in output] == [
        ("function_call", "close", "agents"),
        ("custom_tool_call", "patch", None),
    ]
    assert output[1]["input"] == "*** begin"

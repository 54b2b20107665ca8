"""What comes over the wire: events, the draft and its commit point, usage in every shape, request bodies."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.money import Usage
from routerd.domain.prompt import Message, Prompt
from routerd.domain.settings import Quirks
from routerd.providers.dialect import CONTINUE, OPENAI, adapted, joined
from routerd.providers.draft import Draft
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.sse import Event, Events
from routerd.providers.usage import read_usage

# ── events

LINE = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]))


@given(
    st.lists(LINE.filter(lambda line: not line.startswith(" ")), max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(1, 7),
)
def test_events_are_the_same_however_the_bytes_are_cut(data: list[str], end: str, size: int) -> None:
    wire = "".join(f": comment{end}data: {line}{end}{end}" for line in data).encode()
    events = Events()
    got: list[Event] = []
    for start in range(0, len(wire), size):
        got += events.feed(wire[start : start + size])
    assert [event.data for event in (*got, *events.end())] == data


def test_an_event_of_several_lines_is_one_and_the_last_blank_line_may_be_missing() -> None:
    events = Events()
    assert events.feed(b"data: a\ndata:b\n\ndata: [DONE]") == [Event("a\nb")]
    assert events.end() == [Event("[DONE]")]


# ── the draft


def chunk(content: object = None, finish: str | None = None, **more: Any) -> str:
    delta = {} if content is None else {"content": content}
    return json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more})


def commits(*events: str, must_be_done: bool = True) -> FaultKind | None:
    draft = Draft()
    for event in events:
        draft.event(Event(event))
    try:
        draft.commit(must_be_done)
    except ProviderFaultError as error:
        return error.fault.sign
    return None


def test_only_an_answer_with_a_stop_and_done_is_whole() -> None:
    assert commits(chunk("x"), chunk(finish="stop"), "[DONE]") is None
    assert commits(chunk("x"), "[DONE]") is FaultKind.CUT
    assert commits(chunk("x"), chunk(finish="stop")) is FaultKind.CUT
    assert commits(chunk("x"), chunk(finish="stop"), must_be_done=False) is None
    assert commits(chunk("x"), chunk(finish="tool_calls"), "[DONE]") is FaultKind.CUT
    assert commits() is FaultKind.CUT


@pytest.mark.parametrize(
    ("finish", "sign"),
    [
        ("STOP", None),
        ("end_turn", None),
        ("length", FaultKind.LENGTH),
        ("max_tokens", FaultKind.LENGTH),
        ("model_length", FaultKind.LENGTH),
        ("content_filter", FaultKind.FILTERED),
        ("error", FaultKind.ERROR),
    ],
)
def test_each_finish_reason_is_known_for_what_it_is(finish: str, sign: FaultKind | None) -> None:
    assert commits(chunk("x"), chunk(finish=finish), "[DONE]") is sign


def test_text_and_reasoning_are_kept_apart_and_both_are_tokens() -> None:
    draft = Draft()
    thought = {"choices": [{"delta": {"reasoning_content": "hm"}}]}
    assert draft.event(Event(json.dumps(thought))) == "hm"
    assert draft.event(Event(chunk("yes"))) == "yes"
    assert draft.event(Event(chunk([{"type": "text", "text": "!"}]))) == "!"
    assert (draft.text, draft.reasoning) == ("yes!", "hm")


@pytest.mark.parametrize(
    "event",
    ["{", "[]", "7", '"text"', '{"error": {"message": "no"}}', '{"error": "no"}', '{"error": [{"code": 5}]}'],
)
def test_what_is_no_chunk_is_a_fault_and_never_text(event: str) -> None:
    with pytest.raises(ProviderFaultError):
        Draft().event(Event(event))


NAMES = st.sampled_from(["choices", "delta", "content", "usage", "finish_reason", "x_groq", "prompt_tokens"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
)


@given(JSON)
def test_no_shape_of_json_breaks_the_draft(body: object) -> None:
    draft = Draft()
    try:
        draft.event(Event(json.dumps({"choices": [body], "usage": body})))
        draft.event(Event(json.dumps(body)))
        draft.commit(True)
    except ProviderFaultError:
        pass
    read_usage(draft.usage)


# ── usage: (provider, its object, the buckets, known input and output)

FLAVOURS: list[tuple[str, dict[str, Any], Usage]] = [
    (
        "openai",
        {
            "prompt_tokens": 1000,
            "completion_tokens": 300,
            "total_tokens": 1300,
            "prompt_tokens_details": {"cached_tokens": 600},
            "completion_tokens_details": {"reasoning_tokens": 200},
        },
        Usage(400, 600, 0, 100, 200),
    ),
    (
        "deepseek",
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 120,
            "prompt_cache_hit_tokens": 64,
            "prompt_cache_miss_tokens": 36,
        },
        Usage(36, 64, 0, 20, 0),
    ),
    (
        "anthropic, own names",
        {
            "input_tokens": 50,
            "cache_creation_input_tokens": 200,
            "cache_read_input_tokens": 1000,
            "output_tokens": 30,
        },
        Usage(50, 1000, 200, 30, 0),
    ),
    (
        "anthropic by litellm",
        {
            "prompt_tokens": 1250,
            "completion_tokens": 30,
            "total_tokens": 1280,
            "prompt_tokens_details": {"cached_tokens": 1000},
            "cache_creation_input_tokens": 200,
            "cache_read_input_tokens": 1000,
        },
        Usage(50, 1000, 200, 30, 0),
    ),
    (
        "anthropic by a thin gateway",
        {"prompt_tokens": 50, "completion_tokens": 30, "cache_read_input_tokens": 1000},
        Usage(50, 1000, 0, 30, 0),
    ),
    (
        "google, thoughts beside the completion",
        {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 100},
        Usage(10, 0, 0, 5, 85),
    ),
    (
        "xai, thoughts told and beside the completion",
        {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "total_tokens": 100,
            "completion_tokens_details": {"reasoning_tokens": 85},
        },
        Usage(10, 0, 0, 5, 85),
    ),
    (
        "openrouter",
        {
            "prompt_tokens": 194,
            "completion_tokens": 2,
            "total_tokens": 196,
            "cost": Decimal("0.95"),
            "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 100},
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
        Usage(94, 0, 100, 2, 0),
    ),
    (
        "groq",
        {"prompt_tokens": 18, "completion_tokens": 5, "total_tokens": 23, "queue_time": Decimal("0.1")},
        Usage(18, 0, 0, 5, 0),
    ),
    ("mistral", {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}, Usage(9, 0, 0, 4, 0)),
    ("moonshot", {"prompt_tokens": 9, "completion_tokens": 4, "cached_tokens": 8}, Usage(1, 8, 0, 4, 0)),
    ("numbers as text", {"prompt_tokens": "9", "completion_tokens": "4"}, Usage(9, 0, 0, 4, 0)),
]


@pytest.mark.parametrize(("name", "raw", "usage"), FLAVOURS)
def test_each_flavour_of_usage_falls_into_disjoint_buckets(name: str, raw: dict[str, Any], usage: Usage) -> None:
    bill = read_usage(raw)
    assert bill.usage == usage, name
    assert bill.known


def test_the_price_that_openrouter_tells_is_taken() -> None:
    assert read_usage({"prompt_tokens": 1, "completion_tokens": 1, "cost": Decimal("0.95")}).cost == Decimal("0.95")
    assert read_usage({"prompt_tokens": 1, "completion_tokens": 1, "cost": 0}).cost is None


@pytest.mark.parametrize(
    "raw",
    [None, {}, {"prompt_tokens": 0, "completion_tokens": 0}, {"prompt_tokens": -5, "completion_tokens": -1}],
)
def test_nothing_zero_and_nonsense_are_unknown_and_filled_by_counts_made_here(
    raw: dict[str, Any] | None,
) -> None:
    bill = read_usage(raw)
    assert (bill.input_known, bill.output_known) == (False, False)
    assert bill.filled(7, 3) == Usage(input=7, output=3)


def test_a_side_that_was_told_is_kept_and_only_the_other_is_counted_here() -> None:
    assert read_usage({"prompt_tokens": 5}).filled(99, 3) == Usage(input=5, output=3)


def test_usage_is_found_where_groq_and_moonshot_put_it() -> None:
    draft = Draft()
    draft.event(Event(json.dumps({"choices": [], "x_groq": {"usage": {"prompt_tokens": 1}}})))
    assert draft.usage == {"prompt_tokens": 1}
    draft.event(Event(json.dumps({"choices": [{"delta": {}, "usage": {"prompt_tokens": 2}}]})))
    assert draft.usage == {"prompt_tokens": 2}


# ── bodies

PROMPT = Prompt((Message("system", "s"), Message("user", "u")), 2, 1, 500, schema={"type": "object"})


def test_quirks_are_data_and_change_the_body() -> None:
    plain = OPENAI.body("m", PROMPT, Quirks(), 500)
    assert plain == {
        "model": "m",
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}],
        "stream": True,
        "max_tokens": 500,
        "stream_options": {"include_usage": True},
    }
    odd = Quirks("max_completion_tokens", False, True, "developer", True, {"reasoning_effort": "low"})
    body = OPENAI.body("m", PROMPT, odd, 500)
    assert "stream_options" not in body
    assert body["messages"][0]["role"] == "developer"
    assert (body["max_completion_tokens"], body["reasoning_effort"]) == (500, "low")
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_a_continuation_sends_what_is_there_and_asks_for_the_rest() -> None:
    messages = OPENAI.body("m", PROMPT, Quirks(), 500, "half")["messages"]
    assert messages[2:] == [
        {"role": "assistant", "content": "half"},
        {"role": "user", "content": CONTINUE},
    ]


def test_halves_of_characters_are_sent_and_taken_as_what_they_can_be() -> None:
    broken = Prompt((Message("user", "caf\udce9 \ud83d\udce6"),), 2, 1, 500)
    assert OPENAI.body("m", broken, Quirks(), 500)["messages"][0]["content"] == "caf\ufffd 📦"
    draft = Draft()
    for event in (chunk("a \ud83d"), chunk("\udce6 and \udfff"), chunk(finish="stop"), "[DONE]"):
        draft.event(Event(event))
    draft.commit(must_be_done=True)
    assert draft.text == "a 📦 and \ufffd"
    with pytest.raises(ProviderFaultError) as told:
        Draft().event(Event(json.dumps({"error": {"message": "no \ud800"}})))
    assert told.value.fault.message == "no \ufffd"


REFUSALS = [
    ProviderFault(
        FaultKind.STATUS,
        400,
        "unsupported_parameter",
        "max_tokens",
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    ),
    ProviderFault(
        FaultKind.STATUS,
        422,
        message="[{'type': 'extra_forbidden', 'loc': ['body', 'stream_options', 'include_usage'], "
        "'msg': 'Extra inputs are not permitted'}]",
    ),
    ProviderFault(FaultKind.STATUS, 400, param="response_format", message="Invalid parameter"),
    ProviderFault(FaultKind.STATUS, 400, param="messages[0].role", message="does not support 'system' with this model"),
]
QUIRKS_AFTER = [
    Quirks(json_schema=True, max_tokens_field="max_completion_tokens"),
    Quirks(json_schema=True, stream_options=False),
    Quirks(json_schema=False),
    Quirks(json_schema=True, system_role="user"),
]


@pytest.mark.parametrize(("fault", "quota"), list(zip(REFUSALS, QUIRKS_AFTER, strict=True)))
def test_a_field_that_is_refused_by_name_is_replaced_or_dropped(fault: ProviderFault, quota: Quirks) -> None:
    assert adapted(Quirks(json_schema=True), fault) == quota


@pytest.mark.parametrize("fault", REFUSALS)
def test_the_same_refusal_cannot_be_adapted_to_for_ever(fault: ProviderFault) -> None:
    quirks: Quirks | None = Quirks(json_schema=True)
    for _ in range(4):
        quirks = adapted(quirks, fault) if quirks else None
    assert quirks is None


def test_a_refusal_that_names_no_field_of_ours_is_left_alone() -> None:
    assert adapted(Quirks(), ProviderFault(FaultKind.STATUS, 400, message="max_tokens must be below 4096")) is None
    assert adapted(Quirks(), ProviderFault(FaultKind.STATUS, 422, message="The request is not acceptable.")) is None


def test_a_line_that_was_said_again_stands_once_in_the_joined_answer() -> None:
    assert joined("def f():\n    return 1 +", " 2") == "def f():\n    return 1 + 2"
    assert joined("a\n    some_long_line = 1\n", "    some_long_line = 1\n    b") == (
        "a\n    some_long_line = 1\n    b"
    )
    assert joined("x = [0, ", "0, 0]") == "x = [0, 0, 0]"

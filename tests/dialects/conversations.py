"""Conversations for property tests: whatever all three dialects can say, with parallel calls, images and tools."""

from __future__ import annotations

import json
from collections.abc import Callable

from hypothesis import strategies as st

from routerd.providers.dialects.neutral_request import (
    AnswerSchema,
    CalledTool,
    Conversation,
    FunctionTool,
    ImagePart,
    Item,
    Part,
    Speaker,
    Spoken,
    TextPart,
    ToolChoice,
    ToolResult,
)

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
NAMES = st.from_regex(r"[a-zA-Z][a-zA-Z0-9_-]{0,20}", fullmatch=True).filter(
    lambda name: not name.startswith(("ns", "custom__"))
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=4)
IMAGES = st.builds(ImagePart, st.sampled_from(["https://host/a.png", "data:image/png;base64,aGVsbG8=", "https://h/;b"]))
SCHEMAS = st.fixed_dictionaries({"type": st.just("object"), "properties": OBJECTS})


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@st.composite
def _turn(draw: Callable[..., object], number: int) -> list[Item]:
    """What the user says, and what the assistant answers: words, or calls in parallel with their results."""
    text = TextPart(str(draw(WORDS)))
    seen: object = draw(st.lists(IMAGES, max_size=2))
    assert isinstance(seen, list)
    parts: tuple[Part, ...] = (text, *seen)
    items: list[Item] = [Spoken(Speaker.USER, parts)]
    names = draw(st.lists(NAMES, max_size=3))
    assert isinstance(names, list)
    if not names or draw(st.booleans()):
        items.append(Spoken(Speaker.ASSISTANT, (TextPart(str(draw(WORDS))),)))
    calls = [CalledTool(f"call_{number}_{n}", name, compact(draw(OBJECTS))) for n, name in enumerate(names)]
    results = [ToolResult(call.id, (TextPart(str(draw(WORDS))),)) for call in calls]
    said: list[Item] = [Spoken(Speaker.ASSISTANT, (TextPart(str(draw(WORDS))),))] if calls else []
    return [*items, *calls, *results, *said]


@st.composite
def conversations(draw: Callable[..., object]) -> Conversation:
    """One that reads back the same from every dialect."""
    items: list[Item] = []
    if draw(st.booleans()):
        items.append(Spoken(Speaker.SYSTEM, (TextPart(str(draw(WORDS))),)))
    count = draw(st.integers(1, 3))
    assert isinstance(count, int)
    for number in range(count):
        turn = draw(_turn(number))
        assert isinstance(turn, list)
        items += turn
    tools = draw(st.lists(st.builds(FunctionTool, NAMES, WORDS, SCHEMAS, st.booleans()), max_size=3))
    assert isinstance(tools, list)
    choices = [None, ToolChoice("auto"), ToolChoice("required"), ToolChoice("none"), ToolChoice("named", "some_tool")]
    choice = draw(st.sampled_from(choices)) if tools else None
    assert choice is None or isinstance(choice, ToolChoice)
    schema = draw(st.none() | SCHEMAS)
    temperature, limit = draw(st.sampled_from([None, 0, 0.5, 1])), draw(st.integers(1, 64_000))
    assert schema is None or isinstance(schema, dict)
    assert temperature is None or isinstance(temperature, int | float)
    assert isinstance(limit, int)
    parallel = False if choice is not None and choice.mode in ("auto", "required") and draw(st.booleans()) else None
    return Conversation(
        model="m",
        items=tuple(items),
        tools=tuple(tools),
        choice=choice,
        parallel=parallel,
        max_tokens=limit,
        temperature=temperature,
        answer_schema=None if schema is None else AnswerSchema(schema, strict=True),
        effort=str(draw(st.sampled_from(["", "low", "medium", "high", "xhigh"]))),
        stream=bool(draw(st.booleans())),
    )

"""What is carried comes back the same, through every pair of dialects and both ways."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given

from routerd.domain.dialect_name import DialectName
from routerd.providers.dialects.neutral_request import Conversation, CustomTool, FunctionTool, Speaker, Spoken, TextPart
from routerd.providers.dialects.reading import DroppedHints
from routerd.providers.dialects.tool_names import flat, unflat
from routerd.providers.dialects.translate import Translated, Unsupported, _read, _written, translate_request
from tests.dialects.conversations import NAMES, conversations
from tests.property_tests import example_count

PAIRS = list(permutations(DialectName, 2))


def _other(dialect: DialectName) -> DialectName:
    return next(one for one in DialectName if one is not dialect)


@pytest.mark.parametrize("dialect", DialectName)
@example_count(400)
@given(said=conversations())
def test_a_conversation_reads_back_as_it_was_written(dialect: DialectName, said: Conversation) -> None:
    body = json.loads(json.dumps(_written(said, dialect, DroppedHints(), 1)))
    assert _read(body, dialect, _other(dialect), DroppedHints()) == said


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
@example_count(400)
@given(said=conversations())
def test_a_request_there_and_back_is_the_same(client: DialectName, upstream: DialectName, said: Conversation) -> None:
    body = _written(said, client, DroppedHints(), 1)
    there = translate_request(body, client, upstream)
    assert isinstance(there, Translated), there
    assert there.dropped == ()
    back = translate_request(there.body, upstream, client)
    assert isinstance(back, Translated), back
    assert back.body == body


@example_count(400)
@given(name=NAMES, namespace=NAMES)
def test_a_name_made_for_a_namespace_tells_it(name: str, namespace: str) -> None:
    assert unflat(flat(name, namespace)) == (name, namespace, False)
    assert unflat(flat(name, custom=True)) == (name, "", True)
    assert unflat(flat(name)) == (name, "", False)


@pytest.mark.parametrize("name", ["ns3_abc_def", "custom__x"])
def test_a_tool_whose_name_would_come_back_as_another_is_refused(name: str) -> None:
    tool = {"type": "function", "function": {"name": name}}
    body = {"model": "m", "messages": [], "tools": [tool]}
    done = translate_request(body, DialectName.CHAT, DialectName.MESSAGES)
    assert isinstance(done, Unsupported)
    assert done.field == f"tools.{name}"


@pytest.mark.parametrize("upstream", [DialectName.CHAT, DialectName.MESSAGES])
def test_a_namespace_comes_back_in_calls(upstream: DialectName) -> None:
    said = Conversation(
        "m",
        (Spoken(Speaker.USER, (TextPart("hello"),)),),
        (FunctionTool("close", "closes", {"type": "object"}, namespace="agents"), CustomTool("patch", "patches")),
        max_tokens=10,
    )
    body = _written(said, DialectName.RESPONSES, DroppedHints(), 1)
    done = translate_request(body, DialectName.RESPONSES, upstream)
    assert isinstance(done, Translated)
    read = _read(done.body, upstream, DialectName.RESPONSES, DroppedHints())
    names = [unflat(tool.name)[:2] for tool in read.tools]
    assert names == [("close", "agents"), ("patch", "")]
    assert replace(read, tools=()) == replace(said, tools=())

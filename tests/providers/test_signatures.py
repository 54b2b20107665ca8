"""Signed reasoning of another model is left out of a request in each API, and every other value stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.forwarded import Endpoint, ForwardedRequest
from routerd.domain.json_body import JsonBody
from routerd.domain.model import ModelRef
from routerd.providers.forward.signatures import signatures_in, without_foreign
from routerd.providers.signature_makers import SignatureMakers

ASKED = {"role": "user", "content": "hi"}
TEXT = {"type": "text", "text": "a"}
DETAIL = {"type": "reasoning.text", "signature": "theirs"}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def changed(endpoint: Endpoint, items: list[Any], foreign: set[str]) -> list[Any]:
    name = "input" if endpoint is Endpoint.RESPONSES else "messages"
    body = JsonBody.parse(json.dumps({"model": "auto", name: items}).encode())
    changes = without_foreign(ForwardedRequest(endpoint, body), foreign.__contains__)
    return json.loads(changes[name]) if changes else items


def thinking(signature: str) -> dict[str, str]:
    return {"type": "thinking", "thinking": "…", "signature": signature}


def reasoning(content: str) -> dict[str, Any]:
    return {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": content}


CASES: dict[str, tuple[Endpoint, list[Any], list[Any]]] = {
    "thinking": (
        Endpoint.MESSAGES,
        [
            ASKED,
            {"role": "assistant", "content": [thinking("theirs"), thinking("ours"), {"type": "text", "text": "a"}]},
        ],
        [ASKED, {"role": "assistant", "content": [thinking("ours"), {"type": "text", "text": "a"}]}],
    ),
    "redacted thinking": (
        Endpoint.MESSAGES,
        [{"role": "assistant", "content": [{"type": "redacted_thinking", "data": "theirs"}]}, ASKED],
        [ASKED],
    ),
    "encrypted reasoning": (
        Endpoint.RESPONSES,
        [
            ASKED,
            reasoning("theirs"),
            {"type": "function_call", "id": "fc_1", "call_id": "c"},
            {"type": "function_call_output", "id": "o", "call_id": "c"},
            ASKED,
            reasoning("ours"),
            {"type": "function_call", "id": "fc_2", "call_id": "d"},
        ],
        [
            ASKED,
            {"type": "function_call", "call_id": "c"},
            {"type": "function_call_output", "id": "o", "call_id": "c"},
            ASKED,
            reasoning("ours"),
            {"type": "function_call", "id": "fc_2", "call_id": "d"},
        ],
    ),
    "a thought signature": (
        Endpoint.CHAT,
        [{"role": "assistant", "tool_calls": [{**CALL, "extra_content": {"google": {"thought_signature": "theirs"}}}]}],
        [{"role": "assistant", "tool_calls": [{**CALL, "extra_content": {"google": {}}}]}],
    ),
    "reasoning details": (
        Endpoint.CHAT,
        [
            {
                "role": "assistant",
                "content": "a",
                "reasoning_details": [{"type": "reasoning.text", "signature": "theirs"}],
            }
        ],
        [{"role": "assistant", "content": "a", "reasoning_details": []}],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_only_foreign_reasoning_goes(case: str) -> None:
    endpoint, items, expected = CASES[case]
    assert changed(endpoint, items, {"theirs"}) == expected
    assert changed(endpoint, items, set()) is items, "not one byte is touched without a foreign signature"


VALUES = st.recursive(
    st.text(max_size=5) | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "type", "signature"]), inner),
)


@given(st.lists(st.dictionaries(st.sampled_from(["role", "content", "signature"]), VALUES, max_size=3)))
def test_no_foreign_signature_is_left_in_any_value(items: list[Any]) -> None:
    foreign = set(signatures_in(items))
    assert not set(signatures_in(changed(Endpoint.MESSAGES, items, foreign))) & foreign


def test_a_maker_is_remembered_and_an_unknown_one_counts_as_the_caller_says() -> None:
    makers, one, other = SignatureMakers(), ModelRef("p", "one"), ModelRef("p", "other")
    makers.made("s", one)
    assert not makers.foreign("s", one, unknown=True)
    assert makers.foreign("s", other, unknown=False)
    assert makers.foreign("unseen", one, unknown=True)
    assert not makers.foreign("unseen", one, unknown=False)

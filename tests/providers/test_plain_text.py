"""The text of a chunk that is read without parsing it is the text that parsing it gives, or is not read so."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.dialect_name import DialectName
from routerd.providers.forward.generated_text import plain_text, text_in

SAID = st.text(max_size=20) | st.sampled_from(['"content": "x"', '\\"', "reasoning", "\\", "é\u2028"])
VALUES = SAID | st.none() | st.lists(st.fixed_dictionaries({"type": st.just("text"), "content": SAID}), max_size=2)
DELTAS = st.dictionaries(
    st.sampled_from(["content", "role", "reasoning_content", "refusal", "tool_calls", "name"]), VALUES, max_size=4
)


def chunk(*deltas: dict[str, Any]) -> dict[str, Any]:
    return {"id": "c", "choices": [{"index": at, "delta": delta} for at, delta in enumerate(deltas)]}


@given(st.lists(DELTAS, min_size=1, max_size=2), st.booleans(), st.booleans())
def test_what_is_read_quickly_is_what_parsing_gives(deltas: list[dict[str, Any]], plain: bool, packed: bool) -> None:
    said = chunk(*deltas)
    separators = (",", ":") if packed else None
    data = json.dumps(said, ensure_ascii=plain, separators=separators).encode("utf-8", "surrogatepass")
    quick = plain_text(DialectName.CHAT, data)
    assert quick is None or quick == text_in(DialectName.CHAT, json.loads(data))


def test_an_ordinary_chunk_is_read_quickly_and_others_are_not() -> None:
    ordinary = json.dumps(chunk({"content": 'a "word"\n'})).encode()
    assert plain_text(DialectName.CHAT, ordinary) == 'a "word"\n'
    assert plain_text(DialectName.MESSAGES, ordinary) is None
    for more in ({"content": "a", "reasoning_content": "b"}, {"content": [{"text": "a"}]}, {"role": "assistant"}):
        assert plain_text(DialectName.CHAT, json.dumps(chunk(more)).encode()) is None

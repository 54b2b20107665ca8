"""A text knows which lines edits changed since an older one, without looking at either."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.position import Position, Range
from routerd.domain.text import Text

PLACES = st.builds(Position, st.integers(0, 9), st.integers(0, 4))
EDITS = st.lists(st.tuples(PLACES, PLACES, st.text("ab\n\r", max_size=4)), max_size=8)


@given(EDITS, st.integers(0, 8), st.sets(st.integers(0, 8)))
def test_outside_of_the_change_the_lines_are_as_they_were(
    edits: list[tuple[Position, Position, str]], since: int, asked: set[int]
) -> None:
    texts = [Text("one\ntwo\r\nthree\rfour\nfive\nsix\n")]
    for number, (start, end, new) in enumerate(edits):
        texts.append(texts[-1].replaced(Range(start, end), new))
        if number in asked:
            texts[-1].changed_since(texts[0])
    old, new_text = texts[min(since, len(edits))], texts[-1]
    change = new_text.changed_since(old)
    assert change is not None
    first, old_last, new_last = change
    assert old.lines[:first] == new_text.lines[:first]
    if old is not new_text:
        assert old.lines[old_last:] == new_text.lines[new_last:]


def test_a_text_that_came_from_elsewhere_has_no_known_change() -> None:
    text = Text("one\n")
    assert Text("one\n").changed_since(text) is None
    assert text.changed_since(text.replaced(text.whole, "two\n")) is None


def test_edits_that_are_too_long_ago_are_forgotten() -> None:
    first = text = Text("x")
    for _ in range(300):
        text = text.replaced(Range(Position(0, 0), Position(0, 0)), "y")
    assert text.changed_since(first) is None

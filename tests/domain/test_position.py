"""Dependencies and spans: order, containment and overlap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.position import Position, Range, span

PLACES = st.builds(Position, st.integers(0, 5), st.integers(0, 5))
SPANS = st.tuples(PLACES, PLACES).map(lambda ends: Range(*sorted(ends)))


@given(PLACES, PLACES)
def test_positions_are_ordered_as_they_are_read(one: Position, other: Position) -> None:
    assert (one < other) == ((one.line, one.column) < (other.line, other.column))


@given(SPANS, SPANS)
def test_overlap_means_that_a_character_is_shared_and_goes_both_ways(one: Range, other: Range) -> None:
    shared = max(one.start, other.start) < min(one.end, other.end)
    if not one.empty and not other.empty:
        assert one.overlaps(other) == other.overlaps(one) == shared


@given(SPANS, SPANS, PLACES)
def test_what_a_span_covers_lies_in_it(one: Range, other: Range, position: Position) -> None:
    if one.covers(other) and position in other:
        assert position in one
    assert one.covers(one)


def test_neighbours_do_not_overlap_but_a_cursor_between_them_is_in_both() -> None:
    left, right = span(0, 0, 0, 3), span(0, 3, 0, 6)
    assert not left.overlaps(right)
    assert Position(0, 3) in left
    assert Position(0, 3) in right


@given(SPANS, st.integers(0, 9))
def test_a_moved_span_comes_back(one: Range, lines: int) -> None:
    assert one.moved(lines).moved(-lines) == one
    assert one.moved(0) == one

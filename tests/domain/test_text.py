"""The text that edits land in, held against a reference so naive that it cannot be wrong the same way."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routerd.domain.position import Edit, Position, Range, span
from routerd.domain.text import Text, cut_lines
from routerd.domain.unicode import Encoding
from tests.property_tests import example_count

PIECES = (
    "a",
    "é",
    "中",
    "😀",
    "👩‍💻",
    "e\u0301",
    "\t",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\f",
    "\v",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\ud800",
    "def f():",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
ENCODINGS = st.sampled_from(Encoding)


class Naive:
    """LSP's rules over one string: recomputes everything from the start, each time."""

    def __init__(self, string: str, encoding: Encoding) -> None:
        self.string, self.encoding = string, encoding

    def lines(self) -> list[tuple[int, str]]:
        """Where each line begins, and the line without its end."""
        found, start = [], 0
        for end in re.finditer("\r\n|\r|\n", self.string):
            found.append((start, self.string[start : end.start()]))
            start = end.end()
        return [*found, (start, self.string[start:])]

    def offset(self, line: int, units: int) -> int:
        lines = self.lines()
        if line >= len(lines):
            return len(self.string)
        start, bare = lines[line]
        best = 0
        for column in range(len(bare) + 1):
            if self.width(bare[:column]) <= units:
                best = column
        return start + best

    def width(self, text: str) -> int:
        size = {Encoding.UTF8: 1, Encoding.UTF16: 2, Encoding.UTF32: 4}[self.encoding]
        codec = {1: "utf-8", 2: "utf-16-le", 4: "utf-32-le"}[size]
        return len(text.encode(codec, "surrogatepass")) // size

    def edit(self, start: tuple[int, int], end: tuple[int, int], new: str) -> None:
        first, last = sorted((self.offset(*start), self.offset(*end)))
        self.string = self.string[:first] + new + self.string[last:]


POSITIONS = st.tuples(st.integers(0, 8), st.integers(0, 20))
EDITS = st.lists(st.tuples(POSITIONS, POSITIONS, TEXTS), max_size=6)


@example_count(400)
@given(TEXTS, EDITS, ENCODINGS)
@example("a\r", [((1, 0), (1, 0), "\nb")], Encoding.UTF16)
@example("a\r\nb", [((0, 1), (1, 0), "")], Encoding.UTF8)
@example("\rx\n", [((1, 0), (1, 1), "")], Encoding.UTF8)
@example("x", [((0, 9), (5, 0), "\r"), ((1, 0), (1, 0), "\n")], Encoding.UTF32)
def test_incremental_edits_give_what_editing_one_string_gives(
    string: str, edits: list[tuple[tuple[int, int], tuple[int, int], str]], encoding: Encoding
) -> None:
    text, naive = Text(string), Naive(string, encoding)
    for start, end, new in edits:
        where = Range(text.position(*start, encoding), text.position(*end, encoding))
        text = text.replaced(where, new)
        naive.edit(start, end, new)
        assert text.string == naive.string
        assert list(text.lines) == cut_lines(naive.string), "the lines are those of a fresh cut"


@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("seed", range(6))
def test_a_long_session_of_typing_never_drifts(seed: int, encoding: Encoding) -> None:
    rng = random.Random(seed)
    text = Text("".join(rng.choices(PIECES, k=400)))
    naive = Naive(text.string, encoding)
    for _ in range(250):
        lines = len(text.lines)
        start = (rng.randrange(lines + 2), rng.randrange(30))
        end = start if rng.random() < 0.6 else (start[0] + rng.randrange(3), rng.randrange(30))
        new = "".join(rng.choices(PIECES, k=rng.randrange(4)))
        where = Range(text.position(*start, encoding), text.position(*end, encoding))
        text = text.replaced(where, new)
        naive.edit(start, end, new)
    assert text.string == naive.string
    assert list(text.lines) == cut_lines(naive.string)


def _offset(text: Text, position: Position) -> int:
    return sum(map(len, text.lines[: position.line])) + position.column


def _place_at(text: Text, offset: int) -> Position:
    """The place after so many characters; none lies inside a line end."""
    lines = cut_lines(text.string[:offset])
    return text.clamp(Position(len(lines) - 1, len(lines[-1])))


@given(TEXTS, ENCODINGS, st.data())
def test_a_position_survives_the_way_to_the_client_and_back(
    string: str, encoding: Encoding, data: st.DataObject
) -> None:
    text = Text(string)
    line = data.draw(st.integers(0, len(text.lines) - 1))
    position = Position(line, data.draw(st.integers(0, len(text.bare(line)))))
    assert text.position(*text.units(position, encoding), encoding) == position
    assert _place_at(text, _offset(text, position)) == position


@given(TEXTS)
def test_only_lf_crlf_and_cr_end_a_line(string: str) -> None:
    text = Text(string)
    assert text.string == string
    assert [text.bare(line) for line in range(len(text.lines))] == re.split("\r\n|\r|\n", string)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5), TEXTS), max_size=5))
def test_edits_at_once_give_what_slicing_from_the_end_gives(string: str, wanted: list[tuple[int, int, str]]) -> None:
    text = Text(string)
    edits: list[Edit] = []
    expected, limit = string, len(string)
    for start, length, new in sorted(wanted, key=lambda each: each[0], reverse=True):
        first, last = _place_at(text, start), _place_at(text, start + length)
        begin, end = _offset(text, first), _offset(text, last)
        if end > limit or begin == limit:
            continue  # would overlap the edit before, or share its place
        edits.append(Edit(Range(first, last), new))
        expected = expected[:begin] + new + expected[end:]
        limit = begin
    assert text.edited(edits).string == expected


@given(TEXTS, ENCODINGS)
def test_a_column_inside_a_character_rounds_down(string: str, encoding: Encoding) -> None:
    text = Text(string)
    for line in range(len(text.lines)):
        bare = text.bare(line)
        columns = [encoding.column(bare, units) for units in range(encoding.width(bare) + 3)]
        assert columns == sorted(columns)
        assert columns[-1] == len(bare)


def test_overlapping_edits_are_refused() -> None:
    text = Text("one two three")
    with pytest.raises(ValueError, match="overlap"):
        text.edited([Edit(span(0, 0, 0, 7), ""), Edit(span(0, 4, 0, 9), "")])


def test_insertions_at_one_position_keep_their_order() -> None:
    at = span(0, 1, 0, 1)
    assert Text("ac").edited([Edit(at, "b"), Edit(at, "B")]).string == "abBc"


@pytest.mark.parametrize(
    ("string", "newline"), [("", "\n"), ("a\r\nb\r\nc\n", "\r\n"), ("a\rb", "\r"), ("a\nb\r\n", "\n")]
)
def test_the_line_end_used_most_is_the_files_own(string: str, newline: str) -> None:
    assert Text(string).newline == newline


def test_an_edit_shares_the_lines_that_it_does_not_touch() -> None:
    text = Text("first line\nsecond line\nthird line\n")
    edited = text.replaced(span(1, 0, 1, 6), "2nd")
    assert edited.lines[0] is text.lines[0]
    assert edited.lines[2] is text.lines[2]
    assert text.string == "first line\nsecond line\nthird line\n"

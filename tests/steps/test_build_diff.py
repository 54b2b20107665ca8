"""The difference of two texts, applied to the first, gives the second and leaves alone what both share."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.text import Text
from routerd.steps.build import diff
from tests.property_tests import example_count

_LINES = st.lists(
    st.sampled_from(["a\n", "b\n", "\n", "  x\r\n", "é🎉\r", "\x0c\n", "u\u2028v\n", "\r\n", "last"]),
    max_size=14,
)


@given(_LINES, _LINES)
@example_count(300)
def test_a_difference_gives_back_the_second_text(old: list[str], new: list[str]) -> None:
    before, after = Text("".join(old)), Text("".join(new))
    assert before.edited(diff(before, after)) == after


def test_a_hundred_thousand_seeded_edits_of_a_file_come_back() -> None:
    chance = random.Random(11)
    lines = [f"line {number}{end}" for number in range(30) for end in ("\n", "\r\n")]
    for _ in range(100_000):
        old = lines[: chance.randrange(14)] + chance.choice([[], ["no end"]])
        new = list(old)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(new) + 1)
            new[at : at + chance.randint(0, 3)] = chance.sample(lines, chance.randint(0, 3))
        before, after = Text("".join(old)), Text("".join(new))
        assert before.edited(diff(before, after)) == after


def test_equal_texts_have_no_difference() -> None:
    assert diff(Text("a\nb"), Text("a\nb")) == ()


def test_a_difference_leaves_shared_lines_alone() -> None:
    before = Text("a\nb\nc\nd\ne\n")
    edits = diff(before, Text("a\nB\nc\nd\nE\n"))
    assert [before.slice(edit.span) for edit in edits] == ["b\n", "e\n"]


def test_two_large_texts_without_a_common_line_are_one_edit() -> None:
    before = Text("".join(f"old {n}\n" for n in range(3_000)))
    after = Text("".join(f"new {n}\n" for n in range(3_000)))
    assert len(diff(before, after)) == 1
    assert before.edited(diff(before, after)) == after

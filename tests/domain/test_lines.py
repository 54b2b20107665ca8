"""Lines in blocks are a sequence like any other, and know what changed between two of them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.domain import lines
from routerd.domain.lines import LineChange, Lines
from routerd.domain.position import span

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n"]), max_size=12)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "BLOCK", 4)


def test_thousands_of_edits_leave_what_a_list_holds() -> None:
    rng = random.Random(3)
    ours, plain = Lines.of([]), list[str]()
    for number in range(4_000):
        first = rng.randrange(len(plain) + 1)
        last = min(first + rng.choice((0, 0, 1, 2, 30)), len(plain))
        new = [f"{number}-{n}" for n in range(rng.choice((0, 1, 1, 2, 3, 20)))]
        ours = ours.replaced(first, last, new)
        plain[first:last] = new
        assert len(ours) == len(plain)
        assert list(ours) == plain
        at = sorted(rng.randrange(-3, len(plain) + 3) for _ in range(2))
        assert ours[at[0] : at[1]] == plain[at[0] : at[1]]
        assert ours == Lines.of(plain)
    for index in range(-len(plain), len(plain)):
        assert ours[index] == plain[index]


@pytest.mark.parametrize("index", [3, -4, 100])
def test_a_line_that_is_not_there_is_an_error(index: int) -> None:
    with pytest.raises(IndexError):
        Lines.of(["a", "b", "c"])[index]


def test_blocks_stay_few_when_lines_are_deleted() -> None:
    ours = Lines.of(str(n) for n in range(4_000))
    while len(ours) > 100:
        ours = ours.replaced(len(ours) // 2, len(ours) // 2 + 3, [])
    assert len(ours._blocks) <= 100  # what a keystroke costs, and nothing else shows it


@given(LINES, LINES)
def test_a_change_is_what_lies_between_the_common_head_and_tail(old: list[str], new: list[str]) -> None:
    change = Lines.of(new).change_since(Lines.of(old))
    assert old[: change.first] + new[change.first : change.new_last] + old[change.old_last :] == new
    assert change.first <= min(change.old_last, change.new_last)
    inner_old, inner_new = old[change.first : change.old_last], new[change.first : change.new_last]
    if inner_old and inner_new:
        assert inner_old[0] != inner_new[0]
        assert inner_old[-1] != inner_new[-1]


@given(LINES, LINES)
def test_lines_outside_of_a_change_are_the_same_lines(old: list[str], new: list[str]) -> None:
    change = Lines.of(new).change_since(Lines.of(old))
    for number, line in enumerate(old):
        moved = change.moves(span(number, 0, number, 0))
        if moved is not None:
            assert new[number + moved] == line


@given(LINES, LINES, LINES)
def test_two_changes_are_one(first: list[str], second: list[str], third: list[str]) -> None:
    one, two = Lines.of(second).change_since(Lines.of(first)), Lines.of(third).change_since(Lines.of(second))
    both = one.then(two)
    assert first[: both.first] == third[: both.first]
    assert first[both.old_last :] == third[both.new_last :]
    assert both.shift == len(third) - len(first)


def test_a_change_reaches_the_lines_beside_it() -> None:
    change = LineChange(5, 7, 6)
    assert [change.touches(line, line) for line in range(3, 9)] == [False, True, True, True, True, False]

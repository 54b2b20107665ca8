"""A line of equals signs in a text is never taken for a hunk's divider: the file decides, or the reply is rejected."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routerd.actions import catalog
from routerd.domain.action import Request, Scope, Target
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.prompt import Conventions, Prompt, Question
from routerd.domain.symbol import Outline
from routerd.domain.text import Text
from routerd.domain.verdict import Rejected
from routerd.steps.build import build
from routerd.steps.read import read
from tests.golden.case import GRAMMAR
from tests.property_tests import example_count

README = "Project\n=======\n\nIt is old.\n"
MODULE = '"""Parcels.\n\nUsage\n=======\nCall old().\n"""\n\nX = 1\n'
FUNCTION = 'def f():\n    """Do it.\n\n    Returns\n    =======\n    An old number.\n    """\n    return 1\n'
OVERLINE = "=======\nProject\n=======\n\nIt is old.\n"
CONFLICT = "a\n<<<<<<< HEAD\nold\n=======\nother\n>>>>>>> branch\nb\n"


def _question(source: str, path: str = "README.md") -> Question:
    document = Document(f"file:///project/{path}", 1, "plaintext", Text(source))
    request = Request("ask", document, Range(Position(0, 0), Position(0, 0)), instruction="Change it")
    target = Target(Scope.FILE, document.text.whole, f"`{path}`", Outline("plaintext"))
    return Question(catalog()["ask"], request, target, Conventions(path), Prompt((), 0, 0, 0))


def _reply(search: str, new: str, divider: str = "=======") -> str:
    return f"<<<<<<< SEARCH\n{search}\n{divider}\n{new}\n>>>>>>> REPLACE"


def _after(source: str, reply: str) -> str | Rejected:
    question = _question(source)
    payload = read(reply, question, GRAMMAR)
    if isinstance(payload, Rejected):
        return payload
    change = build(payload, question, GRAMMAR)
    return change if isinstance(change, Rejected) else change.files[0].after.string


@pytest.mark.parametrize("source", [README, MODULE, FUNCTION, OVERLINE, CONFLICT])
def test_a_heading_in_the_old_text_and_the_new_changes_the_word_that_was_asked_for_or_nothing(source: str) -> None:
    old = source.rstrip("\n")
    after = _after(source, _reply(old, old.replace("old", "new")))
    assert isinstance(after, Rejected) or after == source.replace("old", "new")


@pytest.mark.parametrize(
    ("source", "search", "new"),
    [
        (README, "It is old.", "It is old.\n\nUsage\n=======\n\nRun it."),
        (README, "It is old.", "=======\nNotice\n=======\nIt is new."),
        (FUNCTION, "    Returns\n    =======\n    An old number.", "    Returns\n    =======\n    A new number."),
        ("Usage\n=====\n\nold\n", "Usage\n=====\n\nold", "Usage\n=====\n\nnew"),
        ("=====\nUsage\n=====\n\nold\n", "=====\nUsage\n=====\n\nold", "=====\nUsage\n=====\n\nnew"),
        ("A\n=======\nx\nA\n=======\nold\n", "A\n=======\nold", "A\n=======\nnew"),
    ],
)
def test_a_hunk_that_only_one_line_can_divide_is_taken(source: str, search: str, new: str) -> None:
    assert _after(source, _reply(search, new)) == source.replace(search, new)


def test_what_could_be_meant_in_two_ways_is_rejected_with_what_to_do() -> None:
    after = _after(README, _reply("Project\n=======", "Product\n======="))
    assert isinstance(after, Rejected)
    assert after.mechanical
    assert "hold no such line" in after.reason


def test_the_end_of_the_file_is_no_line_that_repeats_the_old_ones() -> None:
    after = _after("=======\n=======\n\n=======\n", _reply("=======\n", "======="))
    assert isinstance(after, Rejected)  # not: the three last lines are gone


def test_a_divider_of_another_length_counts_where_it_is_the_only_one() -> None:
    assert _after("a\nb\n", _reply("a", "c", "=====")) == "c\nb\n"


def test_a_file_that_is_not_at_hand_decides_nothing() -> None:
    reply = "other.md\n" + _reply("Project\n=======\nold", "new")
    assert isinstance(read(reply, _question(README), GRAMMAR), Rejected)


@pytest.mark.parametrize("inner", ["<<<<<<< SEARCH", ">>>>>>> REPLACE"])
def test_marks_of_the_frame_in_the_text_are_rejected(inner: str) -> None:
    assert isinstance(_after(f"a\n{inner}\nb\n", _reply("a", f"c\n{inner}\nd")), Rejected)
    assert isinstance(_after(f"a\n{inner}\nb\n", _reply(f"a\n{inner}\nb", "c")), Rejected)


def test_many_lines_of_equals_signs_are_refused_quickly() -> None:
    assert isinstance(_after("a\n" * 2_000, _reply("\n".join(["a", "======="] * 500), "b")), Rejected)


_LINE = st.sampled_from(
    [
        "=======",
        "=====",
        "=========",
        "    =======",
        "==========",
        "",
        "Usage",
        "Usage ",
        "    Returns",
        "a",
        "b",
        "-------",
    ]
)


@example_count(1_000)
@given(st.lists(_LINE, min_size=1, max_size=10), st.data())
@example(["Project", "=======", "", "It is old."], None)
def test_a_correct_hunk_yields_the_intended_text_or_is_rejected(lines: list[str], data: st.DataObject | None) -> None:
    if data is None:
        first, last, new = 0, len(lines), ["Project", "=======", "", "It is new."]
    else:
        first = data.draw(st.integers(0, len(lines) - 1))
        last = data.draw(st.integers(first + 1, len(lines)))
        own = st.lists(st.sampled_from(lines), max_size=6)
        new = data.draw(st.one_of(st.lists(_LINE, max_size=6), own))
    old = lines[first:last]
    positions = [at for at in range(len(lines)) if lines[at : at + len(old)] == old]
    if len(positions) != 1 or not any(line.strip() for line in old):
        return
    source = "\n".join(lines) + "\n"
    after = _after(source, _reply("\n".join(old), "\n".join(new)))
    if isinstance(after, Rejected):
        return
    allowed = [
        [*lines[:first], *(kept if kept != [""] else []), *lines[last:]]  # no new lines delete the old ones
        for kept in _without_repeats(new, lines[:first], [*lines[last:], ""])  # the end may count as a line
    ]
    assert after in ["".join(f"{line}\n" for line in wanted) for wanted in allowed]


def _without_repeats(new: list[str], before: list[str], behind: list[str]) -> list[list[str]]:
    """The new lines as they are, and without what only repeats the lines around the old ones."""
    bare, above, below = ([line.rstrip() for line in lines] for lines in (new, before, behind))
    heads = [size for size in range(len(new)) if size == 0 or bare[:size] == above[-size:]]
    tails = [size for size in range(len(new)) if size == 0 or bare[-size:] == below[:size]]
    return [new[head : len(new) - tail] for head in heads for tail in tails if head + tail <= len(new)] or [new]


def test_the_target_decides_as_well_as_the_file() -> None:
    source = "A\n=======\nx\nB\nA\n=======\nx\n"
    question = _question(source)
    question = replace(question, target=replace(question.target, span=Range(Position(3, 0), Position(6, 1))))
    payload = read(_reply("A\n=======\nx", "A\n=======\ny"), question, GRAMMAR)
    assert isinstance(payload, Rejected)  # "A" stands once in the target, too

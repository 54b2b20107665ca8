"""A hunk puts its new lines exactly where its old ones stood, whatever the file's line ends and ending are."""

from __future__ import annotations

import random

from routerd.actions import catalog
from routerd.domain.action import Request, Scope, Target
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.prompt import Conventions, Prompt, Question
from routerd.domain.reply import Change, Hunk, Hunks
from routerd.domain.symbol import Outline
from routerd.domain.text import Text
from routerd.domain.verdict import Rejected
from routerd.steps.build import build
from tests.golden.case import GRAMMAR


def _question(source: str) -> Question:
    document = Document("file:///project/a.txt", 1, "plaintext", Text(source))
    request = Request("ask", document, Range(Position(0, 0), Position(0, 0)), instruction="Change it")
    target = Target(Scope.FILE, document.text.whole, "`a.txt`", Outline("plaintext"))
    return Question(catalog()["ask"], request, target, Conventions("a.txt"), Prompt((), 0, 0, 0))


def _after(source: str, *hunks: Hunk) -> str | Rejected:
    change = build(Hunks(hunks), _question(source), GRAMMAR)
    return change.files[0].after.string if isinstance(change, Change) else change


def test_random_hunks_replace_exactly_their_lines() -> None:
    chance = random.Random(2)
    for _ in range(3_000):
        lines = [f"line {number}" for number in range(chance.randint(1, 12))]
        first = chance.randrange(len(lines))
        last = chance.randint(first, len(lines) - 1)
        new = [f"new {number}" for number in range(chance.randint(1, 3))]
        newline, mark = chance.choice(("\n", "\r\n")), chance.choice(("", "\ufeff"))
        ending = chance.choice(("", newline)) if len(lines) > 1 else newline
        wanted = mark + newline.join([*lines[:first], *new, *lines[last + 1 :]]) + ending
        source = mark + newline.join(lines) + ending
        hunk = Hunk("\n".join(lines[first : last + 1]), "\n".join(new))
        assert _after(source, hunk) == wanted


def test_a_hunk_without_new_lines_deletes_the_old_ones() -> None:
    assert _after("a\nb\nc\n", Hunk("b", "")) == "a\nc\n"


def test_an_edit_of_a_hunk_is_only_what_differs() -> None:
    source = "a\nb\nc\nd\n"
    change = build(Hunks((Hunk("a\nb\nc\nd", "a\nB\nc\nd"),)), _question(source), GRAMMAR)
    assert isinstance(change, Change)
    (edit,) = change.files[0].edits
    assert (Text(source).slice(edit.span), edit.new) == ("b\n", "B\n")


def test_a_place_is_never_guessed() -> None:
    twice = _after("  a\n\ta\n", Hunk("a", "b"))
    assert isinstance(twice, Rejected)
    assert twice.reason == "the old text 'a' of a hunk stands 2 times in the file"
    assert _after("  a\n", Hunk("a", "b")) == "  b\n"

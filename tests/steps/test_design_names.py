"""A dotted name in a design is a file only where no declaration explains it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routerd.domain.prompt import Question
from routerd.domain.reply import Change
from routerd.domain.verdict import Rejected
from routerd.steps.check import check
from tests.golden.case import FOLDER, GRAMMAR, load, question_of


@pytest.mark.parametrize(
    ("name", "known"),
    [("Stack.h", True), ("Stack.go", True), ("Foo.C", True), ("src/missing.py", False), ("missing.py", False)],
)
def test_a_name_that_a_declaration_explains_is_no_missing_file(name: str, known: bool) -> None:
    case = load(next((FOLDER / "design").glob("*/*.txt")))
    before = "class Stack:\n    def h(self):\n        return 1\n\n    def go(self):\n        return 2\n"
    case = replace(
        case, path=FOLDER / "design/python/x.txt", before=before, others={}, existing=None, options={"target": "file"}
    )
    question = question_of(case)
    assert isinstance(question, Question)
    sections = "\n\n".join(f"## {section}\n\nIt calls `{name}` first." for section in question.spec.sections)
    verdict = check(Change(document=sections + "\n"), question, GRAMMAR, frozenset({"shop/cart.py"}))
    assert isinstance(verdict, Rejected) != known

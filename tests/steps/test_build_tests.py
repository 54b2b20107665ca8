"""Tests are merged by insertions alone, and the same tests are not merged twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routerd.domain.document import Document
from routerd.domain.prompt import Question
from routerd.domain.reply import Change
from routerd.domain.verdict import Rejected
from tests.golden.case import Case, cases, change_of, question_of

_GOOD = [case for case in cases() if case.action == "test" and "--- after" in case.wanted]
# A GoogleTest case gets its free name from its title, which the merge does not hold against bodies.
_TWICE = [case for case in _GOOD if case.name != "test/cpp/merged_under_a_free_name"]


def _merged(case: Case) -> tuple[Question, Change]:
    question = question_of(case)
    assert isinstance(question, Question)
    change = change_of(case, question)
    assert isinstance(change, Change)
    return question, change


@pytest.mark.parametrize("case", _GOOD, ids=lambda case: case.name)
def test_a_merge_only_inserts(case: Case) -> None:
    _, change = _merged(case)
    (file,) = change.files
    assert all(edit.span.empty for edit in file.edits)


@pytest.mark.parametrize("case", _TWICE, ids=lambda case: case.name)
def test_the_same_tests_are_not_merged_twice(case: Case) -> None:
    question, change = _merged(case)
    (file,) = change.files
    test_file = Document(file.uri, 9, case.language, file.after)
    again = change_of(case, replace(question, conventions=replace(question.conventions, test_file=test_file)))
    assert isinstance(again, Rejected), again
    assert "not there already" in again.reason or "redefine" in again.reason

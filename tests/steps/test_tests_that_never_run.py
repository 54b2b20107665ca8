"""Tests that no runner runs, that are always skipped, that end before they assert, or whose failure is caught."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.steps.test_tests_mean_something import reason

CASES = re.findall(
    r"^=== (refused|accepted): (.+)\n((?:(?!=== ).*\n)*)",
    Path(__file__).with_name("tests_that_never_run.txt").read_text("utf-8"),
    re.M,
)


@pytest.mark.parametrize(("kind", "name", "code"), CASES)
def test_what_cannot_fail_is_refused_and_what_may_fail_is_not(kind: str, name: str, code: str) -> None:
    told = reason(code)
    if kind == "accepted":
        assert told == "", name
    else:
        assert told.startswith(("the test 'test_it' ", "every test of the file ")), name


@pytest.mark.parametrize(("kind", "name", "code"), CASES)
def test_asynchronous_tests_are_held_to_the_same(kind: str, name: str, code: str) -> None:
    told = reason(code.replace("def test_it(", "async def test_it("))
    assert (told == "") == (kind == "accepted"), (name, told)


def test_both_kinds_are_there() -> None:
    assert {kind for kind, _, _ in CASES} == {"refused", "accepted"}
    assert len(CASES) > 50

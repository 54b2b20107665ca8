"""A commit message is read and checked: what may be committed as it is, and every way to fail that models have."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.tokenizer import TiktokenCounter
from routerd.app.staged_request import bounded
from routerd.domain.ports import Grammar
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange, Markdown
from routerd.domain.text import Text
from routerd.domain.verdict import Accepted, Rejected, Verdict
from routerd.steps.check.commit_message import LONGEST, check_commit_message
from routerd.steps.read.commit_message import read_commit_message


def judged(reply: str) -> Verdict:
    payload = read_commit_message(reply, cast("Question", None), cast("Grammar", None))
    return check_commit_message(Change(document=payload.text)) if isinstance(payload, Markdown) else payload


@pytest.mark.parametrize(
    "reply",
    [
        "Read headers without a colon",
        "fix(labels): read headers without a colon\n\nThey occur in old parcels.\n\n- one\n- two",
        "```\nRead headers\n```",
        "~~~text\nRead headers\n\nWhy.\n~~~",
        "Commit message: Read headers",
        "Here is the commit message:\n\nRead headers",
        "Sure! Here's a message:\nRead headers",
        "A commit message is checked before it is shown",
        "The diff of a rename is a removal and a new file",
        "Überarbeite die Kopfzeilen",
        "x" * LONGEST,
    ],
)
def test_a_message_is_taken(reply: str) -> None:
    assert judged(reply) == Accepted()


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("x" * (LONGEST + 1), "73 characters"),
        ("", "no commit message"),
        ("TODO", "no commit message"),
        ("Read headers\nand values", "no empty line"),
        ("Read headers\n\n```python\nx = 1\n```", "fence"),
        ("```\nRead headers", "talks|fence|empty line"),
        ("# Read headers", "no message"),
        ("diff --git a/x b/x", "no message"),
        ("This commit changes how headers are read", "about the task"),
        ("Based on the diff, headers are read", "about the task"),
        ("I changed how headers are read", "about the task"),
        ("Here are two options\n\n1. Read headers", "about the task"),
        ("The staged changes read headers", "about the task"),
        ("Read headers\n\nLet me know if it should be longer.\n\nIt is short.", "talks to the reader"),
    ],
)
def test_what_is_no_message_is_rejected_with_a_reason(reply: str, reason: str) -> None:
    verdict = judged(reply)
    assert isinstance(verdict, Rejected)
    assert any(part in verdict.reason for part in reason.split("|")), verdict.reason
    assert verdict.mechanical


def test_a_message_changes_no_file() -> None:
    change = Change(files=(FileChange("file:///x", Text("a"), ()),), document="Read headers")
    assert isinstance(check_commit_message(change), Rejected)


@given(st.text(alphabet="ab \n#`", max_size=200))
def test_whatever_is_taken_has_a_short_subject_and_no_fence(reply: str) -> None:
    payload = read_commit_message(reply, cast("Question", None), cast("Grammar", None))
    if isinstance(payload, Markdown) and check_commit_message(Change(document=payload.text)) == Accepted():
        subject, *body = payload.text.rstrip("\n").split("\n")
        assert 0 < len(subject.strip()) <= LONGEST
        assert not body or not body[0]
        assert not any(line.lstrip().startswith("```") for line in payload.text.split("\n"))


COUNTER = TiktokenCounter()
COUNTER.count("")  # loads the vocabulary, which no example should wait for
PART = st.lists(st.text(alphabet="+- abc{}", min_size=1, max_size=40), min_size=1, max_size=30).map("\n".join)


@given(st.lists(PART, max_size=6), st.integers(0, 300))
def test_a_diff_is_cut_to_the_budget_at_whole_lines_and_says_which_files_are(parts: list[str], tokens: int) -> None:
    files = tuple((f"f{number}.py", part) for number, part in enumerate(parts))
    shown = bounded(files, tokens, COUNTER)
    whole = "\n".join(part for _, part in files)
    if shown == whole:
        return
    kept, _, sentence = shown.rpartition("\n")
    assert sentence.startswith("(The diff is cut: not all changes are shown of f")
    assert not kept or set(kept.split("\n")) <= set(whole.split("\n"))
    assert COUNTER.count(kept) <= tokens + 2 * len(files), "breaks between files are all that is not counted"


def test_a_diff_that_fits_is_whole_and_files_after_one_that_does_not_still_count() -> None:
    files = (("a", "+a\n" * 400), ("b", "+b"))
    assert bounded(files, 10_000, COUNTER) == "+a\n" * 400 + "\n+b"
    assert bounded(files, 100, COUNTER).endswith("\n+b\n(The diff is cut: not all changes are shown of a.)")

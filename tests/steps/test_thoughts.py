"""Thoughts before an answer are taken off, and no mark within an answer's own code is taken for one."""

from __future__ import annotations

import pytest

from routerd.steps.read import without_thoughts

FENCE = "```python\nx = 1\n```\n"


@pytest.mark.parametrize(
    "thoughts",
    [
        "<think>\nhm\n</think>\n",
        "hm\n</think>\n",
        f"A first draft:\n{FENCE}No.\n</think>\n",
        f"<think>{FENCE}</think>\n",
        "hm\n</thinking>\n",
    ],
)
def test_thoughts_are_taken_off_also_where_only_their_end_is_marked(thoughts: str) -> None:
    assert without_thoughts(f"{thoughts}\n{FENCE}").strip() == FENCE.strip()


@pytest.mark.parametrize(
    "reply",
    [
        FENCE,
        "```text\nhm\n</think>\nmore\n```\n",
        "<<<<<<< SEARCH\n</think>\n=======\n<b/>\n>>>>>>> REPLACE\n",
        "one\n</think>\ntwo\n</think>\nthree\n",
        "Write `</think>` at its end.\n",
    ],
)
def test_a_mark_that_is_the_answers_own_stays(reply: str) -> None:
    assert without_thoughts(reply) == reply

"""Thoughts that a model puts before its answer are taken off; marks within code are code."""

from __future__ import annotations

import re

_THOUGHT = re.compile(r"\A\s*<think(ing)?>.*?</think(ing)?>\s*?\n", re.S)
"""Open models put their reasoning before the answer, between these marks."""

_THOUGHT_END = re.compile(r"^\s*</think(?:ing)?>\s*$", re.M)
_THOUGHT_BEGIN = re.compile(r"<think(?:ing)?>")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.M)
_HUNK = re.compile(r"^(?:<{5,}|>{5,})", re.M)
"""The first and the last line of a hunk."""


def without_thoughts(text: str) -> str:
    """The reply without thoughts before it, also where only their end is marked.

    Some chat templates put the opening mark into the prompt. An end without it counts on a line of its own, once,
    and where no fence or hunk is open: in those it is the answer's code.
    """
    text = _THOUGHT.sub("", text)
    marks = list(_THOUGHT_END.finditer(text))
    if len(marks) != 1 or _THOUGHT_BEGIN.search(text):
        return text
    before = text[: marks[0].start()]
    whole = len(_FENCE.findall(before)) % 2 == 0 and len(_HUNK.findall(before)) % 2 == 0
    return text[marks[0].end() :] if whole else text

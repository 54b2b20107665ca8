"""Diff: the edits, by whole lines, that turn one text into another; what both share is not touched."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from routerd.domain.position import Edit, Position, Range
from routerd.domain.text import Text

_MAX_WORK = 4_000_000
"""Line pairs that difflib may have to compare, about a second of work; beyond it one edit does."""


def diff(before: Text, after: Text) -> tuple[Edit, ...]:
    """Edits by whole lines, in order: ``before.edited(diff(before, after)) == after``."""
    old, new = before.lines, after.lines
    head, old_end, new_end = new.change_since(old)
    if head == old_end == new_end:
        return ()
    if (old_end - head) * (new_end - head) > _MAX_WORK:
        return (_edit(before, head, old_end, new[head:new_end]),)
    matcher = SequenceMatcher(None, old[head:old_end], new[head:new_end], autojunk=False)
    return tuple(
        _edit(before, head + a, head + b, new[head + c : head + d])
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    )


def _edit(before: Text, first: int, last: int, lines: Sequence[str]) -> Edit:
    """Lines ``first`` up to ``last`` replaced; the end of the last line is the end of the text."""
    end = Position(last, 0) if last < len(before.lines) else before.end
    return Edit(Range(Position(first, 0), end), "".join(lines))

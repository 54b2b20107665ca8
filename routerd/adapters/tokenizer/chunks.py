"""The token counts of a document's chunks, and which of them an edit leaves as they were."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from routerd.domain.text import Text

Lines = Sequence[str]
Count = Callable[[str], int]

_OPENS = re.compile(r"[ \t]+\S|[^\s/]")
"""A line that a chunk may begin with, after a line that ends in LF; see ``counter`` for why that is safe."""

_CHUNK_LINES = 64
"""Few enough to count again in 0.1 ms, many enough that 50,000 lines are 800 chunks."""

_COMPARED = 1_024
"""Lines compared at once: a comparison of lists runs in C and takes equal objects for equal lines."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """The lines of a text in chunks that no token spans."""

    text: Text
    sizes: list[int]
    """Lines of each chunk."""
    counts: list[int]
    """Tokens of each chunk."""

    @classmethod
    def of(cls, text: Text, count: Count) -> Chunks:
        """Every chunk counted."""
        return cls(text, *_counted(text.lines, 0, len(text.lines), count))

    @property
    def total(self) -> int:
        """Tokens of the whole text."""
        return sum(self.counts)

    def precedes(self, text: Text) -> bool:
        """Whether a text seems to be an edit of this one: its first or last but one line is one object."""
        lines = self.text.lines
        return lines[0] is text.lines[0] or lines[-2:][0] is text.lines[-2:][0]

    def followed(self, text: Text, count: Count) -> Chunks:
        """The chunks of a text that came from this one by an edit; only those that it touched are counted."""
        old = self.text.lines
        if change := text.changed_since(self.text):
            same_head, same_tail = change[0], len(old) - change[1]
        else:
            same_head = _same(old, text.lines)
            same_tail = _same_from_end(old, text.lines, same_head)
        ends = list(accumulate(self.sizes))
        # Where a chunk begins depends on that line and the one before: both must be as they were.
        kept_head = bisect_right(ends, same_head - 1)
        kept_tail = bisect_right(ends, len(old) - same_tail)
        first = ends[kept_head - 1] if kept_head else 0
        last = len(text.lines) - sum(self.sizes[kept_tail + 1 :])
        sizes, counts = _counted(text.lines, first, last, count)
        return Chunks(
            text,
            [*self.sizes[:kept_head], *sizes, *self.sizes[kept_tail + 1 :]],
            [*self.counts[:kept_head], *counts, *self.counts[kept_tail + 1 :]],
        )


def _counted(lines: Lines, first: int, last: int, count: Count) -> tuple[list[int], list[int]]:
    sizes: list[int] = []
    counts: list[int] = []
    while first < last:
        end = min(first + _CHUNK_LINES, last)
        while end < last and not (lines[end - 1].endswith("\n") and _OPENS.match(lines[end])):
            end += 1
        sizes.append(end - first)
        counts.append(count("".join(lines[first:end])))
        first = end
    return sizes, counts


def _same(old: Lines, new: Lines) -> int:
    """How many lines the two share at the beginning."""
    limit = min(len(old), len(new))
    at = 0
    while at < limit and old[at : at + _COMPARED] == new[at : at + _COMPARED]:
        at += _COMPARED
    while at < limit and old[at] == new[at]:
        at += 1
    return min(at, limit)


def _same_from_end(old: Lines, new: Lines, head: int) -> int:
    """How many lines the two share at the end, beyond those that they share at the beginning."""
    limit = min(len(old), len(new)) - head
    at = 0
    while at + _COMPARED <= limit and _slice(old, at) == _slice(new, at):
        at += _COMPARED
    while at < limit and old[-1 - at] == new[-1 - at]:
        at += 1
    return at


def _slice(lines: Lines, from_end: int) -> Lines:
    return lines[len(lines) - from_end - _COMPARED : len(lines) - from_end]

"""The token counts of a document's chunks, and which of them an edit leaves as they were."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

from routerd.domain.lines import Lines
from routerd.domain.text import Text

Count = Callable[[str], int]

_OPENS = re.compile(r"[ \t]+\S|[^\s/]")
"""A line that a chunk may begin with, after a line that ends in LF; see ``counter`` for why that is safe."""

_CHUNK_LINES = 64
"""Few enough to count again in 0.1 ms, many enough that 50,000 lines are 800 chunks."""


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
        change = text.changed_since(self.text) or text.lines.change_since(old)
        same_head, same_tail = change.first, len(old) - change.old_last
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

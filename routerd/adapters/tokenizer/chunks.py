"""The token counts of a document's chunks, which are reused after an edit."""

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
"""A line that may start a chunk, after a line that ends in LF; ``counter`` explains why that is safe."""

_CHUNK_LINES = 64
"""The number of lines in a chunk: a chunk is counted in 0.1 ms, and 50,000 lines are 800 chunks."""
_CHUNK_CHARS = 16_384
"""The most characters of a chunk of several lines, so that typing beside a very long line does not count it again."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """The lines of a text in chunks that no token spans."""

    text: Text
    sizes: list[int]
    """The number of lines of each chunk."""
    counts: list[int]
    """The number of tokens of each chunk."""

    @classmethod
    def of(cls, text: Text, count: Count) -> Chunks:
        """Counts every chunk."""
        return cls(text, *_counted(text.lines, 0, len(text.lines), count))

    @property
    def total(self) -> int:
        """The number of tokens of the whole text."""
        return sum(self.counts)

    def precedes(self, text: Text) -> bool:
        """Whether a text is probably an edit of this one: its first or last but one line is the same object."""
        lines = self.text.lines
        return lines[0] is text.lines[0] or lines[-2:][0] is text.lines[-2:][0]

    def followed(self, text: Text, count: Count) -> Chunks:
        """The chunks of an edited text; only the chunks that the edit touched are counted."""
        old = self.text.lines
        change = text.changed_since(self.text) or text.lines.change_since(old)
        same_head, same_tail = change.first, len(old) - change.old_last
        ends = list(accumulate(self.sizes))
        # The start of a chunk depends on its line and the one before: both must be unchanged.
        head_chunks = bisect_right(ends, same_head - 1)
        tail_chunks = bisect_right(ends, len(old) - same_tail)
        first = ends[head_chunks - 1] if head_chunks else 0
        last = len(text.lines) - sum(self.sizes[tail_chunks + 1 :])
        sizes, counts = _counted(text.lines, first, last, count)
        return Chunks(
            text,
            [*self.sizes[:head_chunks], *sizes, *self.sizes[tail_chunks + 1 :]],
            [*self.counts[:head_chunks], *counts, *self.counts[tail_chunks + 1 :]],
        )


def _counted(lines: Lines, first: int, last: int, count: Count) -> tuple[list[int], list[int]]:
    sizes: list[int] = []
    counts: list[int] = []
    while first < last:
        end = _end_of_chunk(lines, first, min(first + _CHUNK_LINES, last))
        while end < last and not (lines[end - 1].endswith("\n") and _OPENS.match(lines[end])):
            end += 1
        sizes.append(end - first)
        counts.append(count("".join(lines[first:end])))
        first = end
    return sizes, counts


def _end_of_chunk(lines: Lines, first: int, last: int) -> int:
    """The first line, before ``last``, that would make a chunk too long; at least one line is in it."""
    long = 0
    for number, line in enumerate(lines[first:last]):
        long += len(line)
        if number and long > _CHUNK_CHARS:
            return first + number
    return last

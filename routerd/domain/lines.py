"""Changes of a sequence of lines, and where one sequence occurs in another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from routerd.domain.position import Range


class LineChange(NamedTuple):
    """Lines ``first`` to ``old_last`` (exclusive) of the old text became ``first`` to ``new_last``."""

    first: int
    old_last: int
    new_last: int

    @property
    def shift(self) -> int:
        """The number of lines by which the lines below moved down."""
        return self.new_last - self.old_last

    def touches(self, first: int, last: int) -> bool:
        """Whether it overlaps or adjoins old lines ``first`` to ``last`` (a decorator above, a line at the end)."""
        return self.first <= last + 1 and first <= self.old_last

    def moves(self, span: Range) -> int | None:
        """The number of lines by which a range of the old text moves; ``None`` if its lines changed."""
        if span.end.line < self.first:
            return 0
        return self.shift if span.start.line >= self.old_last else None

    def then(self, step: LineChange) -> LineChange:
        """This change and the next as one change, which covers the lines of both and those between them."""
        middle = max(self.new_last, step.old_last)
        return LineChange(
            min(self.first, step.first),
            self.old_last + middle - self.new_last,
            step.new_last + middle - step.old_last,
        )


def runs(wanted: Sequence[str], lines: Sequence[str]) -> tuple[int, ...]:
    """Every index (from zero) at which the sequence ``wanted``, at least one line, occurs in ``lines``."""
    size = len(wanted)
    starts = range(len(lines) - size + 1)
    return tuple(at for at in starts if lines[at] == wanted[0] and lines[at : at + size] == wanted)

"""Chooses the rows of a text to parse around some rows: the declarations that enclose them, without other members.

A class of 50,000 lines is one declaration, but an edit in one of its methods concerns that method, the header of the
class and its end. Leaving the other members out makes the cost depend on the edited one alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from routerd.domain.lines import LineChange
from routerd.domain.position import Position, Range
from routerd.languages.node import Node
from routerd.languages.spec import GrammarRules

SHORTEST_GAP = 60
"""Fewer rows are parsed with the rest: that takes less than half a millisecond."""


class Rows(NamedTuple):
    """Rows ``first`` to ``last``, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Rows of a text in ascending order, with gaps between them; every declaration starts and ends in one of them."""

    kept: tuple[Rows, ...]

    @property
    def size(self) -> int:
        """The number of rows."""
        return sum(rows.last - rows.first + 1 for rows in self.kept)

    def after(self, change: LineChange) -> Excerpt:
        """The same rows of the changed text; the change lies in one of the ranges."""

        def moved(row: int) -> int:
            return row + change.shift if row >= change.old_last else row

        def start(row: int) -> int:
            return row if row <= change.first else moved(row)

        return Excerpt(tuple(Rows(start(rows.first), moved(rows.last + 1) - 1) for rows in self.kept))

    def inner(self, position: Position) -> Position | None:
        """A position of the text, counted in the excerpt; ``None`` in a gap."""
        above = 0
        for rows in self.kept:
            if rows.first <= position.line <= rows.last:
                return Position(position.line - rows.first + above, position.column)
            above += rows.last - rows.first + 1
        return None

    def outer(self, span: Range) -> Range:
        """A range of the excerpt, counted in the text."""
        return Range(self._outer(span.start), self._outer(span.end))

    def _outer(self, position: Position) -> Position:
        line = position.line
        for rows in self.kept:
            size = rows.last - rows.first + 1
            if line < size:
                return Position(rows.first + line, position.column)
            line -= size
        return Position(self.kept[-1].last + 1 + line, position.column)


def excerpt_of(root: Node, rules: GrammarRules, wanted: Sequence[Rows]) -> Excerpt:
    """The excerpt around some rows (at least one range) of the text that ``root`` is the tree of."""
    # The row above each range too: what is typed behind a declaration may belong to it.
    around = [Rows(max(rows.first - 1, 0), rows.last) for rows in wanted]
    whole = Rows(min(rows.first for rows in around), max(rows.last for rows in around))
    first, last = min(rows.first for rows in wanted), whole.last
    top, bottom = _children(root, rules, whole)
    if bottom < 0:
        return Excerpt((Rows(min(first, root.start_point[0]), last),))
    nodes = [root.child(index) for index in range(top, bottom + 1)]
    gaps = sorted(gap for node in nodes if node is not None for gap in _gaps(node, rules, around))
    first, last = min(first, _start(root, top)), max(last, _end(root, bottom))
    edges = [first, *(edge for gap in gaps for edge in (gap.first - 1, gap.last + 1)), last]
    return Excerpt(tuple(Rows(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)))


def _gaps(node: Node, rules: GrammarRules, wanted: Sequence[Rows]) -> Iterator[Rows]:
    """The rows inside a node that hold only parts without a wanted row.

    Its first and last row are kept, and behind each kept part the first one that is no comment, so that a body stays.
    """
    first, last = node.start_point[0], node.end_point[0]
    if last - first < SHORTEST_GAP or not node.child_count:
        return
    around = [Rows(max(rows.first, first), min(rows.last, last)) for rows in wanted]
    around = [Rows(first, first), *(rows for rows in around if rows.first <= rows.last), Rows(last, last)]
    parts: set[int] = set()
    behind, reached = 0, first
    for top, bottom, row in sorted((*_children(node, rules, rows), rows.last) for rows in around):
        while behind < top - 1 and _belongs_below(node.child(behind), rules):
            behind += 1
        if behind < top:
            parts.add(behind)
            reached = max(reached, _end(node, behind))
            if _start(node, top) - reached - 1 > SHORTEST_GAP:
                yield Rows(reached + 1, _start(node, top) - 1)
        parts |= {top, bottom}
        behind, reached = max(behind, bottom + 1), max(reached, row, _end(node, bottom))
    for index in sorted(parts):
        part = node.child(index)
        if part is not None:
            yield from _gaps(part, rules, around)


def _children(node: Node, rules: GrammarRules, rows: Rows) -> tuple[int, int]:
    """The indices of the first and last child around some rows, with the comments above; -1 as last for none."""
    top, bottom = max(_starting_by(node, rows.first), 0), _starting_by(node, rows.last)
    while top > 0 and _belongs_below(node.child(top - 1), rules):
        top -= 1
    return top, bottom


def _belongs_below(node: Node | None, rules: GrammarRules) -> bool:
    return node is not None and node.type in (*rules.comments, *rules.attributes)


def _starting_by(node: Node, row: int) -> int:
    """The index of the last child that starts on or before a row; -1 if there is none."""
    return bisect_right(range(node.child_count), row, key=lambda index: _start(node, index)) - 1


def _start(node: Node, index: int) -> int:
    child = node.child(index)
    return node.start_point[0] if child is None else child.start_point[0]


def _end(node: Node, index: int) -> int:
    child = node.child(index)
    return node.end_point[0] if child is None else child.end_point[0]

"""Where things stand in a text: a place, a span between two places, and an edit of one span.

A place is a line and a column in code points, both from zero. Bytes (tree-sitter, ast) and UTF-16
units (LSP) are converted at the edges; nothing inside routerd counts in them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A line and a column in code points, both from zero."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """The text from ``start`` up to, not including, ``end``."""

    start: Position
    end: Position

    def __contains__(self, position: Position) -> bool:
        """Whether the place is inside or at either end (a cursor after the last letter counts)."""
        return self.start <= position <= self.end

    def covers(self, other: Range) -> bool:
        """Whether all of the other span lies in this one."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Range) -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end

    @property
    def empty(self) -> bool:
        """Whether there is nothing between start and end."""
        return self.start == self.end

    def moved(self, lines: int) -> Range:
        """The same span so many lines further down (or up, if negative)."""
        return Range(
            Position(self.start.line + lines, self.start.column), Position(self.end.line + lines, self.end.column)
        )


def span(line: int, column: int, end_line: int, end_column: int) -> Range:
    """A span from its four numbers."""
    return Range(Position(line, column), Position(end_line, end_column))


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace what stands in ``span`` by ``new``; an insertion has an empty span."""

    span: Range
    new: str

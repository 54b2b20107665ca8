"""Positions and ranges in a text, and an edit of one range.

Columns count code points from zero. Bytes (tree-sitter, ast) and UTF-16 units (LSP) are converted at the
boundaries of routerd; no other part counts in them.
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
        """Whether the position is inside or at either end (a cursor after the last letter counts)."""
        return self.start <= position <= self.end

    def covers(self, other: Range) -> bool:
        """Whether the other range lies within this one."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Range) -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end

    @property
    def empty(self) -> bool:
        """Whether start and end are equal."""
        return self.start == self.end

    def moved(self, lines: int) -> Range:
        """The range moved down by a number of lines (up if negative)."""
        return Range(
            Position(self.start.line + lines, self.start.column), Position(self.end.line + lines, self.end.column)
        )


def span(line: int, column: int, end_line: int, end_column: int) -> Range:
    """A range from its four numbers."""
    return Range(Position(line, column), Position(end_line, end_column))


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replaces the text of the range ``span`` by ``new``; an insertion has an empty range."""

    span: Range
    new: str

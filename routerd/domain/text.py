"""A text as LSP sees it: lines end at LF, CRLF or CR only, and columns count in a negotiated unit.

``str.splitlines`` also breaks at form feed, U+2028 and six others, which silently shifts every
incremental edit below them; so lines are split here and nowhere else.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from functools import cached_property, reduce

from routerd.domain.lines import LineChange, Lines
from routerd.domain.position import Edit, Position, Range
from routerd.domain.unicode import Encoding

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")

_NUMBERS = itertools.count()

_TRAIL = 256
"""The number of edits that a text remembers: a few minutes of typing."""
_ASKED = 8
"""The number of older texts whose change up to the current text is cached."""


def cut_lines(string: str) -> list[str]:
    """Splits a string into lines with their line ends; at least one, and the last has no line end."""
    lines = _LINE.findall(string)
    if not lines or lines[-1].endswith(("\n", "\r")):
        lines.append("")
    return lines


def with_lf(string: str) -> str:
    """The string with all line ends replaced by LF."""
    return string.replace("\r\n", "\n").replace("\r", "\n")


def indent_of(line: str) -> str:
    """The leading white space of a line."""
    return line[: len(line) - len(line.lstrip(" \t"))]


class Text:
    """An immutable text: its lines with their line ends, most of them shared with its predecessor.

    It stores lines, not offsets, so that an edit costs the lines it touches and not the length of the file.
    """

    def __init__(self, source: str | Lines) -> None:
        """From a string, or from lines as ``cut_lines`` splits them."""
        self.lines = source if isinstance(source, Lines) else Lines.of(cut_lines(source))
        self._number = next(_NUMBERS)
        self._trail: tuple[tuple[int, LineChange], ...] = ()
        self._changes: dict[int, LineChange] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and self.lines == other.lines

    def __hash__(self) -> int:
        return hash(self.string)

    def __reduce__(self) -> tuple[type[Text], tuple[str]]:
        """Pickles only the string: its identity and edit history belong to this process."""
        return Text, (self.string,)

    def __repr__(self) -> str:
        return f"Text({len(self.lines)} lines)"

    @cached_property
    def string(self) -> str:
        """The whole text."""
        return "".join(self.lines)

    @property
    def end(self) -> Position:
        """The position after the last character."""
        return Position(len(self.lines) - 1, len(self.lines[-1]))

    @property
    def whole(self) -> Range:
        """The range of the whole text."""
        return Range(Position(0, 0), self.end)

    def bare(self, line: int) -> str:
        """One line without its line end."""
        return self.lines[line].rstrip("\r\n")

    def bare_lines(self) -> list[str]:
        """All lines without their line ends."""
        return [line.rstrip("\r\n") for line in self.lines]

    def indent(self, line: int) -> str:
        """The white space that a line begins with."""
        return indent_of(self.bare(line))

    def line_start(self, line: int) -> Position:
        """The position of a line's first character, after a byte order mark; the text's end past the last line."""
        if line >= len(self.lines):
            return self.end
        return Position(line, int(line == 0 and self.lines[0].startswith("\ufeff")))

    @cached_property
    def newline(self) -> str:
        """The most frequent line end; LF if there is none."""
        crlf = sum(line.endswith("\r\n") for line in self.lines)
        lf = sum(line.endswith("\n") for line in self.lines) - crlf
        cr = sum(line.endswith("\r") for line in self.lines)
        return max((("\n", lf), ("\r\n", crlf), ("\r", cr)), key=lambda pair: pair[1])[0]

    def clamp(self, position: Position) -> Position:
        """The nearest valid position: LSP allows columns and lines past the end."""
        if position.line >= len(self.lines):
            return self.end
        line = max(position.line, 0)
        return Position(line, min(max(position.column, 0), len(self.bare(line))))

    def slice(self, span: Range) -> str:
        """The text of a range (clamped)."""
        first, last = span.start, span.end
        if 0 <= first.line == last.line < len(self.lines):
            line = self.lines[first.line]
            # Most ranges are names: what ends before any line end needs no clamping.
            if first.column >= 0 and last.column <= len(line) - 2:
                return line[first.column : max(last.column, 0)]
        start, end = self.clamp(first), self.clamp(last)
        if start.line == end.line:
            return self.lines[start.line][start.column : end.column]
        return "".join(
            (
                self.lines[start.line][start.column :],
                *self.lines[start.line + 1 : end.line],
                self.lines[end.line][: end.column],
            )
        )

    def replaced(self, span: Range, new: str) -> Text:
        """The text with one range replaced; the range is clamped, and its ends may be in either order."""
        start, end = sorted((self.clamp(span.start), self.clamp(span.end)))
        head = self.lines[start.line][: start.column]
        tail = self.lines[end.line][end.column :]
        first, last = start.line, end.line
        # A CR and an LF that meet become one line end, so the adjacent lines are split again as well.
        if not head and first > 0 and self.lines[first - 1].endswith("\r"):
            first -= 1
            head = self.lines[first]
        middle = cut_lines(head + new + tail)
        if middle[-1] == "" and last + 1 < len(self.lines):
            middle.pop()
        text = Text(self.lines.replaced(first, last + 1, middle))
        step = LineChange(first, last + 1, first + len(middle))
        text._trail = (*self._trail[1 - _TRAIL :], (self._number, step))
        text._changes = {number: change.then(step) for number, change in [*self._changes.items()][-_ASKED:]}
        return text

    def changed_since(self, older: Text) -> LineChange | None:
        """The lines changed since an older text, from the edit history alone.

        ``None`` if this text does not descend from it, or the history no longer reaches back to it.
        """
        if older is self:
            return LineChange(0, 0, 0)
        number = older._number
        if number not in self._changes:
            steps = [step for _, step in itertools.dropwhile(lambda step: step[0] != number, self._trail)]
            if not steps:
                return None
            self._changes[number] = reduce(LineChange.then, steps)
        return self._changes[number]

    def edited(self, edits: Iterable[Edit]) -> Text:
        """The text after non-overlapping edits, all relative to this text.

        Insertions at one position keep their order. Raises ValueError if two edits overlap.
        """
        text = self
        before: Range | None = None
        ordered = sorted(enumerate(edits), key=lambda pair: (pair[1].span, pair[0]), reverse=True)
        for _, edit in ordered:
            if before is not None and edit.span.end > before.start:
                raise ValueError("two edits overlap")
            text = text.replaced(edit.span, edit.new)
            before = edit.span
        return text

    def position(self, line: int, units: int, encoding: Encoding) -> Position:
        """Converts a client's position: a line, and a column in the client's units."""
        if line >= len(self.lines):
            return self.end
        return Position(max(line, 0), encoding.column(self.bare(max(line, 0)), units))

    def units(self, position: Position, encoding: Encoding) -> tuple[int, int]:
        """Converts a position for a client: line, and column in the client's units."""
        position = self.clamp(position)
        return position.line, encoding.width(self.lines[position.line][: position.column])

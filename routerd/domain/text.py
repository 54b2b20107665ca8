"""A text as LSP sees it: lines end at LF, CRLF or CR only, and columns count in a negotiated unit.

``str.splitlines`` also breaks at form feed, U+2028 and six others, which silently shifts every
incremental edit below them; so lines are split here and nowhere else. They are stored in blocks, so that
an edit copies only the blocks it touches: a plain list would be copied whole for each keystroke (0.14 ms for
50,000 lines).
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, reduce
from itertools import accumulate, chain
from typing import overload

from routerd.domain.lines import LineChange
from routerd.domain.position import Edit, Position, Range
from routerd.domain.unicode import Encoding

BLOCK = 512
"""Lines in a block: about the square root of the longest files, which balances the number and the size of blocks."""

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


class Lines(Sequence[str]):
    """An immutable sequence of lines that shares blocks with the sequence it was edited from."""

    __slots__ = ("_blocks", "_ends")

    def __init__(self, blocks: list[list[str]]) -> None:
        """From blocks that are no longer modified; ``of`` splits lines into blocks."""
        self._blocks = blocks
        self._ends = list(accumulate(map(len, blocks)))

    @classmethod
    def of(cls, lines: Iterable[str]) -> Lines:
        """Splits lines into blocks."""
        return cls(_blocks(list(lines)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Lines):
            return NotImplemented
        # Lists compare by identity first, so shared blocks cost nothing.
        return self._blocks == other._blocks or (len(self) == len(other) and list(self) == list(other))

    __hash__ = None  # type: ignore[assignment]  # equal lines may be split into different blocks; not needed

    def __repr__(self) -> str:
        return f"Lines({len(self)})"

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        """One line, or a list for a slice. Raises IndexError."""
        if isinstance(at, slice):
            return self._slice(*at.indices(len(self)))
        index = at if at >= 0 else at + len(self)
        if index < 0:
            raise IndexError(at)
        block = bisect_right(self._ends, index)
        return self._blocks[block][index - self._ends[block]]  # negative: counted from the block's end

    def _slice(self, first: int, last: int, step: int) -> list[str]:
        if step != 1:
            return list(self)[slice(first, last if last >= 0 else None, step)]
        if first >= last:
            return []
        low, high = bisect_right(self._ends, first), bisect_right(self._ends, last - 1)
        found = list(chain.from_iterable(self._blocks[low : high + 1]))
        start = self._ends[low] - len(self._blocks[low])
        return found[first - start : last - start]

    def replaced(self, first: int, last: int, new: Sequence[str]) -> Lines:
        """The lines with ``first`` to ``last`` (exclusive) replaced by others."""
        if not self._blocks:
            return Lines.of(new)
        low = min(bisect_right(self._ends, first), len(self._blocks) - 1)
        high = max(low, bisect_right(self._ends, last - 1))
        if low and len(self._blocks[low]) < BLOCK // 2:
            low -= 1  # a short rest after deletions joins its neighbour, so that blocks stay few
        start = self._ends[low] - len(self._blocks[low])
        touched = list(chain.from_iterable(self._blocks[low : high + 1]))
        touched[first - start : last - start] = new
        return Lines([*self._blocks[:low], *_blocks(touched), *self._blocks[high + 1 :]])

    def change_since(self, old: Lines) -> LineChange:
        """The change between the longest common prefix and the longest common suffix of two sequences."""
        most, olds, news = min(len(old), len(self)), len(old), len(self)
        head = _agreeing(lambda a, b: old[a:b] == self[a:b], most)
        tail = _agreeing(lambda a, b: old[olds - b : olds - a] == self[news - b : news - a], most - head)
        return LineChange(head, olds - tail, news - tail)


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


def _blocks(lines: list[str]) -> list[list[str]]:
    if len(lines) < 2 * BLOCK:
        return [lines] if lines else []
    return [lines[start : start + BLOCK] for start in range(0, len(lines), BLOCK)]


def _agreeing(same: Callable[[int, int], bool], most: int) -> int:
    """The length of the common part, by binary search: shared lines compare by identity, so slices compare fast."""
    at, size = 0, most
    while size:
        if at + size <= most and same(at, at + size):
            at += size
        else:
            size //= 2
    return at

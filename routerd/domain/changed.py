"""What changed in a document since an older text: its lines, and who calls the symbols around them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from routerd.domain.position import Position, Range
from routerd.domain.symbol import Outline, Symbol
from routerd.domain.text import Text

_LONG = 120
"""Lines: of a longer class, only the members that changed are sent."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A place that uses a changed symbol: by its signature, or a test whole."""

    path: str
    text: str
    name: str
    """The changed symbol."""
    tests: bool = False

    @property
    def reason(self) -> str:
        """Why it is sent."""
        return f"{'tests' if self.tests else 'uses'} `{self.name}`, which changed"


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of one document, whose own text is the new one."""

    before: Text
    outline: Outline
    """That of the old text."""
    rows: frozenset[int]
    """Lines of the new text (from zero) that were added, and those beside lines that were removed."""
    callers: tuple[Caller, ...] = ()

    def diff(self, after: Text) -> str:
        """The change as a unified diff without the lines around it."""
        old, new = self.before.bare_lines(), after.bare_lines()
        return "\n".join([*difflib.unified_diff(old, new, n=0, lineterm="")][2:])

    def symbols(self, outline: Outline) -> tuple[Symbol, ...]:
        """The innermost symbols with changed lines, in the outline's order."""
        found = {
            symbol.whole: symbol
            for row in sorted(self.rows)
            if (symbol := _around(row, outline)) is not None and _short(symbol)
        }
        outer = [one.whole for one in found.values()]
        kept = (s for s in found.values() if not any(o != s.whole and o.covers(s.whole) for o in outer))
        return tuple(sorted(kept, key=lambda symbol: symbol.whole))

    def pieces(self, outline: Outline, text: Text) -> tuple[Range, ...]:
        """The ranges to read for the change: the symbols whole, and lines outside of symbols."""
        spans = [(symbol.whole.start.line, symbol.whole.end.line) for symbol in self.symbols(outline)]
        last = text.end.line
        loose = sorted(row for row in self.rows if row <= last and not any(a <= row <= b for a, b in spans))
        spans += [(row, row) for row in loose]
        merged: list[tuple[int, int]] = []
        for first, end in sorted(spans):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((first, end))
        return tuple(Range(Position(a, 0), Position(b, len(text.bare(b)))) for a, b in merged)

    def touches(self, span: Range) -> bool:
        """Whether a range has a changed line."""
        return any(row in self.rows for row in range(span.start.line, span.end.line + 1))


def _around(row: int, outline: Outline) -> Symbol | None:
    around = [s for s in outline.symbols if s.rows[0] <= row <= s.whole.end.line]
    return max(around, key=lambda s: s.whole.start, default=None)


def _short(symbol: Symbol) -> bool:
    return symbol.kind.callable or symbol.whole.end.line - symbol.whole.start.line < _LONG

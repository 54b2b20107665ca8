"""Finds the declarations around a cursor between two keystrokes without parsing the file again.

The tree of an earlier text is kept. What stands on lines that did not change since is looked up there and
moved; what was just typed is found by parsing the top-level declarations around it, so a comment or string
that was opened further up is seen by the next outline only. (Parsing the file with
the old tree at hand was measured and is no help: tree-sitter's Python grammar reuses next to nothing then,
and takes 3 to 200 ms for one keystroke in 50,000 lines.)
"""

from __future__ import annotations

from bisect import bisect_right

from routerd.adapters.grammar.declarations import symbols_at
from routerd.adapters.grammar.parsed import Parsed
from routerd.domain.lines import LineChange
from routerd.domain.position import Position, Range
from routerd.domain.symbol import Symbol
from routerd.domain.text import Text
from routerd.languages.node import Node

MOST_LINES = 5_000
"""A longer piece takes more than 25 ms to parse (tests/bench/grammar.py), so the file is parsed and kept."""


def around_nearby(kept: Parsed, text: Text, position: Position) -> tuple[tuple[Symbol, ...], Parsed]:
    """The symbols around a place of a text that is a little newer than ``kept``, and the tree to keep now."""
    change = text.changed_since(kept.text) or text.lines.change_since(kept.text.lines)
    if change.first == change.old_last == change.new_last:
        return symbols_at(kept, position), kept
    below = position.line >= change.new_last
    before = Position(position.line - change.shift, position.column) if below else position
    if below or position.line < change.first:
        found = symbols_at(kept, before)
        if not found or _stands(kept, found, change):
            return tuple(symbol.mapped(lambda old: _shifted(old, change)) for symbol in found), kept
    first, last = _rows_around(kept, min(change.first, before.line), max(change.old_last - 1, before.line))
    if last - first > MOST_LINES:
        whole = Parsed.of(text, kept.language)
        return symbols_at(whole, position), whole
    piece = Parsed.of(Text("".join(text.lines[first : last + 1 + change.shift])), kept.language)
    found = symbols_at(piece, Position(position.line - first, position.column))
    return tuple(symbol.mapped(lambda old: old.moved(first)) for symbol in found), kept


def _stands(kept: Parsed, found: tuple[Symbol, ...], change: LineChange) -> bool:
    """Whether the changed lines are outside the top-level declaration that the symbols are part of.

    Inside it they may end a body early; outside, only an opened comment or string reaches the symbols.
    """
    return not (_touched(found, change) or _touched(symbols_at(kept, found[0].name_span.start), change))


def _touched(symbols: tuple[Symbol, ...], change: LineChange) -> bool:
    return any(change.touches(*around.rows) for around in symbols)


def _shifted(span: Range, change: LineChange) -> Range:
    """A span whose end may lie below the change, and its start above it."""
    start, end = (
        Position(position.line + change.shift, position.column) if position.line >= change.old_last else position
        for position in (span.start, span.end)
    )
    return Range(start, end)


def _rows_around(kept: Parsed, first: int, last: int) -> tuple[int, int]:
    """The first and last row of the top-level nodes around some rows, with the comments above them."""
    root, rules = kept.root, kept.rules
    count = root.child_count

    def starting_by(row: int) -> int:
        return bisect_right(range(count), row, key=lambda index: root.child(index).start_point[0]) - 1

    def belongs_below(node: Node) -> bool:
        return node.type in (*rules.comments, *rules.attributes)

    # The line above the first change too: what is typed behind a declaration may belong to it.
    top, bottom = max(starting_by(first - 1), 0), starting_by(last)
    while top > 0 and belongs_below(root.child(top - 1)):
        top -= 1
    if bottom < 0:
        return min(first, root.start_point[0]), last
    return min(first, root.child(top).start_point[0]), max(last, root.child(bottom).end_point[0])

"""Finds the declarations around a cursor between two keystrokes without parsing the file again.

The tree of an earlier text is cached. Symbols on unchanged lines are looked up there and moved; new text is found
by parsing the enclosing top-level declarations, so only the next outline notices a comment or string that was opened
further up. (Incremental parsing with the old tree was measured and does not help: tree-sitter's Python grammar
reuses almost nothing and takes 3 to 200 ms for one keystroke in 50,000 lines.)
"""

from __future__ import annotations

from bisect import bisect_right

from routerd.adapters.grammar.declarations import symbols_at
from routerd.adapters.grammar.member import Member, changed_member
from routerd.adapters.grammar.parsed import Parsed
from routerd.domain.lines import LineChange
from routerd.domain.position import Position, Range
from routerd.domain.symbol import Symbol
from routerd.domain.text import Text
from routerd.languages.node import Node

MOST_LINES = 5_000
"""A longer piece takes more than 25 ms to parse (tests/bench/grammar.py), so the file is parsed and cached."""


def around_incremental(cached: Parsed, text: Text, position: Position) -> tuple[tuple[Symbol, ...], Parsed]:
    """The symbols that enclose a position in a slightly newer text than ``cached``, and the tree to cache."""
    change = text.changed_since(cached.text) or text.lines.change_since(cached.text.lines)
    if change.first == change.old_last == change.new_last:
        return symbols_at(cached, position), cached
    below = position.line >= change.new_last
    before = Position(position.line - change.shift, position.column) if below else position
    if below or position.line < change.first:
        found = symbols_at(cached, before)
        if not found or _stands(cached, found, change):
            return tuple(symbol.mapped(lambda old: _shifted(old, change)) for symbol in found), cached
    member = changed_member(cached, text, change)
    if member is not None:
        return _beside(cached, member, change, position, before), cached
    first, last = _rows_around(cached, min(change.first, before.line), max(change.old_last - 1, before.line))
    if last - first > MOST_LINES:
        whole = Parsed.of(text, cached.language)
        return symbols_at(whole, position), whole
    piece = Parsed.of(Text("".join(text.lines[first : last + 1 + change.shift])), cached.language)
    found = symbols_at(piece, Position(position.line - first, position.column))
    return tuple(symbol.mapped(lambda old: old.moved(first)) for symbol in found), cached


def _beside(
    cached: Parsed, member: Member, change: LineChange, position: Position, before: Position
) -> tuple[Symbol, ...]:
    """The symbols around a position where all that changed is one member of a class."""
    if member.rows[0] <= position.line <= member.rows[1]:
        containers = tuple(symbol.mapped(lambda old: _shifted(old, change)) for symbol in member.containers)
        around = (symbol for symbol in (*containers, *member.after) if position in symbol.whole)
        return tuple(around)
    found = symbols_at(cached, before)
    return tuple(symbol.mapped(lambda old: _shifted(old, change)) for symbol in found)


def _stands(cached: Parsed, found: tuple[Symbol, ...], change: LineChange) -> bool:
    """Whether the changed lines are outside the symbols' top-level declaration.

    Inside it they may end a body early; outside, only an opened comment or string reaches the symbols.
    """
    return not (_touched(found, change) or _touched(symbols_at(cached, found[0].name_span.start), change))


def _touched(symbols: tuple[Symbol, ...], change: LineChange) -> bool:
    return any(change.touches(*around.rows) for around in symbols)


def _shifted(span: Range, change: LineChange) -> Range:
    """Moves a range that may start above the change and end below it."""
    start, end = (
        Position(position.line + change.shift, position.column) if position.line >= change.old_last else position
        for position in (span.start, span.end)
    )
    return Range(start, end)


def _rows_around(cached: Parsed, first: int, last: int) -> tuple[int, int]:
    """The first and last row of the top-level nodes around some rows, with the comments above them."""
    root, rules = cached.tree.root_node, cached.rules
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

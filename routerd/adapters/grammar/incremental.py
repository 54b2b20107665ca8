"""Finds the declarations around a cursor between two keystrokes without parsing the file again.

The tree of an earlier text is cached. Symbols on unchanged lines are looked up there and moved; new text is found
by parsing the enclosing declarations without their other members, so only the next outline notices a comment or
string that was opened further up. (Incremental parsing with the old tree was measured and does not help: tree-sitter's
Python grammar reuses almost nothing and takes 3 to 200 ms for one keystroke in 50,000 lines.)
"""

from __future__ import annotations

from routerd.adapters.grammar.declarations import symbols_at
from routerd.adapters.grammar.excerpt import Rows, excerpt_of
from routerd.adapters.grammar.parsed import Parsed
from routerd.domain.lines import LineChange
from routerd.domain.position import Position, Range
from routerd.domain.symbol import Symbol
from routerd.domain.text import Text

MOST_LINES = 5_000
"""A longer piece takes more than 25 ms to parse (tests/bench/grammar.py), so the file is parsed and cached."""

LONGEST_LINE = 5_000
"""Characters of a line that people write; a longer one is data or the output of a program, and is not parsed again."""


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
    changed = Rows(change.first, max(change.old_last - 1, change.first))
    wanted = (changed, Rows(before.line, before.line))
    excerpt = excerpt_of(cached.tree.root_node, cached.rules, wanted).after(change)
    inner = excerpt.inner(position)
    if inner is None or excerpt.size > MOST_LINES:
        whole = Parsed.of(text, cached.language)
        return symbols_at(whole, position), whole
    rows = [line for kept in excerpt.kept for line in text.lines[kept.first : kept.last + 1]]
    if any(len(row) > LONGEST_LINE for row in rows):
        found = symbols_at(cached, cached.text.clamp(before))
        return tuple(symbol.mapped(lambda old: _shifted(old, change)) for symbol in found), cached
    found = symbols_at(Parsed.of(Text("".join(rows)), cached.language), inner)
    return tuple(symbol.mapped(excerpt.outer) for symbol in found), cached


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

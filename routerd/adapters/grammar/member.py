"""Reads one member of a long class again after a change in it, without the other members.

The piece that is parsed is a shell of the class: its first lines, the changed member, and its last line. It stands for
the class if the member ends in it where it should, and nothing outside of the member is broken; otherwise what was
typed may have closed the class or opened a comment, and the whole class must be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routerd.adapters.grammar.declarations import symbols, symbols_at
from routerd.adapters.grammar.parsed import Parsed
from routerd.domain.lines import LineChange
from routerd.domain.position import Position, Range
from routerd.domain.symbol import Symbol
from routerd.domain.text import Text, indent_of

_LONG_CLASS = 200
"""Lines; a shorter class is parsed whole as fast."""
_CLOSINGS = ("}", "end")


@dataclass(frozen=True, slots=True)
class Member:
    """A member that was read again."""

    containers: tuple[Symbol, ...]
    """The symbols around it in the old text, outermost first."""
    before: Symbol
    """The member in the old text."""
    after: tuple[Symbol, ...]
    """The member in the new text, and the symbols inside of it."""
    rows: tuple[int, int]
    """Its first and last line in the new text, documentation included."""


def changed_member(cached: Parsed, text: Text, change: LineChange) -> Member | None:
    """The member of a long class that holds all of a change, read again; ``None`` if the class must be."""
    rows = cached.rows
    if change.first >= len(rows):
        return None
    last = max(change.old_last - 1, change.first)
    chain = symbols_at(cached, Position(change.first, len(indent_of(rows[change.first].rstrip("\r\n")))))
    held = [one for one in chain if one.whole.start.line <= change.first and _ends_behind(cached, one, last)]
    if len(held) < 2 or held != list(chain[: len(held)]):
        return None
    *outer, member = held
    containers = tuple(outer)
    first, end = member.rows[0], member.whole.end.line
    long = containers[-1].whole.end.line - containers[-1].whole.start.line >= _LONG_CLASS
    head = _head(cached, containers, first)
    foot = _foot(cached, containers, end)
    if not long or head is None or foot is None or containers[0].whole.start.column:
        return None
    lines = (*(rows[row] for row in head), *text.lines[first : end + 1 + change.shift], *(rows[row] for row in foot))
    piece = Parsed.of(Text("".join(lines)), cached.language)
    found = symbols(piece, piece.captures(piece.rules.declarations).get("def", []))
    moved = first - len(head)
    inside = found[len(containers) :]
    if not inside or any(not _same(new, old) for new, old in zip(found, containers, strict=False)):
        return None
    new = inside[0]
    at = (member.whole.start.line - moved, end + change.shift - moved)
    if cached.docstrings and new.whole.start.column != member.whole.start.column:
        return None  # where lines are blocks by their indentation, another one may end the class
    stands = (new.whole.start.line, new.whole.end.line) == at and _same_kind(new, member)
    if not stands or any(not new.whole.covers(one.whole) for one in inside):
        return None
    if any(not _within(fault, new.whole) for fault in piece.faults()):
        return None
    after = tuple(one.mapped(lambda span: span.moved(moved)) for one in inside)
    return Member(containers, member, after, (first, end + change.shift))


def _ends_behind(cached: Parsed, symbol: Symbol, row: int) -> bool:
    """Whether a symbol ends below a row; where nothing closes it, its last line is its own as well."""
    end = symbol.whole.end.line
    return row <= end if cached.docstrings else row < end


def _head(cached: Parsed, containers: Sequence[Symbol], first: int) -> list[int] | None:
    """The lines that open the containers; ``None`` where one shares a line with what it contains."""
    found: list[int] = []
    for symbol, inner in zip(containers, [*(one.rows[0] for one in containers[1:]), first], strict=True):
        if symbol.body is None:
            return None
        # Python's body begins with its first statement, others' with the brace, which may have a line of its own.
        opened = symbol.header.end.line if cached.docstrings else symbol.body.start.line
        if opened >= inner:
            return None
        found += range(symbol.whole.start.line, opened + 1)
    return found


def _foot(cached: Parsed, containers: Sequence[Symbol], end: int) -> list[int] | None:
    """The lines that close the containers, innermost first; ``None`` where one of them holds anything else."""
    if cached.docstrings:
        return []
    found = [symbol.whole.end.line for symbol in reversed(containers)]
    closing = all(cached.rows[row].strip(" \t\r\n;,)") in _CLOSINGS for row in found)
    return found if closing and found[0] > end and len(set(found)) == len(found) else None


def _same(new: Symbol, old: Symbol) -> bool:
    return (new.qualname, new.kind, new.signature) == (old.qualname, old.kind, old.signature)


def _same_kind(new: Symbol, old: Symbol) -> bool:
    return (new.kind, new.container) == (old.kind, old.container)


def _within(inner: Range, outer: Range) -> bool:
    return outer.start.line <= inner.start.line and inner.end.line <= outer.end.line

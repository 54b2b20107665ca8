"""Anchor: applies a change to a text that was edited while the answer was generated; never guesses."""

from __future__ import annotations

from dataclasses import dataclass, replace

from routerd.domain.lines import runs
from routerd.domain.position import Edit, Range
from routerd.domain.reply import FileChange
from routerd.domain.text import Text
from routerd.domain.verdict import Stale

_CONTEXT = 3
"""Lines around an edit outside the target that must be found again with it, as in a unified diff."""

_TOP, _END = "\ntop", "\nend"
"""Markers of a file's start and end; no line contains a line end."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole lines of the old text, first and last included, that the new text must contain unchanged."""

    first: int
    last: int

    def holds(self, span: Range) -> bool:
        return self.first <= span.start.line and span.end.line <= self.last


def anchor(change: FileChange, current: Text, target: Range) -> FileChange | Stale:
    """The change for the current text: as it is, or moved with its lines.

    The current text must contain the target's lines, and the lines around each edit outside of them, exactly once,
    unchanged and in the same order; else the change is stale.
    """
    before = change.before
    if before == current:
        return change
    if len(before.lines) > 1 and len(current.lines) > 1 and before.newline != current.newline:
        return Stale("the line ends of the file changed")
    old, new = before.bare_lines(), current.bare_lines()
    blocks = [_Block(target.start.line, target.end.line)]
    for edit in sorted(change.edits):
        if not any(block.holds(edit.span) for block in blocks):
            blocks.append(_around(edit, len(old)))
    shifts: dict[_Block, int] = {}
    for block in sorted(blocks, key=lambda block: block.first):
        shift = _shift(block, old, new)
        if shift is None:
            where = "inside the target" if block is blocks[0] else "around the edit"
            return Stale(f"the file changed {where}")
        shifts[block] = shift
    moved = [(block.first + shift, block.last + shift) for block, shift in shifts.items()]
    if moved != sorted(moved):
        return Stale("parts of the file changed places")
    edits = tuple(
        _moved(edit, next(shifts[block] for block in blocks if block.holds(edit.span))) for edit in change.edits
    )
    return replace(change, before=current, edits=edits)


def _around(edit: Edit, count: int) -> _Block:
    return _Block(max(0, edit.span.start.line - _CONTEXT), min(count - 1, edit.span.end.line + _CONTEXT))


def _shift(block: _Block, old: list[str], new: list[str]) -> int | None:
    """The distance by which a block moved, if unambiguous: found once, or once with more adjacent lines.

    The start and end of the file count as adjacent lines.
    """
    old, new = [_TOP, *old, _END], [_TOP, *new, _END]
    for grown in range(len(old)):
        first, last = max(0, block.first + 1 - grown), min(len(old) - 1, block.last + 1 + grown)
        lines = old[first : last + 1]
        found = runs(lines, new)
        if not found:
            return None
        if len(found) == 1 and len(runs(lines, old)) == 1:
            return found[0] - first
        if (first, last) == (0, len(old) - 1):
            return None
    return None


def _moved(edit: Edit, lines: int) -> Edit:
    return Edit(edit.span.moved(lines), edit.new)

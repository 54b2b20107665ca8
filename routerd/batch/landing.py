"""Lands stored changes in the text as it is now: each edit is found again with the code around it, or is a conflict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from routerd.domain.action import Contract
from routerd.domain.document import Document
from routerd.domain.ports import Grammar
from routerd.domain.position import Edit, Position, Range
from routerd.domain.reply import Change, FileChange
from routerd.domain.symbol import Outline
from routerd.domain.text import Text
from routerd.domain.verdict import Stale
from routerd.languages import language_of
from routerd.steps.anchor import anchor

_CONTEXT = 3
"""Lines around an edit outside of any symbol that must be found again."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A change that does not fit the text as it is now."""

    item: str
    path: str
    reason: str


@dataclass(slots=True)
class Landing:
    """The texts of a tree with the changes that fit, one item after the other."""

    current: Callable[[str], Text | None]
    """The text of a URI now; ``None`` for a file that does not exist."""
    grammar: Grammar
    contract: Contract
    files: dict[str, FileChange] = field(default_factory=dict)
    """By URI: from the text as it is now to the text with all changes."""
    conflicts: list[Conflict] = field(default_factory=list)
    landed: list[str] = field(default_factory=list)
    """The items that landed whole."""

    def add(self, item: str, path: str, change: Change) -> None:
        """Land one item: all of its files, or, where a file cannot take it, none."""
        found: list[FileChange] = []
        stale: list[str] = []
        for file in change.files:
            now = self._now(file.uri)
            anchored = self._anchored(file, now, stale)
            if anchored is not None:
                found.append(anchored)
        self.conflicts += [Conflict(item, path, reason) for reason in stale]
        if stale and (self.contract is not Contract.DOCUMENTATION or not found):
            return  # half of a test or of a fix is none
        for file in found:
            first = self.files.get(file.uri)
            base = file.before if first is None else first.before
            created = file.create if first is None else first.create
            self.files[file.uri] = _difference(file.uri, base, file.after, create=created)
        if not stale:
            self.landed.append(item)

    def _now(self, uri: str) -> Text | None:
        landed = self.files.get(uri)
        return self.current(uri) if landed is None else landed.after

    def _anchored(self, file: FileChange, now: Text | None, stale: list[str]) -> FileChange | None:
        name = file.uri.rpartition("/")[2]
        if now is not None and now == file.after:
            return None  # it landed, and the process ended before it could say so
        if file.create:
            if now is not None:
                stale.append(f"{name} came into being meanwhile")
                return None
            return file
        if now is None:
            stale.append(f"{name} was deleted")
            return None
        if now == file.before:
            return file
        edits = list(self._moved(file, now, stale))
        if not edits:
            return None
        ordered = edits == sorted(edits, key=lambda edit: edit.span)
        if not ordered or any(one.span.overlaps(two.span) for one, two in pairwise(edits)):
            stale.append("parts of the file changed places")
            return None
        moved = replace(file, before=now, edits=tuple(edits))
        language = language_of(name)
        if self.contract is Contract.DOCUMENTATION and not self.grammar.same_code(
            now.string, moved.after.string, language
        ):
            stale.append("the code would not be the same")
            return None
        return moved

    def _moved(self, file: FileChange, now: Text, stale: list[str]) -> Iterator[Edit]:
        """Each edit at its place in the text as it is now, found by the symbol that it is about."""
        outline = self.grammar.outline(Document(file.uri, None, language_of(file.uri), file.before))
        for edit in sorted(file.edits, key=lambda edit: edit.span):
            name, span = _around(edit, outline, file.before)
            alone = anchor(replace(file, edits=(edit,)), now, span)
            if isinstance(alone, Stale):
                stale.append(f"{name} changed" if name else alone.reason)
            else:
                yield from alone.edits


def _around(edit: Edit, outline: Outline, before: Text) -> tuple[str, Range]:
    """The innermost symbol that an edit is in or just above, with its name; else a few lines."""
    line = edit.span.start.line
    inside = [symbol for symbol in outline.symbols if symbol.rows[0] <= line <= symbol.rows[1]]
    below = [symbol for symbol in outline.symbols if symbol.whole.start.line in (line, line + 1)]
    if inside or below:
        symbol = min(inside or below, key=lambda symbol: symbol.rows[1] - symbol.rows[0])
        return f"`{symbol.qualname}`", symbol.whole
    first, last = max(0, line - _CONTEXT), min(len(before.lines) - 1, edit.span.end.line + _CONTEXT)
    return "", Range(Position(first, 0), before.clamp(Position(last, len(before.bare(last)))))


def _difference(uri: str, before: Text, after: Text, *, create: bool) -> FileChange:
    """One change from a text to another."""
    edit = Edit(before.whole, after.string)
    return FileChange(uri, before, (edit,), create=create)


def changed_lines(files: Iterable[FileChange]) -> tuple[int, int]:
    """Lines added and removed over all files, as ``git diff --stat`` counts them."""
    added = removed = 0
    for file in files:
        old, new = ([line for line in text.lines if line] for text in (file.before, file.after))
        changed, longer = _distance(old, new), len(new) - len(old)
        added, removed = added + (changed + longer) // 2, removed + (changed - longer) // 2
    return added, removed


def _distance(old: Sequence[str], new: Sequence[str]) -> int:
    """The fewest lines to add and remove that turn one text into the other, by Myers' greedy algorithm (1986).

    It takes time in proportion to the lines times the result, which is small where text is inserted.
    """
    furthest = {1: 0}
    for edits in range(len(old) + len(new) + 1):
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (
                diagonal != edits and furthest.get(diagonal - 1, -1) < furthest.get(diagonal + 1, -1)
            )
            x = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            y = x - diagonal
            while x < len(old) and y < len(new) and old[x] == new[y]:
                x, y = x + 1, y + 1
            furthest[diagonal] = x
            if x >= len(old) and y >= len(new):
                return edits
    raise AssertionError("a text can be removed and another added")

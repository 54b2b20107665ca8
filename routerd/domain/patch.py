"""Reads a unified diff: for each file its path and hunks, by which the old text follows from the new one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from routerd.domain.errors import UsageError
from routerd.domain.text import Text

_HEADER = re.compile(
    r"@@ -(?P<old>[0-9]{1,9})(?:,(?P<olds>[0-9]{1,9}))? \+(?P<new>[0-9]{1,9})(?:,(?P<news>[0-9]{1,9}))? @@"
)
_ESCAPE = re.compile(r"\\(?:(?P<octal>[0-7]{3})|(?P<letter>[abtnvfr\"\\]))")
_PROBLEMS = {"deleted file mode": "is deleted", "Binary files ": "is binary", "GIT binary patch": "is binary"}
"""By the beginning of a line of git's headers."""
_LETTERS = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


@dataclass(frozen=True, slots=True)
class PatchHunk:
    """A run of lines of the new text, from line ``start`` (from zero), and what stood there before."""

    start: int
    old: tuple[str, ...]
    """Without line ends, with the lines around the change; likewise ``new``."""
    new: tuple[str, ...]
    rows: tuple[int, ...]
    """The lines of the new text (from zero) that were added, and those beside lines that were removed."""


@dataclass(frozen=True, slots=True)
class FilePatch:
    """The change of one file."""

    path: str
    """The new side's, with forward slashes."""
    hunks: tuple[PatchHunk, ...] = ()
    problem: str | None = None
    """Why there is no new text to look at, as the rest of a sentence: deleted, binary."""

    def before(self, after: Text) -> Text | None:
        """The old text; ``None`` if ``after`` is not the text that the hunks lead to."""
        lines = list(after.lines)
        ends = [line[len(line.rstrip("\r\n")) :] or after.newline for line in lines]
        for hunk in reversed(self.hunks):
            last = hunk.start + len(hunk.new)
            if tuple(after.bare(at) for at in range(hunk.start, min(last, len(lines)))) != hunk.new:
                return None
            end = ends[hunk.start] if hunk.start < len(ends) else after.newline
            lines[hunk.start : last] = [line + end for line in hunk.old]
        return Text("".join(lines))


def patches(diff: str) -> tuple[FilePatch, ...]:
    """The files of a diff by git or ``diff -u``, in its order. Raises UsageError where it is malformed."""
    return tuple(_Reader(diff.removesuffix("\n").split("\n")).files())


class _Reader:
    """The lines of a diff, read once from first to last."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0

    def files(self) -> Iterator[FilePatch]:
        path, old, problem = "", "", None
        hunks: list[PatchHunk] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            if line.startswith(("diff --git ", "diff --cc ", "diff --combined ")):
                if path:
                    yield _file(path, hunks, problem)
                path, old, hunks = _of_git(line), "", []
                problem = None if line.startswith("diff --git ") else "is an unresolved merge"
            elif line.startswith("--- ") and self._peek().startswith("+++ "):
                old, new = _name(line[4:]), _name(self._peek()[4:])
                if hunks:  # a diff without git's headers
                    yield _file(path, hunks, problem)
                    hunks, problem = [], None
                self._at += 1
                path = old if new == "/dev/null" else new
                problem = "is deleted" if new == "/dev/null" else problem
            elif line.startswith("rename to ") and not hunks:
                path = _name(line.removeprefix("rename to "))
            elif line.startswith("@@ "):
                hunks.append(self._hunk(line))
            else:
                problem = next((why for start, why in _PROBLEMS.items() if line.startswith(start)), problem)
        if path:
            yield _file(path, hunks, problem)

    def _peek(self) -> str:
        return self._lines[self._at] if self._at < len(self._lines) else ""

    def _hunk(self, header: str) -> PatchHunk:
        match = _HEADER.match(header)
        if match is None:
            raise UsageError(f"Line {self._at} of the diff is no hunk's header: '{header[:60]}'.")
        olds, news = int(match["olds"] or 1), int(match["news"] or 1)
        # A hunk without new lines names the line above the place.
        start = int(match["new"]) - (news > 0)
        old: list[str] = []
        new: list[str] = []
        rows: list[int] = []
        while len(old) < olds or len(new) < news:
            if self._at >= len(self._lines):
                raise UsageError(f"The diff ends within a hunk, at line {self._at}: give it whole.")
            line = self._lines[self._at]
            self._at += 1
            mark, content = line[:1], line[1:].removesuffix("\r")
            here = start + len(new)
            if mark in {" ", ""} or line == "\r":  # mail programs take the space of an empty line away
                old.append(content)
                new.append(content)
            elif mark == "+":
                rows.append(here)
                new.append(content)
            elif mark == "-":
                rows += [here - 1, here]
                old.append(content)
            elif mark != "\\":
                raise UsageError(f"Line {self._at} of the diff is no part of its hunk: '{line[:60]}'.")
        if len(old) != olds or len(new) != news:
            raise UsageError(f"The hunk above line {self._at} of the diff has other lines than its header says.")
        return PatchHunk(start, tuple(old), tuple(new), tuple(dict.fromkeys(row for row in rows if row >= 0)))


def _file(path: str, hunks: list[PatchHunk], problem: str | None) -> FilePatch:
    if problem is None and not hunks:
        problem = "has no changed lines"
    return FilePatch(path, tuple(hunks), problem)


def _of_git(line: str) -> str:
    """The path of a header that no names follow, as for a binary file: both sides are the same there."""
    rest = line.split(" ", 2)[2]
    if rest.startswith('"'):
        return _name(rest[rest.find(' "') + 1 :])
    half = len(rest) // 2
    return _name(rest[half + 1 :]) if line.startswith("diff --git ") else rest


def _name(word: str) -> str:
    """A path without its side's prefix, a time behind it and git's quoting."""
    word = word.removesuffix("\r")
    # git puts a tab behind a name with spaces, ``diff`` a tab and a time.
    quoted = word.startswith('"') and word.rfind('"') > 0
    word = _unquoted(word[1 : word.rfind('"')]) if quoted else word.partition("\t")[0]
    return word[2:] if word.startswith(("a/", "b/")) else word


def _unquoted(word: str) -> str:
    """A name as git quotes it: bytes as octal numbers, and the escapes of C."""
    found = bytearray()
    at = 0
    for match in _ESCAPE.finditer(word):
        found += word[at : match.start()].encode("utf-8", "surrogateescape")
        found.append(int(match["octal"], 8) & 255 if match["octal"] else _LETTERS[match["letter"]])
        at = match.end()
    found += word[at:].encode("utf-8", "surrogateescape")
    return found.decode("utf-8", "surrogateescape")

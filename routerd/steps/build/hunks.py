"""Build hunks: search-and-replace blocks, each at the one place where its old text stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from routerd.domain.document import Document
from routerd.domain.lines import runs
from routerd.domain.position import Edit, Range
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange, Hunk, Hunks
from routerd.domain.text import Text, indent_of
from routerd.domain.verdict import Rejected
from routerd.steps.build.diff import diff
from routerd.steps.build.locate import loose_lines

_SAYS = 4
"""Letters and digits of a line that is unlikely to be wanted twice in a row."""


def build_hunks(payload: Hunks, question: Question, others: Mapping[str, Document]) -> Change | Rejected:
    """The edits of every hunk, smallest first, all or none."""
    edits: dict[str, list[Edit]] = {}
    files: dict[str, Document] = {}
    for hunk in payload.hunks:
        document = _file(hunk, question, others)
        if isinstance(document, Rejected):
            return document
        inside = question.target.span if document is question.request.document else None
        found = _edits(hunk, document.text, inside)
        if isinstance(found, Rejected):
            return found
        files[document.uri] = document
        edits.setdefault(document.uri, []).extend(found)
    changes: list[FileChange] = []
    for uri, document in files.items():
        ordered = tuple(sorted(edits[uri]))
        if any(one.span.end > two.span.start for one, two in pairwise(ordered)):
            return Rejected("two hunks change the same lines", mechanical=True)
        if ordered:
            changes.append(FileChange(uri, document.text, ordered, document.version))
    return Change(tuple(changes)) if changes else Rejected("the reply changes nothing")


def _file(hunk: Hunk, question: Question, others: Mapping[str, Document]) -> Document | Rejected:
    if hunk.path is None or question.conventions.names(hunk.path):
        return question.request.document
    if hunk.path in others:
        return others[hunk.path]
    return Rejected(f"a hunk names '{hunk.path}', which is not there", mechanical=True)


def _edits(hunk: Hunk, text: Text, inside: Range | None) -> tuple[Edit, ...] | Rejected:
    search, new = hunk.search.removeprefix("\ufeff"), hunk.replace
    if not search.strip():
        return Rejected("a hunk does not say what it replaces", mechanical=True)
    bare = [line.removeprefix("\ufeff") for line in text.bare_lines()]
    first = search.strip().split("\n")[0][:60]
    matches = _runs(search.split("\n"), bare)
    if not matches:
        search, new = search.strip("\n"), new.strip("\n")
        matches = _runs(search.split("\n"), bare)
    length = search.count("\n") + 1
    matches = _narrowed(matches, length, inside)
    if not matches:
        matches = loose_lines(search, bare)
        if len(matches) == 1:
            new = _moved(new, search, bare[matches[0] : matches[0] + length])
    if len(matches) != 1:
        often = f"stands {len(matches)} times" if matches else "does not stand"
        return Rejected(f"the old text '{first}' of a hunk {often} in the file", mechanical=True)
    return _replaced(text, matches[0], length, _without_overlap(new, bare, matches[0], length))


def _runs(wanted: list[str], bare: list[str]) -> tuple[int, ...]:
    """The first lines of all runs of whole lines that equal the wanted ones, trailing space aside."""
    return runs([line.rstrip() for line in wanted], [line.rstrip() for line in bare])


def _narrowed(matches: tuple[int, ...], length: int, inside: Range | None) -> tuple[int, ...]:
    """Of several matches those in the target, as its text is what the model was asked to copy from."""
    if inside is None or len(matches) < 2:
        return matches
    own = tuple(at for at in matches if inside.start.line <= at and at + length - 1 <= inside.end.line)
    return own or matches


def _moved(new: str, search: str, there: list[str]) -> str:
    """The new lines with the indents of the file: each as the old line of the same indent has it there."""
    pairs = [pair for pair in zip(search.split("\n"), there, strict=True) if pair[0].strip()]
    known = {indent_of(mine): indent_of(theirs) for mine, theirs in reversed(pairs)}
    wrong = indent_of(pairs[0][0])
    lines: list[str] = []
    for line in new.split("\n"):
        indent = indent_of(line)
        right = known.get(indent)
        if right is None:
            right = known[wrong] + indent.removeprefix(wrong) if indent.startswith(wrong) else indent
        lines.append(right + line.lstrip(" \t") if line.strip() else line)
    return "\n".join(lines)


def _without_overlap(new: str, bare: list[str], first: int, count: int) -> str:
    """The new lines without those that only repeat what stands right before or right behind the old ones."""
    lines = new.split("\n")
    old, behind, ahead = bare[first : first + count], bare[first + count :], bare[:first]
    most = len(lines) - 1
    for size in range(min(most, len(behind)), 0, -1):
        same = [line.rstrip() for line in lines[-size:]]
        if _says(same) and same == [line.rstrip() for line in behind[:size]] and not _ends(old, same):
            lines = lines[:-size]
            break
    for size in range(min(len(lines) - 1, len(ahead)), 0, -1):
        same = [line.rstrip() for line in lines[:size]]
        if _says(same) and same == [line.rstrip() for line in ahead[-size:]] and not _begins(old, same):
            lines = lines[size:]
            break
    return "\n".join(lines)


def _says(lines: list[str]) -> bool:
    """Whether lines are more than brackets and blanks, which may well stand twice."""
    return any(len(re.findall(r"\w", line)) >= _SAYS for line in lines)


def _ends(old: list[str], same: list[str]) -> bool:
    return [line.rstrip() for line in old[-len(same) :]] == same


def _begins(old: list[str], same: list[str]) -> bool:
    return [line.rstrip() for line in old[: len(same)]] == same


def _replaced(text: Text, first: int, count: int, new: str) -> tuple[Edit, ...]:
    """The smallest edits that put the new lines in place of so many old ones."""
    old = Text("".join(text.lines[first : first + count]))
    if old.string.startswith("\ufeff") and not new.startswith("\ufeff"):
        new = "\ufeff" + new
    string = new.replace("\n", text.newline)
    if string and text.lines[first + count - 1].endswith(("\n", "\r")):
        string += text.newline
    edits = diff(old, Text(string))
    return tuple(Edit(_clamped(edit.span.moved(first), text), edit.new) for edit in edits)


def _clamped(span: Range, text: Text) -> Range:
    """The span where the file ends with the hunk: the place after its last line is the end of the text."""
    return Range(text.clamp(span.start), text.clamp(span.end))

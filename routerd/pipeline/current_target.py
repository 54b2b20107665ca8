"""The text of the symbol at the cursor: its words and tokens, counted again only where it was edited.

A function of ten thousand lines is counted like one of ten: its lines stay in two texts that follow the document's
edits, one as it is written and one as the prompt contains it, whose counts and words are kept in pieces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from routerd.domain.document import Document
from routerd.domain.ports import Counter
from routerd.domain.position import Position, Range
from routerd.domain.symbol import Symbol
from routerd.domain.text import Text, with_lf
from routerd.steps.compose import fenced

SHORT_LINES = 200
SHORT_CHARS = 8_000
"""A text that is shorter than both is counted whole, which takes less than half a millisecond."""

_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class _Followed:
    """The lines of a long symbol in texts of their own."""

    written: Text
    framed: Text
    """With LF and between the fences of the prompt."""
    words: dict[int, tuple[object, tuple[str, ...]]] = field(repr=False)
    """The words of each part of ``written``, by the part's identity; the part is kept so that it stays unique."""


@dataclass(frozen=True, slots=True)
class CurrentTarget:
    """A symbol after the latest keystroke: its words, and its tokens with and without the fence."""

    text: Text
    symbol: Symbol
    words: tuple[str, ...]
    """Each once, in order of first use."""
    framed: int
    size: int
    followed: _Followed | None = None

    @property
    def source(self) -> str:
        """The symbol's lines up to its end."""
        return source_of(self.text, self.symbol)

    @property
    def long(self) -> bool:
        """Whether it is so long that a hover may not read it whole."""
        return self.followed is not None


def source_of(text: Text, symbol: Symbol) -> str:
    """A symbol's lines up to its end."""
    return text.slice(_lines_of(symbol))


def measured(document: Document, symbol: Symbol, before: CurrentTarget | None, counter: Counter) -> CurrentTarget:
    """Counts a symbol of a document; ``before`` is an earlier measurement, of any symbol of any document."""
    text, language = document.text, document.language
    if _is_short(text, symbol.whole):
        source = text.slice(_lines_of(symbol))
        words = tuple(dict.fromkeys(words_in(source)))
        return CurrentTarget(text, symbol, words, counter.count(fenced(source, language)), counter.count(source))
    followed = before and _after_edit(text, symbol, before)
    if not followed:
        source = text.slice(_lines_of(symbol))
        followed = _Followed(Text(source), Text(fenced(source, language)), {})
    followed, words = _words(followed)
    framed, size = counter.count_text(followed.framed), counter.count_text(followed.written)
    return CurrentTarget(text, symbol, words, framed, size, followed)


def words_in(source: str) -> list[str]:
    """All words of a text that may be names, in order."""
    return _WORD.findall(source)


def first_word(line: str) -> str | None:
    """The word that a line begins with, without indentation."""
    found = _WORD.match(line)
    return found and found[0]


def _lines_of(symbol: Symbol) -> Range:
    return Range(Position(symbol.whole.start.line, 0), symbol.whole.end)


def _after_edit(text: Text, symbol: Symbol, before: CurrentTarget) -> _Followed | None:
    """The earlier lines with the document's change in them; ``None`` if it is not inside the same symbol."""
    old, new, change = before.symbol.whole, symbol.whole, text.changed_since(before.text)
    if before.followed is None or change is None or symbol.qualname != before.symbol.qualname:
        return None
    inside = old.start.line <= change.first and change.old_last <= old.end.line
    if not inside or new != Range(old.start, Position(old.end.line + change.shift, old.end.column)):
        return None
    gone = "".join(before.text.lines[change.first : change.old_last])
    come = "".join(text.lines[change.first : change.new_last])
    if "```" in gone or "```" in come:
        return None  # the length of the fence may depend on it
    first, last = change.first - old.start.line, change.old_last - old.start.line
    return _Followed(
        before.followed.written.replaced(_rows(first, last), come),
        before.followed.framed.replaced(_rows(first + 1, last + 1), with_lf(come)),
        before.followed.words,
    )


def _rows(first: int, last: int) -> Range:
    return Range(Position(first, 0), Position(last, 0))


def _is_short(text: Text, whole: Range) -> bool:
    first, last = whole.start.line, whole.end.line
    return last - first < SHORT_LINES and sum(map(len, text.lines[first : last + 1])) < SHORT_CHARS


def _words(followed: _Followed) -> tuple[_Followed, tuple[str, ...]]:
    """The words of a text, of which only edited parts are read."""
    known: dict[int, tuple[object, tuple[str, ...]]] = {}
    for part, source in chain.from_iterable(map(_parts, followed.written.lines.blocks())):
        found = followed.words.get(id(part))
        known[id(part)] = found or (part, tuple(dict.fromkeys(words_in("".join(source)))))
    words = tuple(dict.fromkeys(chain.from_iterable(words for _, words in known.values())))
    return _Followed(followed.written, followed.framed, known), words


def _parts(block: Sequence[str]) -> list[tuple[object, Sequence[str]]]:
    """A block, or if it has very long lines each of its lines: typing beside one must not read it again."""
    if max(map(len, block)) < SHORT_CHARS:
        return [(block, block)]
    return [(line, (line,)) for line in block]

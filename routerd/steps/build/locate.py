"""Locate: where quoted text stands, to the letter, else with other white space where only one place fits."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from routerd.domain.lines import runs
from routerd.domain.position import Position, Range
from routerd.domain.text import Text, indent_of


def places_of(quote: str, text: Text) -> tuple[Range, ...]:
    """Every place of a quote, whose lines end at LF; other white space counts if only one place fits."""
    quote = quote.strip("\n")
    if not quote.strip():
        return ()
    bare = text.bare_lines()
    exact = _exact(quote, bare) or _exact(quote.strip(), bare)
    if exact:
        return exact
    loose = loose_lines(quote, bare)
    return (_lines(loose[0], quote, bare),) if len(loose) == 1 else ()


def _exact(quote: str, bare: list[str]) -> tuple[Range, ...]:
    whole = "\n".join(bare)
    starts = [0, *accumulate(len(line) + 1 for line in bare)]
    found: list[Range] = []
    at = whole.find(quote)
    while at >= 0:
        if _on_words(whole, at, at + len(quote)):
            found.append(Range(_place(at, starts), _place(at + len(quote), starts)))
        at = whole.find(quote, at + 1)
    return tuple(found)


def _on_words(whole: str, start: int, end: int) -> bool:
    """Whether the quote neither begins nor ends inside a word: ``x = 1`` does not stand in ``max = 10``."""
    return not (_joined(whole, start) or _joined(whole, end))


def _joined(whole: str, seam: int) -> bool:
    return 0 < seam < len(whole) and _wordy(whole[seam - 1]) and _wordy(whole[seam])


def _wordy(character: str) -> bool:
    return character.isalnum() or character == "_"


def _place(offset: int, starts: list[int]) -> Position:
    line = bisect_right(starts, offset) - 1
    return Position(line, offset - starts[line])


def loose_lines(quote: str, bare: list[str]) -> tuple[int, ...]:
    """The first lines of all runs of whole lines that equal the quote's but for white space."""
    return runs([_folded(line) for line in quote.split("\n")], [_folded(line) for line in bare])


def _folded(line: str) -> str:
    return " ".join(line.split())


def _lines(first: int, quote: str, bare: list[str]) -> Range:
    last = first + quote.count("\n")
    return Range(Position(first, 0), Position(last, len(bare[last])))


def trimmed(span: Range, text: Text) -> Range:
    """The span without white space at its ends."""
    string = text.slice(span)
    start, end = span.start, span.end
    lead = string[: len(string) - len(string.lstrip())]
    if "\n" in lead or "\r" in lead:
        line = start.line + Text(lead).end.line
        start = Position(line, len(text.indent(line)))
    else:
        start = Position(start.line, start.column + len(lead))
    while end > start and not text.bare(end.line)[: end.column].strip():
        end = Position(end.line - 1, len(text.bare(end.line - 1)))
    return Range(start, Position(end.line, len(text.bare(end.line)[: end.column].rstrip())))


def reindented(new: str, quote: str, there: Text, line: int) -> str:
    """``new`` as it goes in place of ``quote``, which stands on ``line``; its first line stays bare.

    Its further lines follow the quote's habit: whole lines as the file has them, or counted from zero.
    """
    lines, quoted = new.strip("\n").split("\n"), quote.strip("\n").split("\n")
    own = indent_of(lines[0]) or indent_of(quoted[0])
    indent = there.indent(line)
    if not own and len(quoted) > 1 and indent_of(quoted[1]) == there.indent(line + 1):
        indent = ""  # only the quote's first line was trimmed
    moved = [indent + rest.removeprefix(own) if rest.strip() else rest for rest in lines[1:]]
    return "\n".join([lines[0].lstrip(" \t"), *moved])

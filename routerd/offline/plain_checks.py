"""Checks for any language, by lines and outlines: markers, leftovers, merge conflicts, length."""

from __future__ import annotations

import re
from collections.abc import Iterator

from routerd.domain.document import Document
from routerd.domain.finding import Severity
from routerd.domain.symbol import Outline
from routerd.languages import leftovers_of
from routerd.languages.patterns import compiled
from routerd.offline.static_finding import StaticFinding

_MAX_BODY_LINES = 80
"""Two screens of forty lines."""
_COMMENT = r"(?://|/\*|\*|#|--|<!--|;)"
_MARKER = re.compile(rf"{_COMMENT}.*\b(?P<word>TODO|FIXME|XXX|HACK)\b[:( ]*(?P<rest>.*)")
_CONFLICT = re.compile(r"^(<{7} |>{7} |={7}$)")


def plain_faults(document: Document, outline: Outline) -> Iterator[StaticFinding]:
    """Findings from lines and outlines alone."""
    pattern = leftovers_of(document.language)
    leftover = compiled(pattern) if pattern else None
    for number in range(len(document.text.lines)):
        line = document.text.bare(number)
        marker = _MARKER.search(line)
        if marker:
            rest = marker["rest"].strip(" */->") or "nothing more is said"
            yield StaticFinding(number, Severity.INFORMATION, f"Marked {marker['word']}: {rest[:120]}.", "marker")
        if _CONFLICT.match(line):
            yield StaticFinding(number, Severity.ERROR, "A merge conflict was left in the file.", "merge-conflict")
        if leftover and leftover.match(line):
            yield StaticFinding(number, Severity.WARNING, "This looks like a leftover of debugging.", "debug-leftover")
    # The rest follows from the first, and the grammar may be older than the language.
    for fault in outline.faults[:1]:
        message = "routerd's own parser stops here; the language's tools may well accept it."
        yield StaticFinding(fault.start.line, Severity.INFORMATION, message, "syntax")
    for symbol in outline.symbols:
        length = symbol.whole.end.line - symbol.whole.start.line + 1
        if symbol.kind.callable and length > _MAX_BODY_LINES:
            message = f"`{symbol.name}` is {length} lines long: too much to hold in mind at once."
            yield StaticFinding(symbol.header.start.line, Severity.HINT, message, "long-function")

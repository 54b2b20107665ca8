"""Checks of lines for any language: merge conflicts, and leftovers of debugging."""

from __future__ import annotations

import re
from collections.abc import Iterator

from routerd.domain.document import Document
from routerd.domain.finding import Finding, Severity
from routerd.domain.position import span
from routerd.languages import leftovers_of
from routerd.languages.patterns import compiled

_CONFLICT = re.compile(r"^(<{7} |>{7} |={7}$)")
_MARKUP = frozenset(("markdown", "restructuredtext", "plaintext", "asciidoc"))
"""A row of signs underlines a heading there."""


def plain_findings(document: Document) -> Iterator[Finding]:
    """Findings from lines alone; what routerd's grammar does not know is no fault of the file."""
    pattern = leftovers_of(document.language)
    leftover = compiled(pattern) if pattern else None
    for number in range(len(document.text.lines)):
        line = document.text.bare(number)
        whole = span(number, 0, number, len(line))
        conflict = _CONFLICT.match(line)
        if conflict and not (conflict[0] == "=" * 7 and document.language in _MARKUP):
            yield Finding(whole, Severity.ERROR, "A merge conflict was left in the file.", "merge-conflict")
        if leftover and leftover.match(line):
            yield Finding(whole, Severity.WARNING, "This looks like a leftover of debugging.", "debug-leftover")

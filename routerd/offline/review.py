"""A review without a model: a linter's findings and checks over the tree, as JSON with quoted lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from routerd.domain.changed import Changed
from routerd.domain.document import Document
from routerd.domain.finding import Finding
from routerd.domain.ports import Linter
from routerd.domain.position import Position, Range, span
from routerd.domain.prompt import Question
from routerd.domain.symbol import Outline
from routerd.domain.text import Text
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.offline.checks import Fault, faults_of
from routerd.offline.plain_checks import plain_findings
from routerd.offline.source import source_of

_MAX_QUOTED = 3
"""The most lines of a quote; a quote gets longer only until it is unique in the file."""
_MAX_GROWN = 8


def review(question: Question, linter: Linter) -> str:
    """``{"findings": […]}`` about the target's lines, each defect once."""
    document, lines, changed = question.request.document, question.target.span, question.request.changed
    findings = _findings(document, question.target.outline, linter)
    if changed is not None:
        lines = document.text.whole
        findings = _brought(findings, document, changed, linter)
    inside = [one for one in findings if lines.start.line <= one.span.start.line <= lines.end.line]
    quotes = Quotes(document.text)
    items = [item for one in inside if (item := quotes.item(one, lines))]
    return json.dumps({"findings": items}, ensure_ascii=False, indent=1) + "\n"


def _findings(document: Document, outline: Outline, linter: Linter) -> list[Finding]:
    """All defects of a document, in its order."""
    if not has_tree(document.language, Tree.PYTHON):
        return list(plain_findings(document))
    mine = (_finding(fault, document.text) for fault in _faults(document.text, outline))
    kept = (one for one in mine if "# noqa" not in document.text.bare(one.span.start.line))
    return sorted((*linter.lint(document), *kept), key=lambda one: one.span)


def _faults(text: Text, outline: Outline) -> Iterable[Fault]:
    """Checks the whole file if it parses, else each symbol that parses on its own."""
    source = source_of(text)
    if source.tree is not None:
        return faults_of(source.tree.body)
    outer = [symbol for symbol in outline.symbols if symbol.container is None]
    return faults_of([node for symbol in outer if (node := source.node(symbol)) and node.body])


def _finding(fault: Fault, text: Text) -> Finding:
    node, severity, rule, message = fault
    line = getattr(node, "lineno", 1) - 1
    return Finding(span(line, 0, line, len(text.bare(line))), severity, message, rule)


def _brought(findings: list[Finding], document: Document, changed: Changed, linter: Linter) -> list[Finding]:
    """The defects that the old text does not have: those that the change brought, on whichever line they show.

    A message may name a line, and a defect may move, so that only rule and line of code are compared.
    """
    old = replace(document, text=changed.before)
    known = Counter(_identity(one, old.text) for one in _findings(old, changed.outline, linter))
    kept = []
    for one in findings:
        identity = _identity(one, document.text)
        if known[identity] > 0:
            known[identity] -= 1
        else:
            kept.append(one)
    return kept


def _identity(finding: Finding, text: Text) -> tuple[str | None, str]:
    return finding.rule, text.bare(finding.span.start.line).strip()


class Quotes:
    """Quotes lines of one text so that each quote is unique, if a few lines suffice."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._lines = text.bare_lines()
        self._starts: dict[str, list[int]] = {}
        for number, line in enumerate(self._lines):
            self._starts.setdefault(line.strip(), []).append(number)

    def item(self, finding: Finding, within: Range) -> dict[str, object] | None:
        """The finding with its quote: whole lines, extended downwards within the range; ``None`` if blank."""
        first, end, fix = finding.span.start.line, finding.span.end.line, None
        if finding.fix is not None:
            low, high = min(first, finding.fix.span.start.line), max(end, finding.fix.span.end.line)
            fix = self._fixed(finding, low, high)
            first, end = (low, high) if fix else (first, end)
        last = end if fix else min(end, first + _MAX_QUOTED - 1)
        while self._count(first, last) > 1 and last < min(within.end.line, first + _MAX_GROWN):
            last, fix = last + 1, None
        quote = "\n".join(self._lines[first : last + 1]).lstrip("\ufeff")
        if not quote.strip():
            return None
        return {
            "quote": quote,
            "line": first + 1,
            "severity": finding.severity.value,
            "message": finding.message,
            "rule": finding.rule,
            "fix": fix,
        }

    def _fixed(self, finding: Finding, low: int, high: int) -> str | None:
        """The new text of the lines that a fix changes; ``None`` for many lines and where nothing would be left."""
        text, edit = self._text, finding.fix
        if edit is None or high - low >= _MAX_GROWN or not self._lines[low].strip():
            return None
        before = text.slice(Range(Position(low, 0), edit.span.start))
        after = text.slice(Range(edit.span.end, Position(high, len(self._lines[high]))))
        lines = (before + edit.new + after).replace("\r\n", "\n")
        return lines if lines.strip() else None

    def _count(self, first: int, last: int) -> int:
        wanted = [line.strip() for line in self._lines[first : last + 1]]
        starts = self._starts[wanted[0]]
        return sum([line.strip() for line in self._lines[at : at + len(wanted)]] == wanted for at in starts)

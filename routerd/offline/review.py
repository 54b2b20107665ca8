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
from routerd.domain.position import Position, Range
from routerd.domain.prompt import Question
from routerd.domain.symbol import Outline, SymbolKind
from routerd.domain.text import Text
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.offline.plain_checks import plain_faults
from routerd.offline.source import source_of
from routerd.offline.static_finding import StaticFinding
from routerd.offline.tree_checks import tree_faults

_MAX_QUOTED = 3
"""The most lines of a quote; a quote gets longer only until it is unique in the file."""
_MAX_GROWN = 8


def review(question: Question, linter: Linter) -> str:
    """``{"findings": […]}`` about the target's lines, each defect once."""
    document, span, changed = question.request.document, question.target.span, question.request.changed
    faults = _faults(document, question.target.outline, linter)
    if changed is not None:
        span = document.text.whole
        faults = _brought(faults, document, changed, linter)
    inside = [fault for fault in faults if span.start.line <= fault.line <= span.end.line]
    quotes = Quotes(document.text)
    items = [item for fault in inside if (item := quotes.item(fault, span))]
    return json.dumps({"findings": items}, ensure_ascii=False, indent=1) + "\n"


def _faults(document: Document, outline: Outline, linter: Linter) -> list[StaticFinding]:
    """All defects of a document, in its order."""
    if has_tree(document.language, Tree.PYTHON):
        mine, others = _apart(list(_tree_faults(document.text, outline)), list(linter.lint(document)))
    else:
        mine, others = list(plain_faults(document, outline)), []
    found = [*mine, *(_of_finding(finding, document.text) for finding in others)]
    return sorted(found, key=lambda fault: fault.line)


def _brought(faults: list[StaticFinding], document: Document, changed: Changed, linter: Linter) -> list[StaticFinding]:
    """The defects that the old text does not have: those that the change brought, on whichever line they show.

    A message may name a line, and a defect may move, so that only rule and line of code are compared.
    """
    old = replace(document, text=changed.before)
    known = Counter(_identity(fault, old.text) for fault in _faults(old, changed.outline, linter))
    kept = []
    for fault in faults:
        identity = _identity(fault, document.text)
        if known[identity] > 0:
            known[identity] -= 1
        else:
            kept.append(fault)
    return kept


def _identity(fault: StaticFinding, text: Text) -> tuple[str, str]:
    return fault.rule, text.bare(fault.line).strip()


def _apart(mine: list[StaticFinding], others: list[Finding]) -> tuple[list[StaticFinding], list[Finding]]:
    """Both lists without duplicates on the same line: the linter's finding wins if it has a fix."""
    mended = {(finding.span.start.line, finding.rule) for finding in others if finding.fix}
    mine = [fault for fault in mine if mended.isdisjoint((fault.line, rule) for rule in fault.instead_of)]
    known = {(fault.line, rule) for fault in mine for rule in fault.instead_of}
    return mine, [finding for finding in others if (finding.span.start.line, finding.rule) not in known]


def _tree_faults(text: Text, outline: Outline) -> Iterable[StaticFinding]:
    """Checks the whole file if it parses, else each symbol that parses on its own."""
    source = source_of(text)
    if source.tree is not None:
        return tree_faults(source.tree.body)
    outer = [symbol for symbol in outline.symbols if symbol.container is None]
    nodes = [node for symbol in outer if (node := source.node(symbol)) and node.body]
    lost = [s for s in outer if s.kind is SymbolKind.CLASS and source.node(s) is None]
    nodes += [n for s in outline.symbols for o in lost if s.container == o.qualname and (n := source.node(s))]
    return tree_faults(nodes)


def _of_finding(finding: Finding, text: Text) -> StaticFinding:
    """A linter's finding; its fix is converted to the new text of the quoted lines."""
    first, last, fix = finding.span.start.line, finding.span.end.line, None
    if finding.fix is not None:
        start, end = finding.fix.span.start, finding.fix.span.end
        low, high = min(first, start.line), max(last, end.line)
        if high - low < _MAX_GROWN:
            first, last = low, high
            head, tail = text.bare(low), text.bare(high)
            lines = (
                text.slice(Range(Position(low, 0), start))
                + finding.fix.new
                + text.slice(Range(end, Position(high, len(tail))))
            )
            fix = lines.replace("\r\n", "\n") if lines.strip() and head.strip() else None
    return StaticFinding(first, finding.severity, finding.message, finding.rule or "", last=last, fix=fix)


class Quotes:
    """Quotes lines of one text so that each quote is unique, if a few lines suffice."""

    def __init__(self, text: Text) -> None:
        self._lines = text.bare_lines()
        self._starts: dict[str, list[int]] = {}
        for number, line in enumerate(self._lines):
            self._starts.setdefault(line.strip(), []).append(number)

    def item(self, fault: StaticFinding, span: Range) -> dict[str, object] | None:
        """The finding with its quote: whole lines, extended downwards within the range; ``None`` if blank."""
        end = fault.line if fault.last is None else fault.last
        last = end if fault.fix is not None else min(end, fault.line + _MAX_QUOTED - 1)
        while self._count(fault.line, last) > 1 and last < min(span.end.line, fault.line + _MAX_GROWN):
            last += 1
            fault = fault.without_fix()
        quote = "\n".join(self._lines[fault.line : last + 1]).lstrip("\ufeff")
        if not quote.strip():
            return None
        return {
            "quote": quote,
            "line": fault.line + 1,
            "severity": fault.severity.value,
            "message": fault.message,
            "rule": fault.rule,
            "fix": fault.fix,
        }

    def _count(self, first: int, last: int) -> int:
        wanted = [line.strip() for line in self._lines[first : last + 1]]
        starts = self._starts[wanted[0]]
        return sum([line.strip() for line in self._lines[at : at + len(wanted)]] == wanted for at in starts)

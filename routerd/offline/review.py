"""A review without a model: a linter's findings and checks over the tree, as JSON with quoted lines."""

from __future__ import annotations

import json
from collections.abc import Iterable

from routerd.domain.finding import Finding
from routerd.domain.ports import Linter
from routerd.domain.position import Position, Range
from routerd.domain.prompt import Question
from routerd.domain.symbol import SymbolKind
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
    document, span = question.request.document, question.target.span
    text = document.text
    if has_tree(document.language, Tree.PYTHON):
        mine, others = _apart(list(_tree_faults(question)), list(linter.lint(document)))
    else:
        mine, others = list(plain_faults(document, question.target.outline)), []
    faults = sorted([*mine, *(_of_finding(finding, text) for finding in others)], key=lambda fault: fault.line)
    inside = [fault for fault in faults if span.start.line <= fault.line <= span.end.line]
    quotes = Quotes(text)
    items = [item for fault in inside if (item := quotes.item(fault, span))]
    return json.dumps({"findings": items}, ensure_ascii=False, indent=1) + "\n"


def _apart(mine: list[StaticFinding], others: list[Finding]) -> tuple[list[StaticFinding], list[Finding]]:
    """Both lists without duplicates on the same line: the linter's finding wins if it has a fix."""
    mended = {(finding.span.start.line, finding.rule) for finding in others if finding.fix}
    mine = [fault for fault in mine if mended.isdisjoint((fault.line, rule) for rule in fault.instead_of)]
    known = {(fault.line, rule) for fault in mine for rule in fault.instead_of}
    return mine, [finding for finding in others if (finding.span.start.line, finding.rule) not in known]


def _tree_faults(question: Question) -> Iterable[StaticFinding]:
    """Checks the whole file if it parses, else each symbol that parses on its own."""
    source = source_of(question.request.document.text)
    if source.tree is not None:
        return tree_faults(source.tree.body)
    outer = [symbol for symbol in question.target.outline.symbols if symbol.container is None]
    nodes = [node for symbol in outer if (node := source.node(symbol)) and node.body]
    lost = [s for s in outer if s.kind is SymbolKind.CLASS and source.node(s) is None]
    nodes += [
        n for s in question.target.outline.symbols for o in lost if s.container == o.qualname and (n := source.node(s))
    ]
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

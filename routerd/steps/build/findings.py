"""Build findings: each raw finding anchored on the lines that it quotes, or dropped and counted."""

from __future__ import annotations

from routerd.domain.finding import Finding, RawFinding
from routerd.domain.hidden import adds_hidden, shown
from routerd.domain.ports import Grammar
from routerd.domain.position import Edit, Range
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, RawFindings
from routerd.domain.verdict import Rejected
from routerd.steps.build.locate import places_of, reindented, trimmed

_MAX_FIXES = 30
"""Fixes that are tried; each costs a parse of the file, and a review of more than 30 is not read."""


def build_findings(payload: RawFindings, question: Question, grammar: Grammar) -> Change | Rejected:
    """The findings that anchor, in the order of the file, each once."""
    text = question.request.document.text
    faults = grammar.faults(text.string, question.request.document.language)
    found: dict[tuple[Range, str], Finding] = {}
    dropped = 0
    for raw in payload.findings:
        span, sure = _anchored(raw, question)
        if span is None:
            dropped += 1
            continue
        key = (span, " ".join(raw.message.casefold().split()))
        if key in found:
            continue
        fix = _fix(raw, span, question, grammar, faults) if sure and len(found) < _MAX_FIXES else None
        found[key] = Finding(span, raw.severity, shown(raw.message), raw.rule and shown(raw.rule), fix)
    if payload.findings and not found:
        count = len(payload.findings)
        return Rejected(f"none of the {count} quotes stands in the file: copy them exactly", mechanical=True)
    ordered = sorted(found.values(), key=lambda finding: finding.span)
    return Change(findings=tuple(ordered), text=text, dropped_findings=dropped)


def _anchored(raw: RawFinding, question: Question) -> tuple[Range | None, bool]:
    """Where the quote stands, and whether that is beyond doubt (then a fix may be offered)."""
    text, target = question.request.document.text, question.target.span
    positions = places_of(raw.quote, text)
    lines = (target.start.line, target.end.line)
    positions = tuple(s for s in positions if lines[0] <= s.start.line and s.end.line <= lines[1]) or positions
    if len(positions) == 1:
        return trimmed(positions[0], text), True
    if not positions or raw.line is None:
        return None, False
    # The line may count from the file's first line or from the first of the target that the model saw.
    claimed = (raw.line, raw.line + target.start.line)
    distance = {span: min(abs(span.start.line - line) for line in claimed) for span in positions}
    nearest = sorted(positions, key=lambda span: distance[span])
    if distance[nearest[0]] == distance[nearest[1]]:
        return None, False
    return trimmed(nearest[0], text), distance[nearest[0]] == 0


def _fix(raw: RawFinding, span: Range, question: Question, grammar: Grammar, faults: int) -> Edit | None:
    """The edit of a fix, if the file parses no worse with it."""
    document = question.request.document
    if not raw.fix or not raw.fix.strip():
        return None
    new = reindented(raw.fix, raw.quote, document.text, span.start.line).replace("\n", document.text.newline)
    edit = Edit(span, new)
    after = document.text.replaced(span, new)
    if adds_hidden(document.text.string, after.string):
        return None
    if after == document.text or grammar.faults(after.string, document.language) > faults:
        return None
    return edit

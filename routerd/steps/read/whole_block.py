"""Whole block: a fenced block that stands for the whole target, as one hunk, where that cannot lose code."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace

from routerd.domain.action import Scope
from routerd.domain.ports import Grammar
from routerd.domain.position import Position, Range
from routerd.domain.prompt import Question
from routerd.domain.reply import Hunk
from routerd.domain.text import Text, with_lf
from routerd.domain.verdict import Rejected
from routerd.steps.read.malformed_replies import elision


def block_as_hunk(code: str, question: Question, grammar: Grammar) -> Hunk | Rejected:
    """The hunk that puts the block in place of the file, the symbol or the selection that it repeats.

    Where it leaves out a declaration that stood in that place, nothing is assumed: it is rejected.
    """
    shortened = elision(code, question.request.document.text.string)
    if shortened:
        return Rejected(f"the reply leaves code out ('{shortened}')", mechanical=True)
    document, target = question.request.document, question.target
    outline = grammar.outline(replace(document, text=Text(textwrap.dedent(code))))
    new = {symbol.name for symbol in outline.symbols}
    if _repeats_file(code, new, question):
        return Hunk(with_lf(document.text.string), _tailed(code, document.text))
    span = _replaced_span(new, question)
    if isinstance(span, Rejected):
        return span
    held = [symbol for symbol in target.outline.inside(span) if span != symbol.whole]
    lost = [symbol.name for symbol in held if not re.search(rf"\b{re.escape(symbol.name)}\b", code)]
    if lost and not (len(held) == 1 and len(outline.symbols) == 1):
        return Rejected(f"the code block leaves out '{lost[0]}'", mechanical=True)
    whole = _without_blank_edges(span, document.text)
    block = textwrap.indent(textwrap.dedent(code).strip("\n"), document.text.indent(whole.start.line))
    return Hunk(with_lf(document.text.slice(whole)), block)


def _replaced_span(new: set[str], question: Question) -> Range | Rejected:
    """What a block that declares these names stands for: one around the target, or the target itself."""
    target = question.target
    symbols = target.outline.symbols
    if target.scope is Scope.FILE:
        same = [symbol for symbol in symbols if symbol.container is None and symbol.name in new]
        if len(same) != 1:
            return Rejected("the code block does not say what it replaces: hunks are needed", mechanical=True)
        return same[0].whole
    around = [s for s in symbols if s.name in new and s.whole.overlaps(target.span) and not target.span.covers(s.whole)]
    if len(around) == 1:
        return around[0].whole
    inside = {symbol.name for symbol in target.outline.inside(target.span)}
    outside = [symbol.name for symbol in symbols if symbol.name in new - inside]
    if outside:
        return Rejected(f"the code block repeats '{outside[0]}', which was not asked about", mechanical=True)
    return target.span


def _repeats_file(code: str, new: set[str], question: Question) -> bool:
    """Whether the block is the whole file: all that it declares, and what stands between.

    Around a symbol or selection each line has to be there; in a rewritten file half of the lines
    outside its declarations, such as imports and constants.
    """
    text, target = question.request.document.text, question.target
    tops = [symbol for symbol in target.outline.symbols if symbol.container is None]
    if not new.issuperset(symbol.name for symbol in tops):
        return False
    known = [target.span] if target.scope is not Scope.FILE else [symbol.whole for symbol in tops]
    free = set(range(len(text.lines)))
    for span in known:
        free -= set(range(span.start.line, span.end.line + 1))
    lines = [line for number in sorted(free) if (line := text.bare(number).strip("\ufeff \t"))]
    block = {line.strip() for line in code.split("\n")}
    kept = sum(line in block for line in lines)
    return kept == len(lines) if target.scope is not Scope.FILE else bool(tops) and kept * 2 >= len(lines)


def _without_blank_edges(span: Range, text: Text) -> Range:
    """The span's whole lines without blank ones at its ends: a block never repeats those."""
    first, last = span.start.line, span.end.line
    while first < last and not text.bare(first).strip():
        first += 1
    while last > first and not text.bare(last).strip():
        last -= 1
    return Range(Position(first, 0), Position(last, len(text.bare(last))))


def _tailed(code: str, text: Text) -> str:
    """The code with the file's own ending: a final newline where it has one, none where it has none."""
    bom = "\ufeff" if text.lines[0].startswith("\ufeff") else ""
    return bom + code.strip("\n") + ("\n" if not text.lines[-1] else "")

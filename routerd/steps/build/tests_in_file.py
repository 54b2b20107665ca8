"""Tests in file: new tests in the module of tests of the file that they test, or in a new one at its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from textwrap import dedent, indent

from routerd.domain.document import Document
from routerd.domain.ports import Grammar
from routerd.domain.position import Edit, Position, Range
from routerd.domain.prompt import Question
from routerd.domain.symbol import Symbol
from routerd.domain.text import Text, with_lf
from routerd.domain.verdict import Rejected
from routerd.languages.inside import InFile
from routerd.languages.patterns import compiled
from routerd.languages.spec import Merge
from routerd.steps.build.merge import merge

_INDENT = " " * 4


def tests_in_file(
    code: str, question: Question, rules: InFile, how: Merge, grammar: Grammar
) -> tuple[Edit, ...] | Rejected:
    """Insertions into the source: only inside its module of tests, which is made where there is none."""
    document, package = question.request.document, question.conventions.package
    if grammar.outline(document).faults:
        return Rejected("the file does not parse, so no tests can be put into it")
    tests = _unwrapped(code, document, rules, grammar)
    if package:
        tests = re.sub(rf"^(\s*use\s+(?:::)?){re.escape(package)}(?=::)", r"\1crate", tests, flags=re.M)
    if not re.search(rf"^\s*{re.escape(rules.use)}", tests, re.M):
        tests = f"{rules.use}\n{tests}" if tests.startswith("use ") else f"{rules.use}\n\n{tests}"
    module = _module(document, rules, grammar)
    if module is not None:
        return _joined(tests, module, document, grammar, how)
    if any(symbol.container is None and symbol.name == "tests" for symbol in question.target.outline.symbols):
        return Rejected("the file declares another 'tests' already")
    return (_new_module(tests, document, rules, grammar),)


def _module(document: Document, rules: InFile, grammar: Grammar) -> Symbol | None:
    """The outermost module of tests in a text."""
    text, begins = document.text, compiled(rules.module)
    outer = (s for s in grammar.outline(document).symbols if s.container is None and s.body)
    return next((s for s in outer if begins.match(text.slice(s.whole))), None)


def _unwrapped(code: str, document: Document, rules: InFile, grammar: Grammar) -> str:
    """The tests of a reply without the module that it may have put around them."""
    reply = replace(document, text=Text(code))
    module = _module(reply, rules, grammar)
    if module is None or module.body is None:
        return code.strip("\n")
    inside = reply.text.slice(module.body).strip()[1:-1].strip("\n")
    outside = reply.text.edited([Edit(module.whole, "")]).string.strip("\n")
    return "\n".join(filter(None, (outside, _shifted(inside, dedent, document.language, grammar))))


def _new_module(tests: str, document: Document, rules: InFile, grammar: Grammar) -> Edit:
    text = document.text
    inside = _shifted(tests, lambda code: indent(code, _INDENT), document.language, grammar)
    block = "\n".join(("", *rules.opening, inside, "}", "")).replace("\n", text.newline)
    return Edit(Range(text.end, text.end), (text.newline if text.lines[-1] else "") + block)


def _joined(
    tests: str, module: Symbol, document: Document, grammar: Grammar, how: Merge
) -> tuple[Edit, ...] | Rejected:
    """The insertions of a merge into what the module holds, as insertions into the source."""
    text, body = document.text, module.body
    assert body is not None
    first, last = body.start.line + 1, body.end.line
    opens, closes = text.bare(body.start.line)[body.start.column :].strip(), text.bare(last).strip()
    if opens != "{" or closes != "}" or last < first:
        return Rejected("the module of tests does not begin and end on lines of its own")
    held = "".join(text.lines[first:last])
    inside = _shifted(with_lf(held), dedent, document.language, grammar)
    merged = merge(replace(document, text=Text(inside)), tests, how, grammar)
    if isinstance(merged, Rejected):
        return merged
    edits = []
    for edit in merged:
        new = _shifted(edit.new, lambda code: indent(code, _INDENT), document.language, grammar)
        at = Position(first + edit.span.start.line, 0)
        if edit.span.start.column or at.line > last:
            return Rejected("the module of tests has no line for them")
        edits.append(Edit(Range(at, at), new.replace("\n", text.newline)))
    return tuple(edits)


def _shifted(code: str, shift: Callable[[str], str], language: str, grammar: Grammar) -> str:
    """The code at another depth, unless that would change a string of several lines."""
    moved = shift(code)
    return moved if grammar.code_tokens(moved, language) == grammar.code_tokens(code, language) else code

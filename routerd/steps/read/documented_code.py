"""Documented code: taking the documentation out of a reply that repeats the code unchanged."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import replace

from routerd.domain.ports import Grammar
from routerd.domain.position import Position, Range
from routerd.domain.prompt import Question
from routerd.domain.reply import DocText, Documentation
from routerd.domain.symbol import Outline
from routerd.domain.text import Text
from routerd.domain.verdict import Rejected
from routerd.steps.read.malformed_replies import elision, placeholder
from routerd.steps.read.strip_markup import strip_markup

_TRIES = 12
"""Symbols that a block is held against; each costs a parse of the file, and replies hold few blocks."""


def declares(code: str, question: Question, grammar: Grammar, anything: bool = False) -> bool:
    """Whether the text is code that declares a target symbol (or anything at all)."""
    document = replace(question.request.document, text=Text(textwrap.dedent(code)))
    names = {symbol.name for symbol in question.target.symbols}
    symbols = grammar.outline(document).symbols
    if any(symbol.name in names for symbol in symbols):
        return True
    if not anything:
        # A method by itself is not a program in most languages, but its header stands on one of its lines.
        return any(_header(question, symbol.header) in _folded(code) for symbol in question.target.symbols)
    return bool(symbols) and not grammar.faults(code, document.language)


def docs_in_code(codes: list[str], question: Question, grammar: Grammar) -> Documentation | Rejected:
    """The documentation of the target symbols in blocks of code that else equal the original."""
    docs: dict[int, DocText] = {}
    for code in codes:
        outline, text = _placed(code, question, grammar)
        if outline is None:
            shortened = elision(code, question.request.document.text.string)
            if shortened:
                return Rejected(f"the reply leaves code out ('{shortened}')", mechanical=True)
            if not declares(code, question, grammar):
                continue
            return Rejected("the reply changes code: only documentation was asked for")
        docs |= _new_docs(outline, text, question)
    if not docs:
        return Rejected("the reply repeats the code without any documentation")
    for doc in docs.values():
        if placeholder(doc.text):
            return Rejected(f"the documentation of '{doc.qualname}' is only a placeholder", mechanical=True)
    return Documentation(tuple(docs[index] for index in sorted(docs)))


def _placed(code: str, question: Question, grammar: Grammar) -> tuple[Outline | None, Text]:
    """The outline of the file with the code in the place where it leaves the program unchanged."""
    document = question.request.document
    wanted = grammar.code_tokens(document.text.string, document.language)
    for text in _placements(code, question):
        if grammar.code_tokens(text.string, document.language) == wanted:
            return grammar.outline(replace(document, text=text)), text
    return None, document.text


def _placements(code: str, question: Question) -> Iterator[Text]:
    text, target = question.request.document.text, question.target
    spans = [target.span, *(s.whole for s in target.symbols if s.name in code)][: _TRIES + 1]
    yield Text(code + "\n")
    for span in spans:
        indent = text.indent(span.start.line)
        block = textwrap.indent(textwrap.dedent(code).strip("\n"), indent)
        yield text.replaced(Range(Position(span.start.line, 0), span.end), block)


def _new_docs(outline: Outline, text: Text, question: Question) -> dict[int, DocText]:
    """By position in the file: equal code declares equal symbols, so the two outlines pair up."""
    before, language = question.target.outline, question.request.document.language
    if len(before.symbols) != len(outline.symbols):
        return {}
    found: dict[int, DocText] = {}
    for index, (old, new) in enumerate(zip(before.symbols, outline.symbols, strict=True)):
        if old not in question.target.symbols or new.doc is None:
            continue
        words = strip_markup(text.slice(new.doc), language)
        known = strip_markup(question.request.document.text.slice(old.doc), language) if old.doc else ""
        if words and words != known:
            found[index] = DocText(old.qualname, words)
    return found


def _header(question: Question, span: Range) -> str:
    return _folded(question.request.document.text.slice(span))


def _folded(code: str) -> str:
    return "".join(code.split())

"""Build documentation: each symbol's words, dressed in its language's convention, where they belong."""

from __future__ import annotations

from dataclasses import replace

from routerd.domain.ports import Grammar
from routerd.domain.position import Edit
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, DocText, Documentation, FileChange
from routerd.domain.symbol import Symbol
from routerd.domain.verdict import Rejected
from routerd.languages import specs
from routerd.languages.spec import DocPlacement, DocStyle
from routerd.steps.build.comment import comment_edit
from routerd.steps.build.docstring import docstring_edit, module_docstring_edit


def build_documentation(payload: Documentation, question: Question, grammar: Grammar) -> Change | Rejected:
    """Insertions, and replacements of documentation that the target names, in the file asked about.

    A symbol that has no place for a comment is left out where others have one.
    """
    document, target = question.request.document, question.target
    spec = specs().get(document.language)
    if spec is None:
        return Rejected(f"routerd does not know how {document.language} is documented")
    placed: list[tuple[Symbol | None, Edit]] = []
    misfits: list[Rejected] = []
    waiting = list(target.symbols)
    for doc in payload.docs:
        symbol = next((symbol for symbol in waiting if symbol.qualname == doc.qualname), None)
        if symbol is not None:
            waiting.remove(symbol)
        elif doc.qualname:
            return Rejected(f"'{doc.qualname}' is documented twice or was not asked about", mechanical=True)
        edit = _edit(doc, symbol, question, spec.docs)
        if isinstance(edit, Rejected):
            misfits.append(edit)
        elif edit is not None and document.text.slice(edit.span) != edit.new:
            placed.append((symbol, edit))
    edits = _attached(placed, question, grammar)
    if not edits:
        why = "no comment fits where the symbols stand" if placed else "the reply adds no documentation"
        return misfits[0] if misfits else Rejected(why)
    return Change((FileChange(document.uri, document.text, edits, document.version),))


def _attached(placed: list[tuple[Symbol | None, Edit]], question: Question, grammar: Grammar) -> tuple[Edit, ...]:
    """The edits without those that the grammar would not see as their symbol's documentation."""
    document, symbols = question.request.document, question.target.outline.symbols
    edits = tuple(sorted(edit for _, edit in placed))
    if len(edits) < 2:
        return edits
    after = grammar.outline(replace(document, text=document.text.edited(edits))).symbols
    if len(after) != len(symbols):
        return edits
    lost = {old for old, new in zip(symbols, after, strict=True) if new.doc is None}
    return tuple(sorted(edit for symbol, edit in placed if symbol is None or symbol not in lost))


def _edit(doc: DocText, symbol: Symbol | None, question: Question, style: DocStyle) -> Edit | Rejected | None:
    """The edit of one symbol, or of the module for none; ``None`` where the module has its words already."""
    document, outline = question.request.document, question.target.outline
    text, in_body = document.text, style.placement is DocPlacement.BODY
    if symbol is not None:
        if in_body:
            return docstring_edit(doc.text, symbol, text)
        return comment_edit(doc.text, symbol, text, style)
    if not in_body or (outline.doc is not None and not question.request.replace):
        return None
    return module_docstring_edit(doc.text, outline.doc, text)

"""Check documentation: the same program, only insertions and replaced documentation, all at the target."""

from __future__ import annotations

from dataclasses import replace

from routerd.domain.ports import Grammar
from routerd.domain.position import Edit
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange
from routerd.domain.symbol import Outline, Symbol
from routerd.domain.text import Text
from routerd.domain.verdict import Accepted, Rejected, Verdict
from routerd.languages import specs
from routerd.languages.patterns import compiled
from routerd.languages.spec import DocPlacement, DocStyle
from routerd.steps.check.program import Programs


def check_documentation(change: Change, question: Question, grammar: Grammar) -> Verdict:
    """Whether the change only documents what was asked about."""
    document = question.request.document
    if len(change.files) != 1 or change.files[0].uri != document.uri or change.files[0].create:
        return Rejected("documentation may change the file it was asked about and no other")
    file = change.files[0]
    spec = specs().get(document.language)
    if spec is None:
        return Rejected(f"routerd does not know how {document.language} is documented")
    for edit in file.edits:
        fault = _edit_fault(edit, file.before, question, spec.docs)
        if fault:
            return Rejected(fault)
    after = file.after
    programs = Programs(file.before.string, after.string, document.language, grammar)
    if not programs.parses_no_worse():
        return Rejected("the file would parse worse with the documentation")
    if not programs.same():
        return Rejected("the documentation would change the code")
    return _attached(file, after, question, grammar)


def _edit_fault(edit: Edit, before: Text, question: Question, style: DocStyle) -> str | None:
    """What is wrong with where an edit is, or with what it removes."""
    target = question.target
    removed = before.slice(edit.span)
    own = [symbol.doc for symbol in target.symbols] + [target.outline.doc]
    if removed.strip() and edit.span not in own:
        return "the edit removes more than documentation"
    if edit.span in own or _at_module(edit, question) or any(_at(edit, s, before, style) for s in target.symbols):
        return None
    return f"the edit at line {edit.span.start.line + 1} lies outside the target"


def _at(edit: Edit, symbol: Symbol, before: Text, style: DocStyle) -> bool:
    """Whether the edit is where the symbol's documentation goes: in the body, or right above it."""
    start, end = edit.span.start, edit.span.end
    if style.placement is DocPlacement.BODY:
        return symbol.header.end.line <= start.line and end <= symbol.whole.end
    between = (before.bare(line) for line in range(start.line, symbol.whole.start.line))
    return end <= symbol.whole.start and all(compiled(style.between).match(line.strip()) for line in between)


def _at_module(edit: Edit, question: Question) -> bool:
    """Whether the edit is where a module's documentation goes: above everything that is declared."""
    outline = question.target.outline
    starts = [symbol.whole.start for symbol in outline.symbols] + [found.span.start for found in outline.imports]
    return not starts or edit.span.end <= min(starts)


def _attached(file: FileChange, text: Text, question: Question, grammar: Grammar) -> Verdict:
    """Whether each symbol that an edit was made for now has documentation of its own."""
    target = question.target
    after = grammar.outline(replace(question.request.document, text=text))
    if _documented(after) < _documented(target.outline) + sum(edit.span.empty for edit in file.edits):
        return Rejected("the documentation would not belong to the symbol that it is for")
    return Accepted()


def _documented(outline: Outline) -> int:
    return sum(symbol.doc is not None for symbol in outline.symbols) + (outline.doc is not None)

"""Check hunks: files that parse no worse than before, and nothing touched outside a selection."""

from __future__ import annotations

from routerd.domain.document import Document
from routerd.domain.hidden import adds_hidden
from routerd.domain.ports import Grammar
from routerd.domain.position import Edit
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange
from routerd.domain.verdict import Accepted, Rejected, Verdict
from routerd.languages import language_of
from routerd.steps.check.lost_code import doubled, gone_but_used, stand_in
from routerd.steps.check.program import Programs


def check_hunks(change: Change, question: Question, grammar: Grammar) -> Verdict:
    """Whether the edits may be applied; the answer to a question is a document and needs no check."""
    if change.document is not None:
        return Accepted() if not change.files else Rejected("an answer to a question may not change files")
    own = question.request.document
    for file in change.files:
        if file.create:
            return Rejected("hunks may not create files")
        language = own.language if file.uri == own.uri else language_of(file.uri)
        if not Programs(file.before.string, file.after.string, language, grammar).parses_no_worse():
            name = file.uri.rpartition("/")[2]
            return Rejected(f"{name} would parse worse after the change")
        hidden = adds_hidden(file.before.string, file.after.string)
        if hidden:
            return Rejected(f"a hunk brings the hidden character {hidden} into the file", mechanical=True)
        lost = _lost(file, language, question, grammar)
        if lost:
            return Rejected(lost, mechanical=True)
        if file.uri == own.uri and not question.request.span.empty:
            for edit in file.edits:
                if not _inside(edit, question):
                    return Rejected(f"the edit at line {edit.span.start.line + 1} lies outside the selection")
    return Accepted()


def _lost(file: FileChange, language: str, question: Question, grammar: Grammar) -> str | None:
    """Why the change loses code or doubles it."""
    instead = stand_in(file.before, file.after, language)
    if instead:
        return f"a hunk leaves code out ('{instead}')"
    documents = [Document(file.uri, file.version, language, text) for text in (file.before, file.after)]
    before, after = map(grammar.outline, documents)
    twice = doubled(before, after, (file.before, file.after))
    if twice:
        return f"'{twice}' would be declared twice"
    gone = gone_but_used(before, after, documents[1], question.request.instruction, grammar)
    return f"'{gone}' would be gone but is still used" if gone else None


def _inside(edit: Edit, question: Question) -> bool:
    """Whether an edit by whole lines stays on the target's lines; the place after the last is inside."""
    target = question.target.span
    last = edit.span.end.line - (edit.span.end.column == 0 and edit.span.end > edit.span.start)
    return target.start.line <= edit.span.start.line and last <= target.end.line + edit.span.empty

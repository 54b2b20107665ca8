"""Whatever a model sends, an applied change stays at its target and documentation leaves the code as it was.

A hundred thousand answers to *document*, and as many to the other actions: of every form, in every language, at every
place of the golden files. What is held against them is the promise itself; the code of both texts is compared by a
scanner of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from routerd.domain.document import Document
from routerd.domain.position import Position
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange, Hunks
from routerd.domain.text import Text
from routerd.domain.verdict import Rejected
from routerd.languages import language_of
from routerd.pipeline.judge import Case, examine
from routerd.steps.permit import look_first
from tests.golden.case import GRAMMAR, ROOT
from tests.promises.bare_code import bare_code
from tests.promises.replies import PATHS, reply
from tests.promises.scenes import ACTIONS, LANGUAGES, scenes

CASES = 100_000
"""Of documentation, whose code tokens are compared; and of the other actions together."""
OTHERS = {path: f'{{\n  "{path}": [1]\n}}\n' for path in PATHS if path and not path.startswith(("/", ".."))}
"""What stands in the files that an answer names, as far as a workspace would give them."""
EDITS = {"document", "test", "ask", "fix"}
_HIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069]")


def judged(question: Question, text: str) -> Change | Rejected:
    """What comes of an answer, by the pipeline's own judgement."""
    case = Case(text, question, GRAMMAR, frozenset(OTHERS))
    found = examine(case)
    if isinstance(found, Hunks):
        named = {hunk.path for hunk in found.hunks if hunk.path in OTHERS}
        others = {
            path: Document(f"{ROOT}/{path}", None, language_of(path), Text(OTHERS[path])) for path in named if path
        }
        found = examine(replace(case, others=others))
    assert not isinstance(found, Hunks)
    return found


def offset(text: str, position: Position) -> int:
    """Where a position stands in a text, counted without routerd's own arithmetic."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    return sum(map(len, lines[: position.line])) + position.column


def applied(file: FileChange) -> str:
    """The text after the edits, the last one first; insertions at one place keep their order, as LSP says."""
    text = file.before.string
    for _, edit in sorted(enumerate(file.edits), key=lambda pair: (pair[1].span.start, pair[0]), reverse=True):
        text = text[: offset(text, edit.span.start)] + edit.new + text[offset(text, edit.span.end) :]
    return text


def harm(change: Change, question: Question, action: str) -> str:
    """How a change breaks the promise; empty where it keeps it."""
    own, named = question.request.document.uri, None
    if action == "test" and question.conventions.test_path:
        named = f"{ROOT}/{question.conventions.test_path}"
    if change.files and action not in EDITS:
        return f"{action} changes files"
    free = look_first(change, question) is None
    if free and any(file.uri not in {own, named} for file in change.files):
        return "a file that nobody asked about is changed"
    for finding in change.findings or ():
        if finding.fix is not None and finding.fix.span != finding.span:
            return "a fix reaches further than its finding"
    for file in change.files if free else ():
        before, after = file.before.string, applied(file)
        if after != file.after.string:
            return "the text is not what its edits make"
        if Counter(_HIDDEN.findall(after)) - Counter(_HIDDEN.findall(before)):
            return "a hidden character came in"
        fault = _outside(file, before, after, question, action)
        if fault:
            return fault
    return ""


def _outside(file: FileChange, before: str, after: str, question: Question, action: str) -> str:
    """What a change does outside of its target, or to the code."""
    language = question.request.document.language
    if action == "document":
        if bare_code(before, language) != bare_code(after, language):
            return "documentation changes the code"
        return next(
            filter(None, (_misplaced(edit.span.start, edit.span.end, file, question) for edit in file.edits)), ""
        )
    if action == "test":
        rest = iter(after)
        return "" if all(sign in rest for sign in before) else "tests take something away"
    if not question.request.span.empty:
        first, last = question.target.span.start.line, question.target.span.end.line
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
        below = len(old) - last - 1
        if new[:first] != old[:first] or (below and new[-below:] != old[-below:]):
            return "a line outside the selection is changed"
    return ""


def _misplaced(start: Position, end: Position, file: FileChange, question: Question) -> str:
    """Why an edit of documentation is not at a symbol that was asked about."""
    target, removed = (
        question.target,
        file.before.string[offset(file.before.string, start) : offset(file.before.string, end)],
    )
    docs = [symbol.doc for symbol in target.symbols] + [target.outline.doc]
    if removed.strip() and not any(doc is not None and doc.start <= start and end <= doc.end for doc in docs):
        return "more than documentation is removed"
    first = min((symbol.whole.start.line for symbol in target.outline.symbols), default=10**9)
    near = any(
        _above(symbol.whole.start.line, start.line, file.before) and end <= symbol.whole.end
        for symbol in target.symbols
    )
    return "" if near or end.line <= first else "documentation stands outside of its target"


def _above(line: int, start: int, text: Text) -> bool:
    """Whether a line is in a declaration, or above it with nothing but comments, attributes and blanks between."""
    between = [text.lines[number].strip() for number in range(start, line)]
    return all(not bare or bare[0] in "/*#@[-\"'" for bare in between)


@pytest.mark.fuzz
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_changes_anything_outside_its_target_or_any_code_by_documentation(language: str) -> None:
    _try(language, CASES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hundredth_of_the_answers(language: str) -> None:
    _try(language, CASES // 100)


def _try(language: str, cases: int) -> None:
    accepted: Counter[str] = Counter()
    for action in ACTIONS:
        each = -(-cases // len(LANGUAGES) // (1 if action == "document" else len(ACTIONS) - 1))
        places = scenes(action, language)
        for seed in range(each):
            chance = Random(f"{language} {action} {seed}")
            scene = chance.choice(places)
            text = reply(scene, action, chance)
            change = judged(scene.question, text)
            if isinstance(change, Rejected):
                assert change.reason
                continue
            accepted[action] += 1
            fault = harm(change, scene.question, action)
            assert not fault, (fault, action, seed, text)
    # Where nothing is accepted, nothing was shown.
    assert cases < CASES or all(accepted[action] > 20 for action in ACTIONS), accepted

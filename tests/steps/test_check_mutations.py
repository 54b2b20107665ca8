"""Whatever a model sends, an accepted edit of documentation keeps the code and stays at its target."""

from __future__ import annotations

import ast
import random

import pytest

from routerd.domain.position import Edit, Range
from routerd.domain.prompt import Question
from routerd.domain.reply import FileChange
from routerd.domain.text import Text
from routerd.domain.verdict import Rejected
from tests.golden.case import GRAMMAR, Case, cases, change_of, question_of
from tests.promises.replies import NOISE

_DOCUMENTATION = [case for case in cases() if case.action == "document" and "--- after" in case.wanted]
_ASKS = [case for case in cases() if case.action == "ask" and "lines" in case.options]
_ROUNDS = 60


def _mutated(reply: str, chance: random.Random) -> str:
    """The reply with a few things cut out, doubled or put in."""
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(reply) + 1), chance.randint(1, 12)
        kind = chance.randrange(4)
        if kind == 0:
            reply = reply[:at] + reply[at + length :]
        elif kind == 1:
            reply = reply[:at] + chance.choice(NOISE) + reply[at:]
        elif kind == 2:
            reply = reply[:at] + reply[at : at + length] + reply[at:]
        else:
            lines = reply.split("\n")
            chance.shuffle(lines) if chance.random() < 0.2 else lines.pop(chance.randrange(len(lines)))
            reply = "\n".join(lines)
    return reply


@pytest.mark.parametrize("language", sorted({case.language for case in _DOCUMENTATION}))
def test_no_mutated_reply_changes_a_code_token_or_a_line_outside_its_target(language: str) -> None:
    chance = random.Random(language)
    accepted = 0
    for case in (case for case in _DOCUMENTATION if case.language == language):
        question = question_of(case)
        assert isinstance(question, Question)
        for _ in range(_ROUNDS):
            change = change_of(case, question, _mutated(case.reply, chance))
            if isinstance(change, Rejected):
                continue
            accepted += 1
            (file,) = change.files
            _assert_harmless(file, case, question)
    assert accepted


def _assert_harmless(file: FileChange, case: Case, question: Question) -> None:
    before, after = file.before, file.after
    language = question.request.document.language
    assert GRAMMAR.code_tokens(before.string, language) == GRAMMAR.code_tokens(after.string, language), case.name
    assert GRAMMAR.faults(after.string, language) <= GRAMMAR.faults(before.string, language), case.name
    for edit in file.edits:
        assert not before.slice(edit.span).strip() or edit.span in _docs(question), case.name
        assert _near(edit, question), case.name
    if language == "python" and _parses(before):
        assert _parses(after), case.name


def _docs(question: Question) -> list[Range | None]:
    return [symbol.doc for symbol in question.target.symbols] + [question.target.outline.doc]


def _near(edit: Edit, question: Question) -> bool:
    """Whether an edit is in a target symbol, on the line above it, or at the top of the file."""
    if edit.span.start.line <= 3:
        return True
    return any(
        symbol.whole.start.line - 2 <= edit.span.start.line and edit.span.end <= symbol.whole.end
        for symbol in question.target.symbols
    ) or edit.span in _docs(question)


def _parses(text: Text) -> bool:
    try:
        ast.parse(text.string.removeprefix("\ufeff"))
    except (SyntaxError, ValueError):
        return False
    return True


def test_no_mutated_hunk_touches_a_line_outside_the_selection() -> None:
    chance = random.Random(3)
    for case in _ASKS:
        question = question_of(case)
        assert isinstance(question, Question)
        first, last = question.target.span.start.line, question.target.span.end.line
        for _ in range(_ROUNDS * 5):
            change = change_of(case, question, _mutated(case.reply, chance))
            for file in () if isinstance(change, Rejected) else change.files:
                before, after = list(file.before.lines), list(file.after.lines)
                rest = len(before) - last - 1
                assert after[:first] == before[:first]
                assert after[len(after) - rest :] == before[len(before) - rest :]


def test_no_mutated_reply_of_any_action_raises() -> None:
    chance = random.Random(7)
    for case in cases():
        question = question_of(case)
        assert isinstance(question, Question)
        for _ in range(6):
            change = change_of(case, question, _mutated(case.reply, chance))
            assert not isinstance(change, Rejected) or change.reason

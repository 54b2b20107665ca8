"""An answer is examined in another process as it would be here: every golden case, over the bytes that cross."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from routerd.domain.document import Document
from routerd.domain.prompt import Message, Prompt
from routerd.domain.reply import Change, Hunks
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.pipeline.judge import Case, examine, examine_elsewhere
from tests.golden import case as golden

CASES = golden.cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.action}-{case.language}-{case.path.stem}")
def test_what_crosses_to_another_process_makes_no_difference(case: golden.Case) -> None:
    question = golden.question_of(case)
    if isinstance(question, Refusal):
        return
    question = replace(question, prompt=Prompt((Message("user", "x" * 10_000),), 1, 1, 1))
    files = frozenset(case.options.get("files", "").split())
    here = Case(case.reply.replace("\\r\n", "\r\n"), question, golden.GRAMMAR, files)
    found = examine(here)
    if isinstance(found, Hunks):
        root, language = golden.ROOT, case.language
        others = {name: Document(f"{root}/{name}", None, language, Text(text)) for name, text in case.others.items()}
        assert examine_elsewhere(pickle.loads(pickle.dumps(here.light))) == found
        here = replace(here, others=others)
        found = examine(here)
    crossing = pickle.dumps(here.light)
    assert b"xxxx" not in crossing, "the prompt stays here"
    back = pickle.loads(pickle.dumps(examine_elsewhere(pickle.loads(crossing))))
    assert not isinstance(found, Hunks)
    if not isinstance(found, Change):
        assert back == found
        return
    assert len(pickle.dumps(back)) < 20_000, "no text of the file comes back"
    own = here.own(back)
    assert own == found
    pairs = zip(own.files, found.files, strict=True)
    assert all(mine.before is theirs.before for mine, theirs in pairs if not mine.create)

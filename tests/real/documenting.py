"""Documents every file of a folder through the whole line, with the model of ``mangling`` on loopback."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.outcome import Outcome, Status
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from tests.offline.asking import GRAMMAR
from tests.pipeline.test_pipeline import Desk
from tests.real.mangling import Model, Turn

CONFIG = """
[tiers]
utility = "p/m"
[providers.p]
base_url = "{url}"
api_key = {{ env = "TEST_KEY" }}
[models."p/m"]
input = "1.00"
output = "2.00"
[routing]
escalate = false
[cache]
enabled = false
"""
MAX_CHARACTERS = 60_000
"""Larger files only cost time: they show nothing that the others do not."""


@dataclass
class Tally:
    """What came of the files of one language."""

    applied: int = 0
    symbols: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """What must not be: a changed program, a bad answer that was applied, a good one that was not."""


async def documented(app: App, model: Model, paths: Iterable[Path], language: str, most: int) -> Tally:
    """Document up to so many files that have something to document."""
    tally, position = Tally(), Range(Position(0, 0), Position(0, 0))
    for path in paths:
        if tally.applied + tally.rejected.total() >= most:
            break
        source = path.read_bytes().decode("utf-8", "replace")
        document = Document(path.as_uri(), 1, language, Text(source))
        if not 100 < len(source) < MAX_CHARACTERS or GRAMMAR.faults(source, language):
            continue
        request = Request("document", document, position, whole_file=True)
        if isinstance(app.plan(request), Refusal):
            continue
        desk, before = Desk(document), model.asked
        outcome = await app.run(request, desk, desk)
        assert model.asked > before, outcome.message
        tally.wrong += [f"{path.name}: {fault}" for fault in _judge(outcome, desk, document, model.last, tally)]
    return tally


def _judge(outcome: Outcome, desk: Desk, document: Document, turn: Turn, tally: Tally) -> list[str]:
    if outcome.status is Status.APPLIED:
        (file,) = desk.applied[0].files
        tally.applied += 1
        tally.symbols += len(file.edits)
        same = GRAMMAR.code_tokens(file.after.string, document.language) == GRAMMAR.code_tokens(
            document.text.string, document.language
        )
        faults = [] if same else [f"'{turn.name}' changed the program"]
        if any(document.text.slice(edit.span).strip() for edit in file.edits):
            faults.append(f"'{turn.name}' replaced something")
        if turn.reason is not None:
            faults.append(f"'{turn.name}' was applied")
        return faults
    tally.rejected[turn.name] += 1
    reason = str(outcome.attempts[-1].reason) if outcome.attempts else outcome.message
    right = turn.reason is not None and turn.reason in reason
    return [] if right else [f"'{turn.name}' was refused with: {reason}"]

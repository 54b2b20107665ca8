"""Questions as the pipeline puts them, and answers judged as the pipeline judges them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from routerd.actions import catalog
from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.lint import RuffLinter
from routerd.domain.action import Request, Target
from routerd.domain.attempt import Attempt
from routerd.domain.document import Document
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.position import Position, Range
from routerd.domain.project import Project
from routerd.domain.prompt import Prompt, Question
from routerd.domain.quote import Candidate
from routerd.domain.reply import Change, Reply
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, Rejected
from routerd.offline import OfflineEngine
from routerd.steps.build import build
from routerd.steps.check import check
from routerd.steps.conventions import conventions
from routerd.steps.read import read
from routerd.steps.resolve import resolve

GRAMMAR = TreeSitterGrammar()
CANDIDATE = Candidate(Tier.UTILITY, (OFFLINE,))


@dataclass
class Noted:
    """A Meter that keeps the attempts that it is told of."""

    attempts: list[Attempt] = field(default_factory=list)

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """Not kept."""

    def wrote(self, text: str) -> None:
        """Not kept."""

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        """Not kept."""

    def sending(self) -> None:
        raise AssertionError("the built-in engine sends nothing")

    async def allow(self, model: ModelRef, counted: int) -> int | Refusal:
        raise AssertionError("the built-in engine costs nothing")


def question(
    action: str,
    source: str,
    at: str | None = None,
    *,
    path: str = "sample.py",
    language: str = "python",
    project: Project | None = None,
    instruction: str = "",
) -> Question:
    """An action on the symbol whose declaration begins with ``at``, or on the whole file."""
    project = project or Project("file:///p", (path,))
    document = Document(project.uri(path), 1, language, Text(source))
    spec = catalog()[action]
    outline = GRAMMAR.outline(document)
    span = Range(Position(0, 0), Position(0, 0))
    if at is not None:
        symbol = next(s for s in outline.symbols if s.qualname == at)
        span = Range(symbol.name_span.start, symbol.name_span.start)
    request = Request(action, document, span, whole_file=at is None, instruction=instruction)
    target = resolve(request, spec, outline, GRAMMAR.knows(language), path)
    assert isinstance(target, Target), target
    habits = conventions(document, target, project)
    return Question(spec, request, target, habits, Prompt((), 0, 0, 0))


def styled(asked: Question, style: str) -> Question:
    return replace(asked, conventions=replace(asked.conventions, doc_style=style))


async def reply(asked: Question, watch: Noted | None = None) -> Reply:
    engine = OfflineEngine(RuffLinter())
    return await engine.ask(asked, CANDIDATE, watch or Noted())


def judged(answer: Reply, asked: Question, files: frozenset[str] = frozenset()) -> Change:
    """The change that the pipeline builds from an answer, which must meet the action's contract."""
    payload = read(answer.text, asked, GRAMMAR)
    assert not isinstance(payload, Rejected), f"{payload.reason}\n{answer.text}"
    change = build(payload, asked, GRAMMAR, {})
    assert not isinstance(change, Rejected), f"{change.reason}\n{answer.text}"
    verdict = check(change, asked, GRAMMAR, files)
    assert not isinstance(verdict, Rejected), f"{verdict.reason}\n{answer.text}"
    return change

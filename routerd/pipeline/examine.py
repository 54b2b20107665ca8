"""Examine: read, build and check an answer in one call, on plain values that can be sent to another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from routerd.domain import ports
from routerd.domain.document import Document
from routerd.domain.prompt import Prompt, Question
from routerd.domain.reply import Change, Hunks
from routerd.domain.symbol import Outline
from routerd.domain.text import Text
from routerd.domain.verdict import Rejected
from routerd.steps.build import build
from routerd.steps.check import check
from routerd.steps.read import read

_NOTHING = Prompt((), 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Case:
    """An answer with everything that its check needs."""

    text: str
    question: Question
    grammar: ports.Grammar
    files: frozenset[str]
    """The project's paths, relative to its root."""
    others: Mapping[str, Document] | None = None
    """The other files that the answer names, by path; ``None`` before they are known."""

    @property
    def characters(self) -> int:
        """Total size of all texts that are examined."""
        return len(self.text) + sum(len(document.text.string) for document in self._documents)

    @property
    def light(self) -> Case:
        """The same without what is slow to pickle: the prompt, and the outline, which the text gives again."""
        question = self.question
        target = replace(question.target, outline=Outline(question.request.document.language))
        return replace(self, question=replace(question, target=target, prompt=_NOTHING, context=()))

    def own(self, change: Change) -> Change:
        """A change from another process, based on the texts of this process, which track later edits."""
        texts = {document.uri: document.text for document in self._documents}
        files = tuple(file if file.create else replace(file, before=texts[file.uri]) for file in change.files)
        return replace(change, files=files, text=change.text and self.question.request.document.text)

    @property
    def _documents(self) -> tuple[Document, ...]:
        test_file = self.question.conventions.test_file
        return (self.question.request.document, *filter(None, (test_file,)), *(self.others or {}).values())


def examine(case: Case) -> Change | Rejected | Hunks:
    """The change in an answer that keeps its contract; hunks where other files must be read first."""
    payload = read(case.text, case.question, case.grammar)
    if isinstance(payload, Rejected):
        return payload
    if case.others is None and isinstance(payload, Hunks) and any(hunk.path for hunk in payload.hunks):
        return payload
    change = build(payload, case.question, case.grammar, dict(case.others or {}))
    if isinstance(change, Rejected):
        return change
    verdict = check(change, case.question, case.grammar, case.files)
    return verdict if isinstance(verdict, Rejected) else change


def examine_elsewhere(light: Case) -> Change | Rejected | Hunks:
    """As ``examine``, for a light case; the result has no texts, as the caller has them."""
    question = light.question
    target = replace(question.target, outline=light.grammar.outline(question.request.document))
    found = examine(replace(light, question=replace(question, target=target)))
    if not isinstance(found, Change):
        return found
    empty = Text("")
    return replace(found, files=tuple(replace(file, before=empty) for file in found.files), text=found.text and empty)

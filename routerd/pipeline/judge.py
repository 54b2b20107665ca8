"""Judge: read an answer, build its change, check that against the contract, and run its tests if configured.

It checks exactly what would be applied; it never calls a model and never applies anything. ``examine`` works on plain
values that can be sent to another process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from routerd.domain import ports
from routerd.domain.document import Document
from routerd.domain.errors import TookTooLong, WorkerFailed
from routerd.domain.prompt import Prompt, Question
from routerd.domain.reply import Change, Finish, Hunks, Payload, Reply, Unverified
from routerd.domain.symbol import Outline
from routerd.domain.test_run import EndOfTests
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal, Rejected
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.pipeline.off_loop import BRIEF_S, SMALL
from routerd.steps.build import build
from routerd.steps.check import check
from routerd.steps.check.mutants import mutants
from routerd.steps.file_command import for_tests
from routerd.steps.mask import copied, restored
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
        question, request = self.question, replace(self.question.request, changed=None)
        target = replace(question.target, outline=Outline(request.document.language))
        light = replace(question, request=request, target=target, prompt=_NOTHING, context=())
        return replace(self, question=light)

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


_AGAINST = {EndOfTests.FAILED: "the new tests do not pass", EndOfTests.SURVIVED: "the new tests check nothing"}
_CUT = {
    Finish.LENGTH: "the answer was cut at its length limit",
    Finish.MISSING: "the answer ended without a finish reason, so it may be cut",
    Finish.FILTERED: "the provider's content filter stopped the answer",
}


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the answers of one action."""

    grammar: ports.Grammar
    workspace: ports.Workspace
    runner: ports.Runner
    worker: ports.Worker

    async def verdict(self, reply: Reply, question: Question) -> Change | Rejected:
        """The change in an answer that keeps the contract of its action. Raises WorkerFailed."""
        if reply.finish is not Finish.STOP:
            return Rejected(_CUT[reply.finish])
        files = frozenset(self.workspace.project(question.request.document.uri).files)
        case = Case(restored(reply.text, question.masks, question.spec.contract), question, self.grammar, files)
        found = await self._examined(case)
        if isinstance(found, Hunks):
            others = await asyncio.to_thread(self._others, found, question)
            if isinstance(others, Rejected):
                return others
            found = await self._examined(replace(case, others=others))
        assert not isinstance(found, Hunks), "hunks are returned only before the other files are read"
        return (isinstance(found, Change) and copied(found, question.masks)) or found

    async def _examined(self, case: Case) -> Change | Rejected | Hunks:
        """Examine in another process, unless starting one would take longer than the examination."""
        if case.characters <= SMALL:
            with suppress(TookTooLong), self.grammar.briefly(BRIEF_S):
                return examine(case)
        try:
            found = await self.worker.run(examine_elsewhere, case.light)
        except WorkerFailed as fault:
            raise WorkerFailed(f"Nothing was applied: the answer could not be checked, as {fault}.") from None
        return case.own(found) if isinstance(found, Change) else found

    async def tested(self, change: Change, question: Question) -> Change | Unverified:
        """The change with how its tests end; ``Unverified`` with their output where that counts against it."""
        if question.command is None or not change.files:
            return change
        document, file = question.request.document, change.files[0]
        added = "\n".join(edit.new for edit in file.edits)
        command = for_tests(question.command, document.language, added, file.after.string)
        names = frozenset(symbol.qualname for symbol in question.target.symbols)
        python = has_tree(document.language, Tree.PYTHON)
        faults = await asyncio.to_thread(mutants, document.text.string, names) if python else ()
        ran = await self.runner.ran(command, change, question, tuple(map(Text, faults)))
        if ran.against:
            return Unverified(replace(change, ran=ran), f"{_AGAINST[ran.end]}: {ran.reason}")
        return replace(change, ran=ran)

    def _others(self, payload: Payload, question: Question) -> dict[str, Document] | Rejected:
        """The current text of the other files that a change names; one that may not be changed rejects the answer."""
        found: dict[str, Document] = {}
        habits = question.conventions
        for path in [hunk.path for hunk in payload.hunks if hunk.path] if isinstance(payload, Hunks) else []:
            if habits.names(path):
                continue
            if path.startswith("/"):
                return Rejected(f"a hunk is for another file, and '{path}' is no path below the project's folder")
            document = self.workspace.chosen(habits.uri(path), question.request.document.uri, writes=True)
            if isinstance(document, Refusal):
                return Rejected(f"a hunk is for another file, and {document.message.rstrip('.')}")
            if document is not None:
                found[path] = document
        return found

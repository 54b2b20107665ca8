"""The judge of an answer: reads it, builds its change, holds that against the contract, has its tests run if told to.

It judges what would be applied, to the letter; it never asks a model and never applies anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from routerd.domain import ports
from routerd.domain.action import Contract
from routerd.domain.document import Document
from routerd.domain.errors import WorkerFailed
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, Finish, Hunks, Payload, Reply, Unverified
from routerd.domain.verdict import Refusal, Rejected
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.pipeline.examine import Case, examine, examine_elsewhere

_CUT = {
    Finish.LENGTH: "the answer was cut at its length limit",
    Finish.MISSING: "the answer ended without a finish reason, so it may be cut",
    Finish.FILTERED: "the provider's content filter stopped the answer",
}

SMALL = 6_000
"""Characters of all texts together that are examined in the event loop itself.

Documentation and tests of the standard library's modules of that size: 2 to 6 ms of the processor at the
median, 9 ms at the 90th percentile; a process that has to be started takes 200 ms.
"""


@dataclass(frozen=True, slots=True)
class Judge:
    """One for each action that is run."""

    grammar: ports.Grammar
    workspace: ports.Workspace
    runner: ports.Runner
    worker: ports.Worker
    test_command: tuple[str, ...] | None
    """What runs new Python tests; from the user's own configuration, never from a workspace's."""

    async def verdict(self, reply: Reply, question: Question) -> Change | Rejected:
        """The change that an answer asks for, if it keeps the contract of its action. Raises WorkerFailed."""
        if reply.finish is not Finish.STOP:
            return Rejected(_CUT[reply.finish])
        files = frozenset(self.workspace.project(question.request.document.uri).files)
        case = Case(reply.text, question, self.grammar, files)
        found = await self._examined(case)
        if isinstance(found, Hunks):
            others = self._others(found, question)
            if isinstance(others, Rejected):
                return others
            found = await self._examined(replace(case, others=others))
        assert not isinstance(found, Hunks), "they are given out only while no other file was read"
        return found

    async def _examined(self, case: Case) -> Change | Rejected | Hunks:
        """In a process of its own, unless that would take longer than the examination itself."""
        if case.characters <= SMALL:
            return examine(case)
        try:
            found = await self.worker.run(examine_elsewhere, case.light)
        except WorkerFailed as fault:
            raise WorkerFailed(f"Nothing was applied: the answer could not be checked, as {fault}.") from None
        return case.own(found) if isinstance(found, Change) else found

    def runs(self, change: Change, question: Question) -> bool:
        """Whether the change adds tests that are to be run."""
        python = has_tree(question.request.document.language, Tree.PYTHON)
        return bool(self.test_command and python and question.spec.contract is Contract.TESTS and change.files)

    async def doubt(self, change: Change, question: Question) -> Unverified | None:
        """Why the change may only be proposed: what is said by its tests when they run and fail."""
        failure = await self.runner.failure(self.test_command or (), change, question)
        return Unverified(change, f"the new tests do not pass: {failure}") if failure else None

    def _others(self, payload: Payload, question: Question) -> dict[str, Document] | Rejected:
        """The other files that a change names, as they stand; one that may not be touched rejects all."""
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

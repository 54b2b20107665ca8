"""Judge: read an answer, build its change, check that against the contract, and run its tests if configured.

It checks exactly what would be applied; it never calls a model and never applies anything.
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
"""Total characters up to which an answer is examined in the event loop.

Measured on documentation and tests of the standard library's modules of that size: 2 to 6 ms of CPU at the median,
9 ms at the 90th percentile; starting a process takes 200 ms.
"""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the answers of one action."""

    grammar: ports.Grammar
    workspace: ports.Workspace
    runner: ports.Runner
    worker: ports.Worker
    test_command: tuple[str, ...] | None
    """Runs new Python tests; from the user's configuration, never from a workspace's."""

    async def verdict(self, reply: Reply, question: Question) -> Change | Rejected:
        """The change in an answer that keeps the contract of its action. Raises WorkerFailed."""
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
        assert not isinstance(found, Hunks), "hunks are returned only before the other files are read"
        return found

    async def _examined(self, case: Case) -> Change | Rejected | Hunks:
        """Examine in another process, unless starting one would take longer than the examination."""
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

    async def test_failure(self, change: Change, question: Question) -> Unverified | None:
        """Run the change's tests: ``Unverified`` with their output where they fail."""
        failure = await self.runner.failure(self.test_command or (), change, question)
        return Unverified(change, f"the new tests do not pass: {failure}") if failure else None

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

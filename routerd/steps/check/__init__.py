"""Check: what would be applied, held against its action's contract; the reply itself counts for nothing."""

from __future__ import annotations

from collections.abc import Callable

from routerd.domain.action import Contract
from routerd.domain.ports import Grammar
from routerd.domain.prompt import Question
from routerd.domain.reply import Change
from routerd.domain.verdict import Rejected, Verdict
from routerd.steps.check.commit_message import check_commit_message
from routerd.steps.check.documentation import check_documentation
from routerd.steps.check.findings import check_findings
from routerd.steps.check.hunks import check_hunks
from routerd.steps.check.markdown import check_markdown
from routerd.steps.check.tests import check_tests


def check(change: Change, question: Question, grammar: Grammar, files: frozenset[str]) -> Verdict:
    """Whether a change keeps its contract. ``files`` are the project's paths, relative to its root."""
    if not (change.files or change.document or change.findings is not None):
        return Rejected("the change is empty")
    for file in change.files:
        try:
            changes = file.after != file.before
        except ValueError:
            return Rejected("two edits of the change overlap")
        if not changes:
            return Rejected("the change changes nothing")
    checks: dict[Contract, Callable[[], Verdict]] = {
        Contract.DOCUMENTATION: lambda: check_documentation(change, question, grammar),
        Contract.TESTS: lambda: check_tests(change, question, grammar),
        Contract.FINDINGS: lambda: check_findings(change, question),
        Contract.MARKDOWN: lambda: check_markdown(change, question, files),
        Contract.HUNKS: lambda: check_hunks(change, question, grammar),
        Contract.COMMIT_MESSAGE: lambda: check_commit_message(change),
    }
    return checks[question.spec.contract]()


__all__ = ["check"]

"""Build: from what a reply holds to the smallest change, placed by the file and never by the model."""

from __future__ import annotations

from collections.abc import Mapping

from routerd.domain.document import Document
from routerd.domain.ports import Grammar
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, Documentation, Hunks, NewTests, Payload, RawFindings
from routerd.domain.verdict import Rejected
from routerd.steps.build.diff import diff
from routerd.steps.build.documentation import build_documentation
from routerd.steps.build.findings import build_findings
from routerd.steps.build.hunks import build_hunks
from routerd.steps.build.tests import build_tests


def build(
    payload: Payload, question: Question, grammar: Grammar, others: Mapping[str, Document] | None = None
) -> Change | Rejected:
    """The change that a payload asks for. ``others``: the other files that hunks name, by relative path."""
    match payload:
        case Documentation():
            return build_documentation(payload, question, grammar)
        case NewTests():
            return build_tests(payload, question, grammar)
        case RawFindings():
            return build_findings(payload, question, grammar)
        case Hunks():
            return build_hunks(payload, question, others or {})
        case _:
            return Change(document=payload.text)


__all__ = ["build", "diff"]

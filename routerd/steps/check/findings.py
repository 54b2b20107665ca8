"""Check findings: each stands on text of the file, and each fix replaces only what it is anchored on."""

from __future__ import annotations

from routerd.domain.prompt import Question
from routerd.domain.reply import Change
from routerd.domain.verdict import Accepted, Rejected, Verdict


def check_findings(change: Change, question: Question) -> Verdict:
    """Whether a review only says things about the file, and changes nothing."""
    if change.files or change.findings is None:
        return Rejected("a review may not change files")
    text = question.request.document.text
    for finding in change.findings:
        if not text.slice(finding.span).strip():
            return Rejected("a finding stands on nothing")
        if finding.fix is not None and finding.fix.span != finding.span:
            return Rejected("a fix changes other lines than its finding quotes")
    return Accepted()

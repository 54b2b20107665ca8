"""Check a commit message: a short subject, a body apart from it, and nothing that is not part of a message."""

from __future__ import annotations

import re

from routerd.domain.reply import Change
from routerd.domain.verdict import Accepted, Rejected, Verdict

LONGEST = 72
"""Characters of a subject that `git log --oneline` and every forge show whole."""

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})", re.M)
_ABOUT_THE_TASK = re.compile(
    r"""^((sure|certainly|of\ course|okay)\b[,!.:]|here['’]?s\b|here\ (is|are)\b|below\ (is|are)\b|based\ on\ the\b
        |i['’](ve|ll|m)\b|i\ \w+|this\ (staged\ )?(diff|commit|change)\b|the\ staged\ (diff|changes?)\b
        |subject:|[^:]*\bcommit\ message\b[^:]*:\s*$)""",
    re.I | re.X,
)
"""What models say instead: "A commit message is checked" is a subject; "A commit message for it:" is not."""

_CLOSING = re.compile(
    r"^(let\ me\ know|feel\ free|i\ hope|hope\ this|would\ you\ like|if\ you\ (need|want|would))\b", re.I | re.X | re.M
)


def check_commit_message(change: Change) -> Verdict:
    """Whether a text can be committed with as it is."""
    text = change.document
    if change.files or text is None:
        return Rejected("a commit message may not change files")
    subject, *body = text.strip("\n").split("\n")
    fault = _subject_fault(subject.strip())
    if fault is None and body and body[0].strip():
        fault = "there is no empty line between the subject and the body"
    if fault is None and _FENCE.search(text):
        fault = "the commit message holds a fence"
    if fault is None and _CLOSING.search("\n".join(body)):
        fault = "the message talks to the reader"
    return Accepted() if fault is None else Rejected(fault, mechanical=True)


def _subject_fault(subject: str) -> str | None:
    if not subject:
        return "the subject is empty"
    if len(subject) > LONGEST:
        return f"the subject has {len(subject)} characters; {LONGEST} are the most"
    if subject.startswith(("#", "diff --git", "<<<<<<<")):
        return f"the subject begins with '{subject.split(maxsplit=1)[0]}', which is no message"
    return "the subject talks about the task instead of the change" if _ABOUT_THE_TASK.match(subject) else None

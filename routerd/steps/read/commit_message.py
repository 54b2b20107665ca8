"""Read a commit message: the reply without the fence, the label or the politeness around it."""

from __future__ import annotations

import re

from routerd.domain.hidden import shown
from routerd.domain.ports import Grammar
from routerd.domain.prompt import Question
from routerd.domain.reply import Markdown
from routerd.domain.verdict import Rejected
from routerd.steps.read.malformed_replies import placeholder, unchatted

_FENCED = re.compile(r"\A(?P<ticks>`{3,}|~{3,})[^\n`]*\n(?P<inside>.*?)\n?(?P=ticks)\Z", re.S)
_LABEL = re.compile(r"\A(\*\*)?(commit message|subject)(\*\*)?:(\*\*)?\s*", re.I)


def read_commit_message(text: str, question: Question, grammar: Grammar) -> Markdown | Rejected:
    """The message, with no blank at the end of a line; whether it is a good one is for the check."""
    words = unchatted(text).strip()
    fenced = _FENCED.match(words)
    words = _LABEL.sub("", fenced["inside"].strip() if fenced else words)
    if not words or placeholder(words):
        return Rejected("the reply holds no commit message", mechanical=True)
    return Markdown("\n".join(line.rstrip() for line in shown(words).split("\n")) + "\n")

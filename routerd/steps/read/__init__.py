"""Read: from a model's words to plain data, liberal in form and strict about what is missing.

Nothing here decides where a text goes: that is ``build``, from the file and never from the model.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from routerd.domain.action import Contract
from routerd.domain.ports import Grammar
from routerd.domain.prompt import Question
from routerd.domain.reply import Payload
from routerd.domain.text import with_lf
from routerd.domain.verdict import Rejected
from routerd.steps.read.commit_message import read_commit_message
from routerd.steps.read.documentation import read_documentation
from routerd.steps.read.findings import read_findings
from routerd.steps.read.hunks import read_hunks
from routerd.steps.read.malformed_replies import refuses
from routerd.steps.read.markdown import read_markdown
from routerd.steps.read.tests import read_tests

_THOUGHT = re.compile(r"\A\s*<think(ing)?>.*?</think(ing)?>\s*?\n", re.S)
"""Open models put their reasoning before the answer, between these marks."""

_THOUGHT_END = re.compile(r"^[ \t]*</think(?:ing)?>[ \t\r]*$", re.M)
_THOUGHT_BEGIN = re.compile(r"<think(?:ing)?>")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.M)
_HUNK = re.compile(r"^(?:<{5,}|>{5,})", re.M)
"""The first and the last line of a hunk."""

_Reader = Callable[[str, Question, Grammar], Payload | Rejected]

_READERS: dict[Contract, _Reader] = {
    Contract.DOCUMENTATION: read_documentation,
    Contract.TESTS: read_tests,
    Contract.FINDINGS: read_findings,
    Contract.MARKDOWN: read_markdown,
    Contract.HUNKS: read_hunks,
    Contract.COMMIT_MESSAGE: read_commit_message,
}


def read(reply: str, question: Question, grammar: Grammar) -> Payload | Rejected:
    """What a reply holds by the contract of its action, or why it cannot be used."""
    # Some gateways double the CR; inside routerd a reply's lines end at LF.
    text = with_lf(reply.replace("\r\r\n", "\n")).lstrip("\ufeff")
    text = without_thoughts(text)
    if not text.strip():
        return Rejected("the reply is empty", mechanical=True)
    if "\0" in text:
        return Rejected("the reply holds NUL characters", mechanical=True)
    if refuses(text):
        return Rejected("the model refused to answer")
    return _READERS[question.spec.contract](text.strip("\n"), question, grammar)


def without_thoughts(text: str) -> str:
    """The reply without thoughts before it, also where only their end is marked.

    Some chat templates put the opening mark into the prompt. An end without it counts on a line of its own, once,
    and where no fence or hunk is open: in those it is the answer's code.
    """
    text = _THOUGHT.sub("", text)
    marks = list(_THOUGHT_END.finditer(text))
    if len(marks) != 1 or _THOUGHT_BEGIN.search(text):
        return text
    before = text[: marks[0].start()]
    whole = len(_FENCE.findall(before)) % 2 == 0 and len(_HUNK.findall(before)) % 2 == 0
    return text[marks[0].end() :] if whole else text


__all__ = ["read"]

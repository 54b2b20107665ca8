"""Read Markdown: the document of a reply, without the fence or the politeness around it."""

from __future__ import annotations

import re

from routerd.domain.defused import defused
from routerd.domain.fence import fences
from routerd.domain.ports import Grammar
from routerd.domain.prompt import Question
from routerd.domain.reply import Markdown
from routerd.domain.verdict import Rejected
from routerd.steps.read.malformed_replies import placeholder, unchatted

_HEADING = re.compile(r"^#{1,6} \S", re.M)


def read_markdown(text: str, question: Question, grammar: Grammar) -> Markdown | Rejected:
    """The document; whether it keeps its promises is for the check."""
    words = _unwrapped(unchatted(text))
    heading = _HEADING.search(words)
    if heading and question.spec.sections:
        # What stands before the first heading of a document of sections is chat, unless it is long.
        words = words[heading.start() :] if heading.start() < 400 else words
    if question.spec.sections and not heading:
        return Rejected("the reply is prose without the promised headings", mechanical=True)
    if not words.strip() or placeholder(words):
        return Rejected("the reply holds no document", mechanical=True)
    return Markdown(defused(words.strip()) + "\n")


def _unwrapped(text: str) -> str:
    """The content of a reply that is wholly fenced as Markdown, even where fences stand inside it."""
    lines = text.strip().split("\n")
    if not re.fullmatch(r"(`{3,}|~{3,})\s*(markdown|md)?", lines[0].strip(), re.I):
        return text
    blocks = fences("\n".join(lines))
    if len(lines) > 1 and re.fullmatch(r"`{3,}|~{3,}", lines[-1].strip()) and (blocks[0].info or len(blocks) == 1):
        return "\n".join(lines[1:-1])
    return text

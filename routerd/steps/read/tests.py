"""Read tests: the one block of code in a reply, whole and without elisions."""

from __future__ import annotations

import textwrap

from routerd.domain.fence import Fence, fences
from routerd.domain.ports import Grammar
from routerd.domain.prompt import Question
from routerd.domain.reply import NewTests
from routerd.domain.verdict import Rejected
from routerd.steps.read.malformed_replies import elision, unchatted

_NOT_CODE = frozenset(("bash", "sh", "shell", "console", "text", "txt", "plaintext", "output", "diff", "json", "toml"))


def read_tests(text: str, question: Question, grammar: Grammar) -> NewTests | Rejected:
    """The code of a reply with one code block, or of a reply that is nothing but code."""
    language = question.request.document.language
    blocks = [fence for fence in fences(text) if fence.info not in _NOT_CODE and fence.code.strip()]
    if any(not block.closed for block in blocks):
        return Rejected("the reply was cut: its code block is not closed", mechanical=True)
    if len(blocks) > 1:
        blocks = _whole(text, blocks, language, grammar)
    if len(blocks) > 1:
        return Rejected(f"the reply holds {len(blocks)} code blocks where one was asked for", mechanical=True)
    code = blocks[0].code if blocks else unchatted(text)
    code = textwrap.dedent(code).strip("\n")
    shortened = elision(code)
    if shortened:
        return Rejected(f"the reply leaves code out ('{shortened}')", mechanical=True)
    if grammar.faults(code, language):
        what = "the tests do not parse" if blocks else "the reply is prose: one fenced code block is needed"
        return Rejected(what, mechanical=True)
    return NewTests(code)


def _whole(text: str, blocks: list[Fence], language: str, grammar: Grammar) -> list[Fence]:
    """One block where the code itself holds fences, as in a docstring: from the first mark to the last."""
    if all(not grammar.faults(block.code, language) for block in blocks):
        return blocks
    lines = text.split("\n")[blocks[0].first + 1 : blocks[-1].last]
    widest = Fence(blocks[0].info, "\n".join(lines), blocks[0].first, blocks[-1].last, closed=True)
    return [widest] if not grammar.faults(widest.code, language) else blocks

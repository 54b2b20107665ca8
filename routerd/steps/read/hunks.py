"""Read hunks: search-and-replace blocks, one block for the whole target, or the answer to a question."""

from __future__ import annotations

import re
from posixpath import normpath

from routerd.domain.fence import fences
from routerd.domain.ports import Grammar
from routerd.domain.prompt import Question
from routerd.domain.reply import Hunk, Hunks, Markdown
from routerd.domain.tool_files import is_tool_file
from routerd.domain.verdict import Rejected
from routerd.languages import UNKNOWN, language_of
from routerd.steps.read.frame import Stood, frames, split
from routerd.steps.read.malformed_replies import elision
from routerd.steps.read.markdown import read_markdown
from routerd.steps.read.whole_block import block_as_hunk

_QUESTION = re.compile(
    r"^\s*(what|why|how|where|when|which|who|whose|is|are|does|do|did|was|were|has|have|should|explain|describe|"
    r"summari[sz]e|tell|compare|discuss|review)\b",
    re.I,
)
_WISH = re.compile(r"^\s*(please|can|could|would|will)\b(\s+(you|we|please))*", re.I)


def read_hunks(text: str, question: Question, grammar: Grammar) -> Hunks | Markdown | Rejected:
    """Hunks for a change; Markdown where the action leaves the choice to the instruction, and that is a question."""
    if question.spec.instructed and is_question(question.request.instruction):
        return read_markdown(text, question, grammar)
    hunks = _hunks(text, question)
    if isinstance(hunks, Rejected):
        return hunks
    for hunk in hunks:
        shortened = elision(hunk.replace)
        if shortened and shortened not in hunk.search:
            return Rejected(f"a hunk leaves code out ('{shortened}')", mechanical=True)
    return Hunks(hunks) if hunks else _whole_block(text, question, grammar)


def _whole_block(text: str, question: Question, grammar: Grammar) -> Hunks | Rejected:
    """The one code block of a reply without hunks, in place of what it repeats."""
    blocks = fences(text)
    if any(not block.closed for block in blocks):
        return Rejected("the reply was cut: a code block is not closed", mechanical=True)
    if not blocks:
        return Rejected("the reply is prose: a change was asked for", mechanical=True)
    if len(blocks) > 1:
        return Rejected("the reply holds several code blocks and does not say what they replace", mechanical=True)
    hunk = block_as_hunk(blocks[0].code, question, grammar)
    return hunk if isinstance(hunk, Rejected) else Hunks((hunk,))


def is_question(instruction: str) -> bool:
    """Whether the words ask for an answer and not for a change; no words ask to explain."""
    words = _WISH.sub("", instruction)
    if not words.strip() or _QUESTION.match(words):
        return True
    return instruction.rstrip().endswith("?") and words == instruction


def _hunks(text: str, question: Question) -> tuple[Hunk, ...] | Rejected:
    """The blocks of a reply, each with the file that it names."""
    found: list[Hunk] = []
    blocks = frames(text.split("\n"))
    if isinstance(blocks, Rejected):
        return blocks
    for block in blocks:
        path = _path(block.above) or _same_file(found, block.above)
        own = path is None or question.conventions.names(path)
        parts = split(block, _stood(question) if own else None)
        if isinstance(parts, Rejected):
            return parts
        found.append(Hunk(*parts, path))
    return tuple(found)


def _stood(question: Question) -> Stood:
    text, span = question.request.document.text, question.target.span
    lines = [line.removeprefix("\ufeff") for line in text.bare_lines()]
    return Stood(lines, lines[span.start.line : span.end.line + 1])


def _path(above: list[str]) -> str | None:
    """The path named on the line before a hunk, with or without a fence between."""
    near = [line.strip() for line in above[-3:] if line.strip()]
    while near and near[-1].startswith(("```", "~~~")):
        near.pop()
    if not near:
        return None
    name = re.sub(r"^(file|path|in)\s*:\s*", "", near[-1].strip("#*`: "), flags=re.I).strip("`* ")
    path = name.replace("\\", "/")
    named = "/" in path or language_of(path) != UNKNOWN or is_tool_file(path)
    return normpath(path) if named and re.fullmatch(r"[\w@.+\-/]+", path) else None


def _same_file(found: list[Hunk], above: list[str]) -> str | None:
    """Hunks that follow each other without a word between them are of one file."""
    return found[-1].path if found and not any(line.strip() for line in above) else None

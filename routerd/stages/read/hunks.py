"""Read hunks: search-and-replace blocks, one block for the whole target, or the answer to a question."""

from __future__ import annotations

import re

from routerd.domain.fence import fences
from routerd.domain.ports import Grammar
from routerd.domain.prompt import Question
from routerd.domain.reply import Hunk, Hunks, Markdown
from routerd.domain.verdict import Rejected
from routerd.languages import UNKNOWN, language_of
from routerd.stages.read.markdown import read_markdown
from routerd.stages.read.slips import elision
from routerd.stages.read.whole_block import block_as_hunk

_SEARCH = re.compile(r"^<{5,9} ?SEARCH\W*$")
_DIVIDER = re.compile(r"^={5,9}$")
_REPLACE = re.compile(r"^>{5,9} ?REPLACE\W*$")

_QUESTION = re.compile(
    r"^\s*(what|why|how|where|when|which|who|whose|is|are|does|do|did|was|were|has|have|should|explain|describe|"
    r"summari[sz]e|tell|compare|discuss|review)\b",
    re.I,
)
_WISH = re.compile(r"^\s*(please|can|could|would|will)\b(\s+(you|we|please))*", re.I)


def read_hunks(text: str, question: Question, grammar: Grammar) -> Hunks | Markdown | Rejected:
    """Hunks for a change; Markdown where the instruction is a question."""
    if is_question(question.request.instruction):
        return read_markdown(text, question, grammar)
    hunks = _hunks(text.split("\n"))
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


def _hunks(lines: list[str]) -> tuple[Hunk, ...] | Rejected:
    """The blocks of a reply; an unfinished one is a reply that was cut."""
    found: list[Hunk] = []
    at = 0
    while at < len(lines):
        if not _SEARCH.match(lines[at].strip()):
            at += 1
            continue
        middle = next((i for i in range(at, len(lines)) if _DIVIDER.match(lines[i].strip())), None)
        end = next((i for i in range(middle or at, len(lines)) if _REPLACE.match(lines[i].strip())), None)
        if middle is None or end is None:
            return Rejected("the reply was cut: a hunk is not finished", mechanical=True)
        if any(_SEARCH.match(line.strip()) for line in lines[at + 1 : end]):
            return Rejected("a hunk begins inside another", mechanical=True)
        search, new = "\n".join(lines[at + 1 : middle]), "\n".join(lines[middle + 1 : end])
        path = _path(lines[:at])
        found.append(Hunk(search, new, path if path or not found else _same_file(found, lines[:at])))
        at = end + 1
    return tuple(found)


def _path(before: list[str]) -> str | None:
    """The path named on the line before a hunk, with or without a fence between."""
    above = [line.strip() for line in before[-3:] if line.strip()]
    while above and above[-1].startswith(("```", "~~~")):
        above.pop()
    if not above:
        return None
    name = re.sub(r"^(file|path|in)\s*:\s*", "", above[-1].strip("#*`: "), flags=re.I).strip("`* ")
    return name if re.fullmatch(r"[\w@.+\-/\\ ]+", name) and language_of(name) != UNKNOWN and " " not in name else None


def _same_file(found: list[Hunk], before: list[str]) -> str | None:
    """Hunks that follow each other without a word between them are of one file."""
    above = next((line.strip() for line in reversed(before) if line.strip()), "")
    return found[-1].path if _REPLACE.match(above) else None

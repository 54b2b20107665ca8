"""Check Markdown: the promised sections, files that exist, diagrams that can be drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from routerd.domain.fence import Fence, fences
from routerd.domain.prompt import Question
from routerd.domain.reply import Change
from routerd.domain.verdict import Accepted, Rejected, Verdict
from routerd.languages import UNKNOWN, is_data, language_of

_HEADING = re.compile(r"^(#{1,6}) +(.*?) *#*$")
_DIAGRAMS = [
    "graph",
    "flowchart",
    "sequenceDiagram",
    "classDiagram",
    "classDiagram-v2",
    "stateDiagram",
    "stateDiagram-v2",
    "erDiagram",
    "journey",
    "gantt",
    "pie",
    "mindmap",
    "timeline",
    "gitGraph",
    "quadrantChart",
    "requirementDiagram",
    "C4Context",
    "C4Container",
    "C4Component",
    "sankey-beta",
    "xychart-beta",
    "block-beta",
    "packet-beta",
    "architecture-beta",
]
"""The keywords that mermaid.js.org lists as the beginning of a diagram."""

_BALANCED = ("graph", "flowchart")
"""Diagrams in which every bracket has its partner; arrows and cardinalities of the others hold lone ones."""

_NEW = re.compile(
    r"\b(new|creat|add|introduc|extract|mov(e|ing)|split|propos|future|would|could|should|renam|generat|planned)",
    re.I,
)
_ABSENT = re.compile(r"\b(no|not|without|lacks?|missing|absent)\b[^.`]*$", re.I)
_CODE_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_PATH = re.compile(r"(?:\./)?(?:[\w@.+-]+/)*[\w@.+-]+\.[A-Za-z]{1,5}(?=(?::\d+)?$)")
_PRODUCTS = frozenset(
    ("node.js", "next.js", "vue.js", "three.js", "d3.js", "express.js", "nuxt.js", "asp.net", "react.js")
)


def check_markdown(change: Change, question: Question, files: frozenset[str]) -> Verdict:
    """Whether a document keeps what the action promised."""
    text = change.document
    if change.files or text is None:
        return Rejected("a document may not change files")
    titles = [_title(line) for line in _outside(text) if _HEADING.match(line)]
    for section in question.spec.sections:
        if _plain(section) not in titles:
            return Rejected(f"the section '{section}' is missing", mechanical=True)
        if not _content(text, section):
            return Rejected(f"the section '{section}' is empty", mechanical=True)
    for fence in fences(text):
        fault = _fence_fault(fence)
        if fault:
            return Rejected(fault, mechanical=True)
    absent = _absent(text, question, files)
    return Rejected(f"the document names '{absent}', which does not exist", mechanical=True) if absent else Accepted()


def _plain(title: str) -> str:
    return re.sub(r"^[\d.)\s]+|[*_`:]", "", title).strip().casefold()


def _title(line: str) -> str:
    heading = _HEADING.match(line)
    return _plain(heading[2]) if heading else ""


def _outside(text: str) -> Iterator[str]:
    """The lines that stand outside fences."""
    inside = {line for fence in fences(text) for line in range(fence.first, fence.last + 1)}
    return (line for number, line in enumerate(text.split("\n")) if number not in inside)


def _content(text: str, section: str) -> bool:
    """Whether anything stands between a section's heading and the next of its level or above."""
    level = 0
    for line in text.split("\n"):
        heading = _HEADING.match(line)
        if level and heading and len(heading[1]) <= level:
            return False
        if level and line.strip():
            return True
        if heading and _plain(heading[2]) == _plain(section):
            level = len(heading[1])
    return False


def _fence_fault(fence: Fence) -> str | None:
    if not fence.closed:
        return "the document was cut: a code block is not closed"
    if fence.info != "mermaid":
        return None
    code = re.sub(r"\A---\n.*?\n---\n", "", fence.code.lstrip(), flags=re.S)
    lines = [line for line in code.split("\n") if line.strip() and not line.lstrip().startswith("%%")]
    kind = lines[0].split()[0].rstrip(";") if lines else ""
    if kind not in _DIAGRAMS:
        return f"a Mermaid diagram begins with '{kind}', which is no kind of diagram"
    if len(lines) < 2 and ";" not in lines[0]:
        return "a Mermaid diagram is empty"
    if kind in _BALANCED and not _balanced("\n".join(lines)):
        return "a bracket of a Mermaid diagram has no partner"
    return None


def _balanced(code: str) -> bool:
    code = re.sub(r'"[^"\n]*"', "", code)
    code = re.sub(r"(\w)>([^\]\n]*)\]", r"\1", code)
    open_: list[str] = []
    for character in code:
        if character in "([{":
            open_.append(character)
        elif character in ")]}" and (not open_ or open_.pop() + character not in ("()", "[]", "{}")):
            return False
    return not open_


def _absent(text: str, question: Question, files: frozenset[str]) -> str | None:
    """The first file that is named as existing and does not; where no files are known none is doubted."""
    source = question.request.document.text.string
    known = files | {question.conventions.path}
    names = {path.rpartition("/")[2] for path in known}
    section = ""
    for line in _outside(text) if files else ():
        section = _title(line) or section
        if _NEW.search(line) or section == "next steps":
            continue
        for span in _CODE_SPAN.finditer(line):
            path = "" if _ABSENT.search(line[: span.start()]) else _path(span[1])
            if path and path not in source and not _declared(path, question) and not _exists(path, known, names):
                return path
    return None


def _declared(name: str, question: Question) -> bool:
    """Whether a dotted name without a folder begins with a declared name, or is a capital and one letter: no file."""
    first, _, last = name.partition(".")
    if "/" in name:
        return False
    symbols = {symbol.name for symbol in question.target.outline.symbols}
    return first in symbols or (first[:1].isupper() and len(last) == 1)


def _path(span: str) -> str | None:
    """The path that a code span is, if it is one."""
    found = _PATH.fullmatch(span) or _PATH.match(span)
    path = found[0].removeprefix("./") if found else ""
    language = language_of(path)
    if language == UNKNOWN or path.casefold() in _PRODUCTS or path.startswith(("self.", "this.", ".")):
        return None
    # What code makes or reads at run time is believed, unless a folder is named.
    return path if "/" in path or not is_data(language) else None


def _exists(path: str, known: frozenset[str], names: set[str]) -> bool:
    if "/" not in path:
        return path in names
    return any(f"/{file}".endswith(f"/{path}") for file in known)

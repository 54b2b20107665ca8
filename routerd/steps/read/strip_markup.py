"""Strip markup: the bare words of documentation, without the quotes, comment marks or indent they came in."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings

from routerd.domain.fence import fences
from routerd.languages import specs
from routerd.languages.spec import DocPlacement

_STRING = re.compile(r"^[rRuU]?(\"\"\"|'''|\"|')(?P<words>.*)\1$", re.S)
_STAR = re.compile(r"^[ \t]*\*(?!/) ?", re.M)


def strip_markup(text: str, language: str) -> str:
    """The words of a docstring, doc comment or fenced text; words that are bare already stay as they are."""
    text = _flush(text)
    blocks = fences(text)
    if len(blocks) == 1 and blocks[0].first == 0 and blocks[0].last == text.count("\n"):
        text = _flush(blocks[0].code)
    bare, spec = text.strip(), specs().get(language)
    if spec is None:
        return text
    if spec.docs.placement is DocPlacement.BODY and _STRING.match(bare):
        return _flush(_literal(bare))
    for start, end in spec.comments.blocks:
        if bare.startswith(start) and bare.endswith(end):
            return _flush(_inside(bare, start, end))
    for mark in spec.comments.line:
        lines = [line.strip() for line in bare.split("\n")]
        if all(line.startswith(mark) for line in lines if line):
            return _flush("\n".join(_unmarked(line, mark) for line in lines))
    return text


def _inside(comment: str, start: str, end: str) -> str:
    """The words of a block comment, without the stars that its lines may begin with."""
    inner = re.sub(rf"^{re.escape(start)}[*!]*<?|\**{re.escape(end)}$", "", comment)
    return _STAR.sub("", inner) if "*" in start else inner


def _unmarked(line: str, mark: str) -> str:
    return line.removeprefix(mark).removeprefix(" ")


def _literal(source: str) -> str:
    """The value of a Python string; a half-quoted one counts as the text between its quotes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape such as \d is the model's, not ours
            value = ast.literal_eval(source)
    except (SyntaxError, ValueError):
        value = None
    found = _STRING.match(source)
    return value if isinstance(value, str) else found["words"] if found else source


def _flush(text: str) -> str:
    """Without blank edges, trailing space and common indent.

    A first line that stands further left than all others is a docstring's, as PEP 257 trims it.
    """
    lines = [line.rstrip() for line in text.split("\n")]
    if lines[0]:
        lines[0] = lines[0].lstrip()
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    flush = textwrap.dedent("\n".join(lines))
    first, _, rest = flush.partition("\n")
    if rest and (rest.startswith("\n") or first.endswith(".")):
        return f"{first}\n{textwrap.dedent(rest)}"
    return flush

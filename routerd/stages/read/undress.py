"""Undress: the bare words of documentation, without the quotes, comment marks or indent they came in."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings

from routerd.domain.fence import fences

_STRING = re.compile(r"^[rRuU]?(\"\"\"|'''|\"|')(?P<words>.*)\1$", re.S)
_STAR = re.compile(r"^[ \t]*\*(?!/) ?", re.M)
_LINE_MARKS = ("///", "//!", "//")


def undress(text: str, language: str) -> str:
    """The words of a docstring, doc comment or fenced text; words that are bare already stay as they are."""
    text = _flush(text)
    blocks = fences(text)
    if len(blocks) == 1 and blocks[0].first == 0 and blocks[0].last == text.count("\n"):
        text = _flush(blocks[0].code)
    bare = text.strip()
    if language == "python" and _STRING.match(bare):
        return _flush(_literal(bare))
    if bare.startswith("/*") and bare.endswith("*/"):
        inner = re.sub(r"^/\*[*!]*<?|\*+/$", "", bare)
        return _flush(_STAR.sub("", inner))
    marks = ("#",) if language == "ruby" else _LINE_MARKS
    for mark in marks:
        lines = [line.strip() for line in bare.split("\n")]
        if all(line.startswith(mark) for line in lines if line):
            return _flush("\n".join(_unmarked(line, mark) for line in lines))
    return text


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

"""Docstrings: Python's own documentation, quoted so that any words survive, as PEP 257 lays them out."""

from __future__ import annotations

import re

from routerd.domain.position import Edit, Position, Range
from routerd.domain.symbol import Symbol, SymbolKind
from routerd.domain.text import Text
from routerd.domain.verdict import Rejected

_LINE = 88
"""Columns that a docstring on one line may take: black's limit, within most projects' own."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def docstring_edit(words: str, symbol: Symbol, text: Text) -> Edit | Rejected:
    """The edit that gives a function or class these words."""
    if _CONTROL.search(words):
        return Rejected(f"the documentation of '{symbol.qualname}' holds control characters", mechanical=True)
    if symbol.doc is not None:
        indent = text.indent(symbol.doc.start.line)
        return Edit(symbol.doc, _quoted(words, indent, text.newline))
    colon = _colon(symbol, text)
    first = _first_code(text, colon) if colon is not None else None
    outer = text.indent(symbol.header.start.line)
    if colon is not None and first is not None and first.line == colon.line:
        indent = outer + ("\t" if _tabs(text) else "    ")
        return _in_one_liner(words, indent, Range(colon, first), text.newline)
    indent = text.indent(first.line) if first is not None else ""
    if colon is None or not (indent.startswith(outer) and len(indent) > len(outer)):
        return Rejected(f"'{symbol.qualname}' has no body to hold a docstring")
    newline = text.newline
    gap = newline if symbol.kind is SymbolKind.CLASS and text.bare(colon.line + 1).strip() else ""
    position = Position(colon.line + 1, 0)
    return Edit(Range(position, position), indent + _quoted(words, indent, newline) + newline + gap)


def module_docstring_edit(words: str, doc: Range | None, text: Text) -> Edit | Rejected:
    """The edit that gives the module these words: below a shebang and the comments that begin the file."""
    if _CONTROL.search(words):
        return Rejected("the module's documentation holds control characters", mechanical=True)
    if doc is not None:
        return Edit(doc, _quoted(words, "", text.newline))
    line = 0
    while line < len(text.lines) and text.bare(line).lstrip("\ufeff").startswith("#"):
        line += 1
    if line < len(text.lines) and text.bare(line).strip():
        # Comments that stand right above code belong to it, but for a shebang and an encoding.
        line = sum(bool(re.match(r"\ufeff?#(!|.*coding[:=])", text.bare(i))) for i in range(min(2, line)))
    position = text.line_start(line)
    newline = text.newline
    gap = newline if line < len(text.lines) and text.bare(line).strip("\ufeff \t") else ""
    return Edit(Range(position, position), _quoted(words, "", newline) + newline + gap)


def _quoted(words: str, indent: str, newline: str) -> str:
    """The words as a string literal; lines after the first are indented."""
    raw = "\\" in words and '"""' not in words
    if not raw:
        words = words.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    quotes = 'r"""' if raw else '"""'
    lines = words.split("\n")
    if len(lines) == 1 and len(indent) + len(quotes) + len(words) + 3 <= _LINE and not words.endswith(('"', "\\")):
        return f'{quotes}{words}"""'
    body = [lines[0], *(indent + line if line else "" for line in lines[1:])]
    if words.startswith('"'):
        body = [*quotes.split("\n"), *(indent + line if line else "" for line in lines)]
        return newline.join([*body, f'{indent}"""'])
    return newline.join([quotes + body[0], *body[1:], f'{indent}"""'])


def _colon(symbol: Symbol, text: Text) -> Position | None:
    """The place after the colon that ends the header."""
    line, column = symbol.header.end.line, symbol.header.end.column
    if column > 0 and text.lines[line][column - 1] == ":":
        return symbol.header.end
    while line < len(text.lines):
        rest = text.bare(line)[column:]
        stripped = rest.lstrip(" \t\\")
        if stripped.startswith(":"):
            return Position(line, column + len(rest) - len(stripped) + 1)
        if stripped and not stripped.startswith("#"):
            return None
        line, column = line + 1, 0
    return None


def _first_code(text: Text, after: Position) -> Position | None:
    """Where the first statement of a body begins: what is neither white space nor a comment."""
    line, column = after.line, after.column
    while line < len(text.lines):
        rest = text.bare(line)[column:]
        stripped = rest.lstrip(" \t\f")
        if stripped and not stripped.startswith("#"):
            return Position(line, column + len(rest) - len(stripped))
        line, column = line + 1, 0
    return None


def _in_one_liner(words: str, indent: str, gap: Range, newline: str) -> Edit:
    """``def f(): return 1`` gets a body on lines of its own; only white space after the colon is replaced."""
    return Edit(gap, newline + indent + _quoted(words, indent, newline) + newline + indent)


def _tabs(text: Text) -> bool:
    return any(line.startswith("\t") for line in text.lines)

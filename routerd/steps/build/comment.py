"""Doc comments: words as the comment that each language's own tools read, above the declaration."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from routerd.domain.position import Edit, Range
from routerd.domain.shared_line import shares_line
from routerd.domain.symbol import Symbol
from routerd.domain.text import Text
from routerd.domain.verdict import Rejected
from routerd.languages.patterns import compiled
from routerd.languages.spec import DocStyle
from routerd.steps.build.kept_tags import with_kept_tags

_LINE = 100
"""Columns that a comment on one line may take: the limit of Google's Java style, within most others."""


def comment_edit(words: str, symbol: Symbol, text: Text, style: DocStyle) -> Edit | Rejected:
    """The edit that gives a symbol these words."""
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\x85]", words):
        return Rejected(f"the documentation of '{symbol.qualname}' holds control characters", mechanical=True)
    newline = text.newline
    if symbol.doc is not None:
        indent = text.indent(symbol.doc.start.line)
        tail = text.slice(symbol.doc)
        ending = newline if tail.endswith(("\n", "\r")) else ""
        words = with_kept_tags(words, tail, style)
        return Edit(symbol.doc, newline.join(_comment(words, indent, style))[len(indent) :] + ending)
    line = symbol.whole.start.line
    indent = text.indent(line)
    if shares_line(symbol, text):
        return _beside(words, symbol, style)
    lines = _comment(words, indent, style)
    between = compiled(style.between)
    if line > 0 and between.match(text.bare(line - 1).strip()):
        if style.plain_mark and style.mark:
            lines.append(f"{indent}{style.mark}")  # gofmt parts directives from the words above them
        while line > 0 and between.match(text.bare(line - 1).strip()):
            line -= 1
    position = text.line_start(line)
    if style.plain_mark and style.mark and line > 0 and text.bare(line - 1).strip().startswith(style.mark):
        # A comment that is no documentation of this symbol must not melt into it.
        lines.insert(0, "")
    return Edit(Range(position, position), newline.join(lines) + newline)


def _beside(words: str, symbol: Symbol, style: DocStyle) -> Edit | Rejected:
    """A declaration that shares its line with other code takes its words on that line: of several, the first ones."""
    if style.mark:
        return Rejected(f"'{symbol.qualname}' shares its line with other code, so no comment fits above it")
    start = symbol.whole.start
    summary = " ".join(words.partition("\n\n")[0].split("\n"))
    return Edit(Range(start, start), f"/** {_contained(summary, style)} */ ")


def _comment(words: str, indent: str, style: DocStyle) -> list[str]:
    """The lines of the comment, indented, without line ends."""
    lines = (_as_xml(words) if style.xml else words).split("\n")
    if style.mark:
        return [f"{indent}{style.mark} {line}".rstrip() for line in lines]
    lines = [_contained(line, style) for line in lines]
    if len(lines) == 1 and len(indent) + len(lines[0]) + 7 <= _LINE:
        return [f"{indent}/** {lines[0]} */"]
    return [f"{indent}/**", *(f"{indent} * {line}".rstrip() for line in lines), f"{indent} */"]


def _contained(line: str, style: DocStyle) -> str:
    """A line that cannot end the comment, nor open one inside it."""
    for sign, instead in style.escapes:
        line = line.replace(sign, instead)
    return line


def _as_xml(words: str) -> str:
    """C#'s XML documentation: kept where the words are well-formed XML already, else made from them."""
    if "<summary>" in words and _well_formed(words):
        return words
    plain = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    summary, _, rest = plain.partition("\n\n")
    lines = ["<summary>", *summary.split("\n"), "</summary>"]
    if rest.strip():
        lines += ["<remarks>", *rest.strip("\n").split("\n"), "</remarks>"]
    return "\n".join(lines)


def _well_formed(words: str) -> bool:
    if "<!" in words or "<?" in words:
        return False  # no declarations, so no entities that could grow
    try:
        ElementTree.fromstring(f"<doc>{words}</doc>")  # noqa: S314 - declarations were refused above
    except ElementTree.ParseError:
        return False
    return True

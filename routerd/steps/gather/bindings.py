"""Finds where a file binds names outside functions: constants, fields, globals, attributes; in any language.

It reads lines, not trees, as it must work on incomplete files and in every language.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Set

from routerd.domain.position import Range
from routerd.domain.symbol import Outline, Symbol
from routerd.domain.text import Text
from routerd.languages import specs
from routerd.languages.spec import BindingRules

MAX_LINES = 6
"""The most lines of one value: longer ones are tables, whose first lines show their content."""

_NO_CODE = re.compile(r"\s*(?:#(?!\s*define\b)|//|/\*|\*|--|@\w+\s*$|[)\]}>.;'\"]|(?:import|from|use|using|return)\b)")
_DEFINE = re.compile(r"\s*#\s*define\s+(\w+)")
_ACCESSOR = re.compile(r"\s*attr_(?:reader|writer|accessor)\b(.*)")
_LOOP = re.compile(r"\s*(?:for|with)\b(.*?)\b(?:in\b.*|as\b(.*)):\s*$")
_DESTRUCTURED = re.compile(r"\s*(?:export\s+)?(?:const|let|var)\s*[{\[]([^=]*)[}\]]\s*=")
_TYPE_ARGUMENTS = re.compile(r"<[^<>]*>|\[[^\[\]]*\]")
_HEAD_END = re.compile(r"=(?!=)|[({]|(?<!:):(?!:)|//|#")
_CHAINED = re.compile(r"(?<![=!<>+\-*/%|&^])=(?!=)")
_GO_KEYWORD = re.compile(r"\s*(?:var|const|type)\b")
_OF_OBJECT = re.compile(
    r"(?:\b(?:self|this|cls)\s*(?:\.#?|->)|@{1,2})(?P<name>\w+)(?=\s*(?::[^=\n]+|,[^=!<>\n]*)?=(?!=))"
)
"""Assigns an attribute in a method: ``self.name = …``, ``this.name = …``, ``@name = …``."""


_ANY_TEXT = BindingRules(needs_sign=False, chained=False, name_first=False)
"""Used for languages without a spec, where it only adds or omits a line of context."""


def bound(text: Text, lines: Iterable[int], wanted: Set[str], language: str) -> dict[str, int]:
    """Each wanted name with the first line that binds it."""
    found: dict[str, int] = {}
    left, spec = set(wanted), specs().get(language)
    rules = spec.bindings if spec else _ANY_TEXT
    for number in lines:
        line = text.lines[number]
        # ``in`` is the cheap question: most lines of a long file hold none of the names.
        here = [name for name in left if name in line]
        if not here or _NO_CODE.match(line):
            continue
        for name in left.intersection(here, _names(line, rules)):
            left.discard(name)
            found[name] = number
        if not left:
            break
    return found


def object_bound(text: Text, span: Range, wanted: Set[str]) -> dict[str, int]:
    """Each wanted name with the first line of a class that assigns it as an attribute."""
    left, found = set(wanted), dict[str, int]()
    for number in range(span.start.line, span.end.line + 1):
        line = text.lines[number]
        for name in left.intersection(one["name"] for one in _OF_OBJECT.finditer(line)) if "=" in line else ():
            left.discard(name)
            found[name] = number
    return found


def outside_functions(outline: Outline, within: Range, but: Iterable[Range] = ()) -> list[int]:
    """The lines of a range outside its functions, its documentation and the ranges in ``but``."""
    docs = (outline.doc, *(symbol.doc for symbol in outline.symbols if not symbol.kind.callable))
    holes = [*but, *_functions(outline.symbols, within), *filter(None, docs)]
    lines: list[int] = []
    at = within.start.line
    for hole in sorted(holes):
        lines += range(at, min(hole.start.line, within.end.line + 1))
        at = max(at, hole.end.line + 1)
    return [*lines, *range(at, within.end.line + 1)]


def value(text: Text, first: int) -> str:
    """A whole binding, including following lines with a deeper indent and the line of its closing bracket."""
    lines = [text.bare(first).rstrip()]
    indent = len(text.indent(first))
    for number in range(first + 1, min(first + MAX_LINES, len(text.lines))):
        line = text.bare(number).rstrip()
        deeper = len(text.indent(number)) > indent
        if not line or not (deeper or line[indent : indent + 1] in (")", "]", "}")):
            break
        lines.append(line)
        if not deeper:
            break
    return "\n".join(lines)


def _functions(symbols: Iterable[Symbol], within: Range) -> Iterator[Range]:
    for symbol in symbols:
        # From the header on: a function's parameters are its own.
        hole = Range(symbol.header.start, symbol.whole.end)
        if symbol.kind.callable and within.covers(hole):
            yield hole


def _names(line: str, rules: BindingRules) -> set[str]:
    """The names that a line binds, if it binds any."""
    for special in (_DEFINE, _ACCESSOR, _LOOP, _DESTRUCTURED):
        if found := special.match(line):
            return set(re.findall(r"\w+", " ".join(filter(None, found.groups()))))
    if rules.needs_sign and not re.search(r"=|:\s", line):
        return set()
    first, *more = (_CHAINED.split(line)[:-1] or [line]) if rules.chained else [line]
    # a = b = f(c=1) binds a and b.
    heads = [first, *itertools.takewhile(lambda head: "(" not in head, more)]
    heads = [_HEAD_END.split(head.lstrip(" \t("), maxsplit=1)[0] for head in heads]
    which = 0 if rules.name_first else -1
    parts = [part for head in heads for part in _TYPE_ARGUMENTS.sub("", _GO_KEYWORD.sub("", head)).split(",")]
    return {words[which] for part in parts if (words := re.findall(r"\w+", part))}

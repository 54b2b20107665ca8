"""Context from the target's own file: imports, constants, the class around it, what it calls, an example."""

from __future__ import annotations

import re
from collections.abc import Iterator

from routerd.domain.action import Target
from routerd.domain.document import Document
from routerd.domain.project import Project
from routerd.domain.prompt import Conventions
from routerd.domain.symbol import Symbol

_CONSTANT = re.compile(
    r"^(?:export |pub |static |const |final |let |var |public |private )*"
    r"(?:[\w<>\[\],.*& ]+ )?\$?(\w+)\s*(?::[^=]+)?=[^=>]"
)
_MAX_CONSTANT_LINES = 6
"""Longer values are tables; their first lines say what they are."""
_MAX_EXAMPLE_LINES = 15
_MAX_TEST_CHARACTERS = 3_000


def imports(document: Document, target: Target, used: tuple[str, ...], path: str) -> Iterator[tuple[str, str, str]]:
    """The import statements that bring in a name which the target uses."""
    wanted = set(used)
    lines = [
        document.text.slice(found.span).strip("\r\n")
        for found in target.outline.imports
        if not target.span.covers(found.span) and (wanted & set(found.names) or "*" in found.names)
    ]
    if lines:
        yield path, "\n".join(dict.fromkeys(lines)), "imports that the target uses"


def constants(document: Document, target: Target, used: tuple[str, ...], path: str) -> Iterator[tuple[str, str, str]]:
    """Values assigned at the top level of the file under names that the target uses."""
    wanted = set(used) - {symbol.name for symbol in target.outline.symbols}
    text = document.text
    for number, line in enumerate(text.lines):
        if not line[:1].strip() or line[0] in "#/*@})]":
            continue
        match = _CONSTANT.match(line)
        inside = target.span.start.line <= number <= target.span.end.line
        if match and match[1] in wanted and not inside:
            yield path, _value(document, number), f"`{match[1]}` is used by the target"


def _value(document: Document, first: int) -> str:
    """A top-level assignment to its end: the lines after it that are indented or close a bracket."""
    lines = [document.text.bare(first)]
    for number in range(first + 1, min(first + _MAX_CONSTANT_LINES, len(document.text.lines))):
        line = document.text.bare(number)
        if not line.startswith((" ", "\t", ")", "]", "}")):
            break
        lines.append(line)
    return "\n".join(lines)


def around(document: Document, target: Target, path: str) -> Iterator[tuple[str, str, str]]:
    """The header of the class around the target with the signatures of its other members."""
    containers = dict.fromkeys(symbol.container for symbol in target.symbols if symbol.container)
    for qualname in containers:
        container = target.outline.by_qualname.get(qualname)
        if container is None or target.span.covers(container.whole):
            continue
        members = [
            f"    {other.signature}"
            for other in target.outline.symbols
            if other.container == qualname and other not in target.symbols
        ]
        text = "\n".join((document.text.slice(container.header), *members))
        yield path, text, f"`{qualname}` holds the target"


def callees(target: Target, used: tuple[str, ...], path: str) -> Iterator[tuple[str, str, str]]:
    """Signatures of what the target uses from its own file."""
    wanted = set(used)
    for symbol in target.outline.symbols:
        if symbol.name in wanted and not target.span.covers(symbol.whole) and not _inside_function(symbol, target):
            yield path, _with_owner(symbol), f"`{symbol.qualname}` is used by the target"


def _inside_function(symbol: Symbol, target: Target) -> bool:
    owner = target.outline.by_qualname.get(symbol.container or "")
    return owner is not None and owner.kind.callable and not owner.whole.covers(target.span)


def _with_owner(symbol: Symbol) -> str:
    return f"{symbol.signature}  [in {symbol.container}]" if symbol.container else symbol.signature


def tests(target: Target, conventions: Conventions, project: Project) -> Iterator[tuple[str, str, str]]:
    """The tests that exist already, so that new ones are neither repeated nor in another style."""
    path = conventions.test_path
    text = conventions.test_file.text.string if conventions.test_file else project.texts.get(path or "", "")
    if path and text:
        if len(text) > _MAX_TEST_CHARACTERS:
            text = text[: text.rfind("\n", 0, _MAX_TEST_CHARACTERS)] + "\n[more tests follow]"
        yield path, text, "the tests that exist already"


def file_outline(target: Target, path: str) -> Iterator[tuple[str, str, str]]:
    """The signatures of the whole file, unless the target is that file."""
    outside = [s for s in target.outline.symbols if not target.span.covers(s.whole)]
    if outside:
        lines = ("    " * s.qualname.count(".") + s.signature for s in outside)
        yield path, "\n".join(lines), "the rest of the file, by signature"


def example(document: Document, target: Target, path: str) -> Iterator[tuple[str, str, str]]:
    """One documented sibling: style is caught better from a line of it than from a rule."""
    for symbol in target.outline.symbols:
        if symbol.doc is None or symbol in target.symbols:
            continue
        doc = document.text.slice(symbol.doc)
        if 2 <= doc.count("\n") <= _MAX_EXAMPLE_LINES:
            yield path, f"{symbol.signature}\n{doc}", "how this file documents"
            return

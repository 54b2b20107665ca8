"""Context from the target's own file: imports, constants, the class around it, what it calls, an example."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator

from routerd.domain.action import Target
from routerd.domain.project import Project
from routerd.domain.prompt import Conventions
from routerd.domain.symbol import Symbol
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.steps.gather.bindings import bound, object_bound, outside_functions, value
from routerd.steps.gather.piece import Piece, View

_BUILTINS = frozenset(dir(builtins))
_PYTHON_LOCAL = re.compile(
    r"^[ \t]+(\w+(?:, *\w+)*)(?: *:[^=\n]+)? = |\bfor ([\w, ()]+?) in |\bas (\w+)\b|(\w+) :=", re.M
)
_PARAMETER = re.compile(r"[(,*] *(\w+)(?= *[:,)=])")
_MAX_IMPORT_LINES = 4
"""A longer import statement is reduced to the lines that name something used."""
_MAX_EXAMPLE_LINES = 15
_MAX_TEST_CHARACTERS = 3_000


def imports(it: View) -> Iterator[Piece]:
    """The import statements that bring in a name which the target uses."""
    lines = [
        _shortened(it.document.text.slice(found.span).strip("\r\n"), it.used)
        for found in it.target.outline.imports
        if not it.shows(found.span) and (it.used & set(found.names) or "*" in found.names)
    ]
    if lines:
        yield Piece(it.path, "\n".join(dict.fromkeys(lines)), "imports that the target uses", needed=True)


def _shortened(statement: str, used: frozenset[str]) -> str:
    lines = statement.splitlines()
    if len(lines) <= _MAX_IMPORT_LINES:
        return statement
    inner = [line for line in lines[1:-1] if used.intersection(re.findall(r"\w+", line))]
    return "\n".join((lines[0], *inner, lines[-1]))


def constants(it: View) -> Iterator[Piece]:
    """The file's bindings, outside functions and the target's own class, of names that the target uses."""
    outline, text = it.target.outline, it.document.text
    imported = {name for found in outline.imports for name in found.names}
    wanted = it.used - {symbol.name for symbol in outline.symbols} - imported - _own_names(it)
    if not wanted:
        return
    own = [container.whole for container in containers(it)]
    lines = outside_functions(outline, text.whole, (*it.shown, *own))
    at_margin = [number for number in lines if text.lines[number][:1].strip()]
    found = bound(text, at_margin, wanted, it.document.language)
    found |= bound(text, lines, wanted - found.keys(), it.document.language)
    by_line: dict[int, list[str]] = {}
    for name, number in found.items():
        by_line.setdefault(number, []).append(name)
    for number, names in sorted(by_line.items()):
        yield Piece(it.path, value(text, number), f"{_quoted(names)} is used by the target", needed=True)


def _own_names(it: View) -> frozenset[str]:
    """A Python target's parameters, its own bindings and built-in names, which need no context."""
    if not has_tree(it.document.language, Tree.PYTHON):
        return frozenset()
    source = it.document.text.slice(it.target.span)
    local = "\n".join(" ".join(found) for found in _PYTHON_LOCAL.findall(source))
    headers = " ".join(symbol.signature for symbol in it.target.symbols if symbol.kind.callable)
    return _BUILTINS.union(re.findall(r"\w+", local), _PARAMETER.findall(headers))


def containers(it: View) -> tuple[Symbol, ...]:
    """The classes and functions around the target's symbols that are not shown themselves, innermost first."""
    found: dict[Symbol, None] = {}
    for symbol in it.target.symbols:
        inner: Symbol | None = symbol
        while inner is not None:
            inner = _container(inner, it.target)
            if inner is not None and not it.shows(inner.whole):
                found[inner] = None
    return tuple(found)


def _container(symbol: Symbol, target: Target) -> Symbol | None:
    named = [s for s in target.outline.by_qualname.get(symbol.container or "", ()) if s is not symbol]
    # A Go method or a Rust ``impl`` lies outside its type; otherwise the class encloses it.
    return next((s for s in named if s.whole.covers(symbol.whole)), named[0] if named else None)


def around(it: View) -> Iterator[Piece]:
    """The class around the target: its header with what the target uses of it; then its other members."""
    text, outline = it.document.text, it.target.outline
    # An object literal, or a type of another file: not declared here.
    unseen = (s.container for s in it.target.symbols if s.container and s.container not in outline.by_qualname)
    for owner in dict.fromkeys(unseen):
        yield Piece(it.path, owner, "holds the target", needed=True)
    all_around = containers(it)
    for container in all_around:
        members = [s for s in outline.symbols if s.container == container.qualname and not it.shows(s.whole)]
        wanted = it.used - {member.name for member in members} - {container.name}
        lines = outside_functions(outline, container.body or container.whole, it.shown)
        fields = bound(text, lines, wanted, it.document.language)
        fields |= object_bound(text, container.whole, wanted - fields.keys())
        parts = [value(text, number).strip() for number in sorted(set(fields.values()))]
        parts += [member.signature for member in members if member.name in it.used]
        yield Piece(
            it.path, _listed(container.signature, parts), f"`{container.qualname}` holds the target", needed=True
        )
        others = [m.signature for m in members if m.name not in it.used and m not in all_around]
        if others and not container.kind.callable:
            yield Piece(it.path, _listed(container.signature, others), f"other members of `{container.qualname}`")


def _listed(header: str, parts: list[str]) -> str:
    return "\n".join((header, *("    " + part.replace("\n", "\n    ") for part in dict.fromkeys(parts))))


def callees(it: View) -> Iterator[Piece]:
    """Signatures of what the target uses from its own file, without members of its own class."""
    own = {container.qualname for container in containers(it)}
    used = [
        symbol
        for symbol in it.target.outline.symbols
        if symbol.name in it.used
        and symbol.container not in own
        and symbol.qualname not in own
        and not it.shows(symbol.whole)
        and not _inside_function(symbol, it.target)
    ]
    # A member of a class that the target does not name may only share its name with an attribute.
    sure = [symbol for symbol in used if it.used.issuperset((symbol.container or symbol.name).split("."))]
    namesakes = [symbol for symbol in used if symbol not in sure]
    if sure:
        yield Piece(it.path, _signed(sure), "what the target uses from its file", needed=True)
    if namesakes:
        yield Piece(it.path, _signed(namesakes), "members of its file's classes that the target may use")


def _signed(symbols: list[Symbol]) -> str:
    return "\n".join(dict.fromkeys(_with_owner(symbol) for symbol in symbols))


def _inside_function(symbol: Symbol, target: Target) -> bool:
    owner = _container(symbol, target)
    return owner is not None and owner.kind.callable and not owner.whole.covers(target.span)


def _with_owner(symbol: Symbol) -> str:
    return f"{symbol.signature}  [in {symbol.container}]" if symbol.container else symbol.signature


def tests(conventions: Conventions, project: Project) -> Iterator[Piece]:
    """The existing tests, so that new ones neither repeat them nor differ in style."""
    path = conventions.test_path
    text = conventions.test_file.text.string if conventions.test_file else project.texts.get(path or "", "")
    if path and text:
        if len(text) > _MAX_TEST_CHARACTERS:
            text = text[: text.rfind("\n", 0, _MAX_TEST_CHARACTERS)] + "\n[more tests follow]"
        yield Piece(path, text, "the tests that exist already")


def file_outline(it: View) -> Iterator[Piece]:
    """The signatures of the whole file, unless the target is that file."""
    outside = [s for s in it.target.outline.symbols if not it.shows(s.whole)]
    if outside:
        lines = ("    " * s.qualname.count(".") + s.signature for s in outside)
        yield Piece(it.path, "\n".join(lines), "the rest of the file, by signature")


def example(it: View) -> Iterator[Piece]:
    """One documented sibling, as an example shows the style better than a rule."""
    for symbol in it.target.outline.symbols:
        if symbol.doc is None or symbol in it.target.symbols:
            continue
        doc = it.document.text.slice(symbol.doc)
        if 2 <= doc.count("\n") <= _MAX_EXAMPLE_LINES:
            yield Piece(it.path, f"{symbol.signature}\n{doc}", "how this file documents")
            return


def _quoted(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)

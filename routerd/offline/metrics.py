"""Metrics that indicate risk: length, nesting, branches, parameters, shared state, each with its limit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from routerd.domain.action import Target
from routerd.domain.document import Document
from routerd.domain.symbol import SymbolKind
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.offline.facts import parameters_of
from routerd.offline.source import Function, own, source_of

_MAX_LINES = 60
"""Lines of a function: it no longer fits on a screen."""
_MAX_FILE_LINES = 500
"""Lines of a file: pylint's limit is 1,000; half of it is where navigation gets hard."""
_MAX_BRANCHES = 10
"""McCabe's own limit for cyclomatic complexity (1976)."""
_MAX_PARAMETERS = 6
"""One more than pylint's limit of 5, for ``self``."""
_MAX_METHODS = 20
"""pylint's limit for public methods."""
_MAX_NESTING = 4
"""One less than pylint's limit of nested blocks."""
_BRANCHES = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.BoolOp,
    ast.comprehension,
    ast.match_case,
)
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


@dataclass(frozen=True, slots=True)
class Risk:
    """A fact that makes changes harder, and the recommended step."""

    fact: str
    step: str


def risks(document: Document, target: Target) -> list[Risk]:
    """The risks of a file, most severe kinds first."""
    found = [*_by_size(document, target)]
    if has_tree(document.language, Tree.PYTHON):
        found += _by_tree(document)
    if target.outline.faults:
        count = len(target.outline.faults)
        found.insert(0, Risk(f"The file does not parse in {count} place{'s' * (count > 1)}.", "Fix the syntax."))
    return found


def _by_size(document: Document, target: Target) -> Iterator[Risk]:
    total = len(document.text.lines)
    if total > _MAX_FILE_LINES:
        yield Risk(
            f"The file is {total:,} lines long (above {_MAX_FILE_LINES}).",
            "Split the file along the parts that the structure shows.",
        )
    symbols = target.outline.symbols
    for symbol in symbols:
        length = symbol.whole.end.line - symbol.whole.start.line + 1
        if symbol.kind.callable and length > _MAX_LINES:
            yield Risk(
                f"`{symbol.qualname}` is {length} lines long (above {_MAX_LINES}).",
                f"Take `{symbol.qualname}` apart into functions that fit on a screen.",
            )
        if symbol.kind is SymbolKind.CLASS:
            methods = sum(s.container == symbol.qualname and not s.name.startswith("_") for s in symbols)
            if methods > _MAX_METHODS:
                yield Risk(
                    f"`{symbol.qualname}` has {methods} public methods (above {_MAX_METHODS}).",
                    f"Find the groups among the methods of `{symbol.qualname}` and give each a class.",
                )


def _by_tree(document: Document) -> Iterator[Risk]:
    source = source_of(document.text)
    if source.tree is None:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, Function):
            yield from _function(node)
        elif isinstance(node, ast.ExceptHandler):
            broad = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
            )
            if broad and not any(isinstance(n, ast.Raise) for n in own(node)):
                yield Risk(
                    f"Line {node.lineno} catches every error and goes on.",
                    f"Name the errors expected at line {node.lineno}.",
                )
    shared = sorted({name for node in ast.walk(source.tree) if isinstance(node, ast.Global) for name in node.names})
    for name in shared:
        yield Risk(
            f"`{name}` is global state that functions rebind.",
            f"Hand `{name}` to who needs it instead of sharing it.",
        )


def _function(node: Function) -> Iterator[Risk]:
    branches = 1 + sum(isinstance(n, _BRANCHES) for n in own(node))
    if branches > _MAX_BRANCHES:
        yield Risk(
            f"`{node.name}` has {branches} independent paths (above {_MAX_BRANCHES}).",
            f"Test each path of `{node.name}`, then make it simpler.",
        )
    parameters = sum(1 for _ in parameters_of(node))
    if parameters > _MAX_PARAMETERS:
        yield Risk(
            f"`{node.name}` takes {parameters} parameters (above {_MAX_PARAMETERS}).",
            f"Group the parameters of `{node.name}` that travel together.",
        )
    depth = _depth(node.body)
    if depth > _MAX_NESTING:
        yield Risk(
            f"`{node.name}` nests {depth} blocks deep (above {_MAX_NESTING}).",
            f"Flatten `{node.name}` by early returns.",
        )


def _depth(body: list[ast.stmt], chained: bool = False) -> int:
    """The deepest nesting of blocks; an ``elif`` is at the level of its ``if``."""
    deepest = 0
    for statement in body:
        if not isinstance(statement, _BLOCKS):
            continue
        orelse = getattr(statement, "orelse", [])
        elif_like = isinstance(statement, ast.If) and len(orelse) == 1 and isinstance(orelse[0], ast.If)
        blocks = [
            getattr(statement, "body", []),
            [] if elif_like else orelse,
            getattr(statement, "finalbody", []),
        ]
        blocks += [part.body for name in ("handlers", "cases") for part in getattr(statement, name, [])]
        depth = (0 if chained else 1) + max((_depth(block) for block in blocks), default=0)
        beside = _depth(orelse) if elif_like else 0
        deepest = max(deepest, depth, beside)
    return deepest

"""Where real files declare names, as parsers that are not routerd's see it: Python's own, TypeScript's, bare trees.

A bare tree of tree-sitter is read by one rule for all grammars, the field ``name`` of a node, and by no query of
routerd's.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tree_sitter import Node, Parser

from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from tests.missing import program

SCRIPT = Path(__file__).parent / "declarations.mjs"
_DECLARES = re.compile(r"(declaration|definition|_item|declarator|_spec|^method|^class|^module|_def)$")
_IMPORTS = re.compile(r"import|package")
_CALLABLE = re.compile(r"function|method|class|constructor")


@dataclass(frozen=True)
class Named:
    """One declaration: where its name stands, where all of it does, and whether it is a function or a class."""

    name: Range
    whole: Range
    callable: bool


def by_python(source: str) -> list[Named]:
    """Functions, classes, and names that are assigned outside of functions. Raises SyntaxError."""
    text = Text(source)
    return list(_python(ast.parse(source), text))


def _python(node: ast.AST, text: Text) -> Iterator[Named]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            line = text.bare(child.lineno - 1)
            column = line.index(
                child.name, child.col_offset + len("class" if isinstance(child, ast.ClassDef) else "def")
            )
            yield Named(_on(child.lineno - 1, column, child.name), _range(child, text), True)
            yield from _python(child, text)
        elif isinstance(child, ast.Assign | ast.AnnAssign) and isinstance(node, ast.Module | ast.ClassDef):
            targets = child.targets if isinstance(child, ast.Assign) else [child.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    yield Named(_range(target, text), _range(child, text), False)
        elif not isinstance(child, ast.expr):
            yield from _python(child, text)


def _on(line: int, column: int, name: str) -> Range:
    return Range(Position(line, column), Position(line, column + len(name)))


def _range(node: ast.stmt | ast.expr, text: Text) -> Range:
    """``ast`` counts bytes."""

    def at(line: int, octets: int) -> Position:
        return Position(line - 1, len(text.bare(line - 1).encode()[:octets].decode("utf-8", "ignore")))

    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return Range(at(node.lineno, node.col_offset), at(node.end_lineno, node.end_col_offset))


def by_typescript(library: Path, files: list[Path]) -> Iterator[tuple[Path, list[Named]]]:
    """Of files without syntax errors; the library is ``typescript.js``."""
    command = [program("node", "nodejs"), str(SCRIPT), str(library), *map(str, files)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout
    for line in told.splitlines():
        one = json.loads(line)
        path = Path(one["file"])
        text = path.read_bytes().decode("utf-8").removeprefix("\ufeff")
        if not one["clean"] or any(ord(sign) > 0xFFFF for sign in text) or "\u2028" in text:
            continue  # UTF-16 units and lines would have to be counted otherwise
        places = _Places(text)
        yield (
            path,
            [
                Named(places.range(begin, end), places.range(first, last), kind == "function")
                for begin, end, first, last, kind in one["found"]
            ],
        )


class _Places:
    """Offsets of a text as positions."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        for line in Text(text).lines:
            self._starts.append(self._starts[-1] + len(line))

    def range(self, begin: int, end: int) -> Range:
        return Range(self._at(begin), self._at(end))

    def _at(self, offset: int) -> Position:
        line = bisect_right(self._starts, offset) - 1
        return Position(line, offset - self._starts[line])


def by_tree(parser: Parser, source: str) -> list[Named] | None:
    """What has a field ``name`` in a bare tree, and is declared by its type; ``None`` where the tree has errors."""
    octets = source.encode()
    root = parser.parse(octets).root_node
    if root.has_error:
        return None
    rows = octets.split(b"\n")

    def range_of(node: Node) -> Range:
        return Range(
            *(Position(p.row, len(rows[p.row][: p.column].decode())) for p in (node.start_point, node.end_point))
        )

    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        waiting += node.children
        name = node.child_by_field_name("name")
        if name is not None and _DECLARES.search(node.type) and not name.children and not _IMPORTS.search(node.type):
            found.append(Named(range_of(name), range_of(node), _CALLABLE.search(node.type) is not None))
    return found

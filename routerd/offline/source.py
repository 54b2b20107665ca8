"""Parses Python source: the whole file, or each symbol alone if the file does not parse; never runs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from routerd.domain.python_tree import python_tree
from routerd.domain.symbol import Symbol
from routerd.domain.text import Text

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef
Scope = Function | ast.ClassDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Source:
    """One file; ``tree`` is ``None`` if it does not parse as a whole."""

    text: Text
    tree: ast.Module | None
    nodes: Mapping[tuple[int, str], Definition]

    def node(self, symbol: Symbol) -> Definition | None:
        """The tree of a symbol with the file's line numbers; its body is empty if only its header parses."""
        known = self.nodes.get((symbol.name_span.start.line + 1, symbol.name))
        return known or _alone(symbol, self.text) or _header_only(symbol)


def source_of(text: Text) -> Source:
    """The trees of a file."""
    tree = python_tree(text.string)
    nodes = {(n.lineno, n.name): n for n in ast.walk(tree) if isinstance(n, Definition)} if tree else {}
    return Source(text, tree, nodes)


def expression(source: str) -> ast.expr | None:
    """The tree of a single expression, or ``None``."""
    tree = python_tree(source)
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        return None
    return tree.body[0].value


def own(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's or class's own body, in order, without those of scopes inside it."""
    pending = list(reversed(getattr(node, "body", [])))
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, Scope):
            pending.extend(reversed(list(ast.iter_child_nodes(current))))


def dotted(node: ast.AST | None) -> str:
    """``a.b.c`` for names and attributes, for a call its function's name; else the empty string."""
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def annotation_text(annotation: ast.expr | None) -> str:
    """An annotation as written, without the quotes of a forward reference; empty if there is none."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return ast.unparse(annotation) if annotation else ""


def short(node: ast.AST, limit: int = 60) -> str:
    """The source of an expression if it is short enough for a sentence, else the empty string."""
    code = ast.unparse(node)
    return "" if len(code) > limit or any(mark in code for mark in ("\\", "\n", '"""', "`", "<doc", "</doc")) else code


def bound_names(tree: ast.Module) -> dict[str, int]:
    """The number of bindings of each name at the module's top level."""
    count: dict[str, int] = {}
    for statement in tree.body:
        for name in _binds(statement):
            count[name] = count.get(name, 0) + 1
    return count


def _binds(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, Definition):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
    else:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                yield node.id
            elif isinstance(node, Definition):
                yield node.name
            elif isinstance(node, ast.Import | ast.ImportFrom):
                yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)


def _alone(symbol: Symbol, text: Text) -> Definition | None:
    """Parses a symbol on its own: its lines keep their indent, below an ``if`` that makes it valid."""
    first = symbol.whole.start.line
    indent = text.indent(first)
    lines = indent + text.slice(symbol.whole)
    tree = python_tree(f"if True:\n{lines}" if indent else lines)
    if tree is None:
        return None
    ast.increment_lineno(tree, first - (1 if indent else 0))
    found = (node for node in ast.walk(tree) if isinstance(node, Definition) and node.name == symbol.name)
    return next(found, None)


def _header_only(symbol: Symbol) -> Definition | None:
    tree = python_tree(symbol.signature.rstrip().rstrip(":") + ":\n    pass")
    node = tree.body[0] if tree and tree.body else None
    if not isinstance(node, Definition):
        return None
    ast.increment_lineno(node, symbol.header.start.line)
    node.body = []
    return node

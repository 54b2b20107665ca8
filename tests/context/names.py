"""Which names a Python function needs from its own file, by ``ast`` alone: the judge of what ``gather`` chose."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Scope = _Function | ast.ClassDef
_BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__path__", "__spec__", "__class__"}


@dataclass(frozen=True)
class Need:
    """One function of a module."""

    qualname: str
    function: _Function
    outer: tuple[_Scope, ...]
    tree: ast.Module

    @property
    def line(self) -> int:
        """Of the ``def``, from zero."""
        return self.function.lineno - 1

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that stand in it and are defined elsewhere in its file."""
        return _free(self.function, self.outer, self.tree) | _attributes(self.function, self.outer)


def needs(tree: ast.Module) -> Iterator[Need]:
    """Each function of a module."""
    yield from _within(tree, (), tree)


def _within(node: ast.AST, outer: tuple[_Scope, ...], tree: ast.Module) -> Iterator[Need]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Function):
            yield Need(".".join((*(scope.name for scope in outer), child.name)), child, outer, tree)
        yield from _within(child, (*outer, child) if isinstance(child, _Scope) else outer, tree)


def _free(function: _Function, outer: tuple[_Scope, ...], tree: ast.Module) -> frozenset[str]:
    """Names that are read in a function, bound outside of it, and visible from it."""
    read = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    read -= _bound(function, deep=True) | _BUILTINS
    visible = _bound(tree, deep=False, but=function)
    for scope in outer:
        if isinstance(scope, _Function):
            visible |= _bound(scope, deep=False, but=function)
    return frozenset(read & visible)


def _attributes(function: _Function, outer: tuple[_Scope, ...]) -> frozenset[str]:
    """Attributes of ``self`` that are read in a method and given to the class or object elsewhere in the class."""
    if not outer or not isinstance(outer[-1], ast.ClassDef) or not function.args.args:
        return frozenset()
    self, owner = function.args.args[0].arg, outer[-1]
    read = {a for a, ctx in _of(self, function) if isinstance(ctx, ast.Load)}
    given = _bound(owner, deep=False, but=function)
    for method in ast.walk(owner):
        if isinstance(method, _Function) and method is not function and method.args.args:
            given |= {a for a, ctx in _of(method.args.args[0].arg, method) if isinstance(ctx, ast.Store)}
    return frozenset(read & given)


def _of(name: str, node: ast.AST) -> Iterator[tuple[str, ast.expr_context]]:
    for found in ast.walk(node):
        if isinstance(found, ast.Attribute) and isinstance(found.value, ast.Name) and found.value.id == name:
            yield found.attr, found.ctx


def _bound(scope: ast.AST, deep: bool, but: ast.AST | None = None) -> set[str]:
    """Names that a scope binds; ``deep`` counts the scopes inside it as well; ``but`` is left out whole."""
    found: set[str] = set()
    if isinstance(scope, _Function):
        found |= {a.arg for a in ast.walk(scope.args) if isinstance(a, ast.arg)}
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if node is but:
            continue
        if isinstance(node, _Scope):
            found.add(node.name)
            if not deep:
                continue
        found |= _binds(node)
        if isinstance(node, ast.Lambda) and not deep:
            continue
        waiting += ast.iter_child_nodes(node)
    return found


def _binds(node: ast.AST) -> set[str]:
    """The name that a node itself binds."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return {name}
        case ast.alias():
            return {(node.asname or node.name).partition(".")[0]}
        case ast.ExceptHandler(name=str(name)):
            return {name}
    return set()


def explained(name: str, context: str) -> bool:
    """Whether a context defines, signs or imports a name."""
    word = rf"\b{re.escape(name)}\b"
    patterns = (
        rf"\b(?:def|class)\s+{word}",
        rf"^\s*(?:from\b.*\bimport|import)\b.*{word}",
        rf"(?:^|=)[^=\n]*{word}[^=\n]*(?<![=!<>])=(?!=)",
        rf"^\s*(?:async )?(?:for|with)\b.*{word}",
        rf"^\s*{word}\s*:",
        rf"^\s*(?:\w+ as )?{word}\s*,?\s*(?:#.*)?$",
        rf"^\s*(?:async )?def \w+\(.*{word}",
    )
    return any(re.search(pattern, context, re.M) for pattern in patterns)

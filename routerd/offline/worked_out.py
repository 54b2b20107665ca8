"""Tests of one Python declaration: its doctests, as assertions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from routerd.domain.python_tree import python_tree
from routerd.offline.doctests import DoctestExample, UnfitError, example_of
from routerd.offline.module import Module
from routerd.offline.source import Definition


@dataclass(frozen=True, slots=True)
class GeneratedTest:
    """One test function: its name, its body, and the names that it imports from the module."""

    name: str
    lines: tuple[str, ...]
    imports: frozenset[str]
    captures: bool = False


def test_of(path: tuple[str, ...], node: Definition, module: Module) -> GeneratedTest | None:
    """The test of the declaration at ``path`` from the module's top level: ``("Class", "method")``."""
    example = None if module.unreachable(path) else _example(path, node, module)
    if example is None:
        return None
    label = "_".join(part.strip("_") or part for part in path).lower() if len(path) > 1 else path[0].strip("_")
    imports = frozenset(example.imports) | {path[0]}
    return GeneratedTest(f"test_{label}_does_as_documented", tuple(example.lines), imports, example.captures)


def _example(path: tuple[str, ...], node: Definition, module: Module) -> DoctestExample | None:
    """The doctest, if it uses what it documents and shows a result."""
    try:
        example = example_of(ast.get_docstring(node) or "", module.bound, module.prints)
    except UnfitError:
        return None
    tree = python_tree("\n".join(example.lines)) if example else None
    used = {n.func.id if isinstance(n.func, ast.Name) else getattr(n.func, "attr", "") for n in _calls(tree)}
    return example if used.intersection(path) else None


def _calls(tree: ast.Module | None) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call)) if tree else iter(())

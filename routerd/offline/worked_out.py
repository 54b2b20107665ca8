"""Tests of one Python function: its doctests, and the results of a small body that follow from the source."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from routerd.domain.python_tree import python_tree
from routerd.offline.doctests import DoctestExample, UnfitError, example_of
from routerd.offline.facts import Facts, Parameter
from routerd.offline.interpret import BeyondError, DeliberateError, Interpreter
from routerd.offline.module import Module
from routerd.offline.pure import samples, written
from routerd.offline.source import Definition, Function

_MAX_CASES = 4
"""The most assertions of computed results; the samples repeat after that."""


@dataclass(frozen=True, slots=True)
class GeneratedTest:
    """One test function: its name, its body, and the names that it imports from the module."""

    name: str
    lines: tuple[str, ...]
    imports: frozenset[str]
    captures: bool = False


def tests_of(path: tuple[str, ...], node: Definition, module: Module) -> Iterator[GeneratedTest]:
    """The tests of the declaration at ``path`` from the module's top level: ``("Class", "method")``."""
    if module.unreachable(path):
        return
    top = frozenset((path[0],))
    label = "_".join(part.strip("_") or part for part in path).lower() if len(path) > 1 else path[0].strip("_")
    example = _example(path, node, module)
    if example is not None:
        imports = frozenset(example.imports) | top
        yield GeneratedTest(f"test_{label}_does_as_documented", tuple(example.lines), imports, example.captures)
    if isinstance(node, ast.FunctionDef) and len(path) == 1:
        lines = _worked_out(path[0], node, module)
        if lines:
            yield GeneratedTest(f"test_{label}_returns_what_its_body_computes", lines, top)


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


def _worked_out(name: str, node: ast.FunctionDef, module: Module) -> tuple[str, ...]:
    """Assertions of results that follow from the body alone; empty if none does or all are trivial."""
    facts = Facts(node)
    parameters = [p for p in facts.parameters if not p.stars]
    choices = [_choices(p, node) for p in parameters]
    if facts.yields or node.decorator_list or not module.certain or not all(choices):
        return ()
    keyword_only = {arg.arg for arg in node.args.kwonlyargs}
    lines: dict[str, str] = {}
    telling = False
    for case in range(2 * _MAX_CASES if parameters else 1):
        values = {p.name: choices[at][(case + at) % len(choices[at])] for at, p in enumerate(parameters)}
        sources = {key: written(value) for key, value in values.items()}
        call = ", ".join(f"{key}={code}" if key in keyword_only else str(code) for key, code in sources.items())
        line, tells = _outcome(f"{name}({call})", node, values, module)
        if line:
            # One call for each error, and each result once.
            lines.setdefault(line.partition("\n")[0], line)
            telling = telling or tells
    return tuple(islice(lines.values(), _MAX_CASES)) if telling else ()


def _choices(parameter: Parameter, node: Function) -> tuple[Any, ...]:
    """The sample values of a parameter; text has its default first, as any other separator says little."""
    default = parameter.default
    known = samples(parameter) or _by_methods(parameter.name, node)
    plain = isinstance(default, ast.Constant) and isinstance(default.value, str)
    return (default.value, *known) if plain and isinstance(default, ast.Constant) and known else known


def _by_methods(name: str, node: Function) -> tuple[Any, ...]:
    """Samples of a parameter without annotation that the body treats as text, by the methods that it calls."""
    called = {
        use.attr
        for use in ast.walk(node)
        if isinstance(use, ast.Attribute) and isinstance(use.value, ast.Name) and use.value.id == name
    }
    annotated = any(arg.arg == name and arg.annotation for arg in ast.walk(node) if isinstance(arg, ast.arg))
    text = called and called.isdisjoint(_OF_OTHERS) and all(hasattr(str, method) for method in called)
    return ("a: b", "Word", "", " x=1 ") if text and not annotated else ()


_OF_OTHERS = frozenset(("count", "index"))
"""Methods of text that lists have too."""


def _outcome(call: str, node: ast.FunctionDef, values: dict[str, Any], module: Module) -> tuple[str, bool]:
    """The assertion for one call and whether it tells more than an empty result; ``""`` if the result is unknown."""
    try:
        result = Interpreter(module.constants, module.names).call(node, copy.deepcopy(values))
    except DeliberateError as raised:
        return f"with pytest.raises({raised.name}):\n    {call}", True
    except (BeyondError, RecursionError):
        return "", False
    code = written(result)
    if code is None:
        return "", False
    operator = "is" if result is None or isinstance(result, bool) else "=="
    return f"assert {call} {operator} {code}", bool(result)

"""Tests of one Python function or class, each derived from a certain fact in its source."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from routerd.offline.doctests import UnfitError, example_of
from routerd.offline.english import word_set
from routerd.offline.facts import Facts, parameters_of
from routerd.offline.interpret import BeyondError, DeliberateError, Interpreter
from routerd.offline.module import Module
from routerd.offline.names import prose
from routerd.offline.phrases import annotated, assigned
from routerd.offline.pure import samples, written
from routerd.offline.source import Definition, Function, dotted

_MAX_CASES = 4
"""The most assertions of computed results; the samples repeat after that."""
_MAX_MEMBERS = 5
_KEEPS_CLASS = frozenset(("dataclass", "final", "total_ordering", "unique", "runtime_checkable"))
_OWN_CONSTRUCTION = word_set("__init__ __new__ __post_init__ __setattr__ __getattribute__ __call__")


@dataclass(frozen=True, slots=True)
class GeneratedTest:
    """One test function: its name, its body, and the names that it imports from the module."""

    name: str
    lines: tuple[str, ...]
    imports: frozenset[str]
    captures: bool = False


def tests_of(path: tuple[str, ...], node: Definition, module: Module) -> Iterator[GeneratedTest]:
    """The tests of the declaration at ``path`` from the module's top level: ``("Class", "method")``."""
    top = frozenset((path[0],))
    label = "_".join(part.strip("_") or part for part in path).lower() if len(path) > 1 else path[0].strip("_")
    reason = module.unreachable(path)
    if reason:
        yield _skip(label, f"{'.'.join(path)} {reason}", frozenset())
        return
    known = 0
    try:
        example = example_of(ast.get_docstring(node) or "", module.bound, module.prints)
        if example is not None:
            known += 1
            imports = frozenset(example.imports) | top
            yield GeneratedTest(
                f"test_{label}_does_as_its_docstring_shows", tuple(example.lines), imports, example.captures
            )
    except UnfitError as unfit:
        yield _skip(f"{label}_does_as_its_docstring_shows", f"the example of {'.'.join(path)} {unfit}", top)
        known += 1
    if isinstance(node, ast.ClassDef):
        yield from _class_tests(label, path, node)
        return
    yield from _signature(label, path, node, module)
    why = "it takes an instance, which nobody described" if len(path) > 1 else ""
    if not why:
        lines, why = _worked_out(path[0], node, module)
        if lines:
            yield GeneratedTest(f"test_{label}_gives_what_its_body_says", lines, top)
            return
    if not known:
        yield _skip(f"{label}_behaviour", f"{'.'.join(path)} was not called: {why}", top)


def _skip(label: str, reason: str, imports: frozenset[str]) -> GeneratedTest:
    return GeneratedTest(f"test_{label}", (f"pytest.skip({f'offline, no model: {reason}'!r})",), imports)


def _signature(label: str, path: tuple[str, ...], node: Function, module: Module) -> Iterator[GeneratedTest]:
    """Tests that it exists and has its parameters; a decorator may change the latter."""
    target = ".".join(path)
    kinds = [dotted(d) for d in node.decorator_list]
    names = [parameter.name for parameter in parameters_of(node)]
    top = frozenset((path[0],))
    if kinds == ["property"] and module.certain:
        line = f'assert isinstance(inspect.getattr_static({".".join(path[:-1])}, "{path[-1]}"), property)'
        yield GeneratedTest(f"test_{label}_is_a_property", (line,), top)
        return
    if kinds in ([], ["staticmethod"], ["classmethod"], ["abstractmethod"]) and module.certain:
        names = names[1:] if kinds == ["classmethod"] else names
        shown = [name for name in names if name not in ("self", "cls")]
        what = "_".join(re.sub(r"\W", "", name.strip("_")) or name for name in shown[:4]) or "no_arguments"
        literal = "[" + ", ".join(f'"{name}"' for name in names) + "]"
        line = f"assert list(inspect.signature({target}).parameters) == {literal}"
        yield GeneratedTest(f"test_{label}_takes_{what}", (line,), top)
    elif not any(kind.endswith(("property", "setter", "getter", "deleter")) for kind in kinds) and len(path) == 1:
        yield GeneratedTest(f"test_{label}_can_be_called", (f"assert callable({target})",), top)


def _worked_out(name: str, node: Function, module: Module) -> tuple[tuple[str, ...], str]:
    """Assertions of results that follow from the body alone; else empty with the reason."""
    parameters = [p for p in Facts(node).parameters if not p.stars]
    if isinstance(node, ast.AsyncFunctionDef) or Facts(node).yields or node.decorator_list:
        return (), "it is asynchronous, a generator or decorated"
    if not module.certain:
        return (), "its module imports names that cannot be seen"
    without = [p.name for p in parameters if not samples(p)]
    if without:
        return (), f"nothing says what values {', '.join(without)} may take"
    keyword_only = {arg.arg for arg in node.args.kwonlyargs}
    lines: dict[str, str] = {}
    for case in range(2 * _MAX_CASES if parameters else 1):
        values = {p.name: samples(p)[(case + at) % len(samples(p))] for at, p in enumerate(parameters)}
        sources = {key: written(value) for key, value in values.items()}
        call = ", ".join(f"{key}={code}" if key in keyword_only else str(code) for key, code in sources.items())
        line = _outcome(f"{name}({call})", node, values, module)
        if line:
            # One call for each error, and each result once.
            lines.setdefault(line.partition("\n")[0], line)
    if not lines:
        return (), "what its body does cannot be worked out without running it"
    return ("# Worked out by reading the body; nothing was run.", *islice(lines.values(), _MAX_CASES)), ""


def _outcome(call: str, node: Function, values: dict[str, Any], module: Module) -> str:
    """The assertion for one call; empty if the result is unknown."""
    assert isinstance(node, ast.FunctionDef)
    try:
        result = Interpreter(module.constants, module.names).call(node, copy.deepcopy(values))
    except DeliberateError as raised:
        return f"with pytest.raises({raised.name}):\n    {call}"
    except (BeyondError, RecursionError):
        return ""
    code = written(result)
    if code is None:
        return ""
    return f"assert {call} {'is' if result is None or isinstance(result, bool) else '=='} {code}"


def _class_tests(label: str, path: tuple[str, ...], node: ast.ClassDef) -> Iterator[GeneratedTest]:
    """Tests that it is a class, and facts of a plain enumeration or dataclass."""
    target, top = ".".join(path), frozenset((path[0],))
    decorators = {dotted(d).rpartition(".")[2] for d in node.decorator_list}
    bases = {dotted(base).rpartition(".")[2] for base in node.bases}
    if decorators <= _KEEPS_CLASS:
        yield GeneratedTest(f"test_{label}_is_a_class", (f"assert isinstance({target}, type)",), top)
    methods = {statement.name for statement in node.body if isinstance(statement, Function)}
    if node.keywords or methods & _OWN_CONSTRUCTION:
        return
    if bases and bases <= {"Enum", "IntEnum", "StrEnum"} and decorators <= _KEEPS_CLASS - {"dataclass"}:
        lines = [f"assert {target}.{name}.value == {code}" for name, code in _members(node)]
        if lines:
            yield GeneratedTest(f"test_{label}_has_its_values", tuple(lines[:_MAX_MEMBERS]), top)
    elif decorators == {"dataclass"} and not bases:
        lines = _constructed(target, prose(path[-1]).replace(" ", "_").lower(), node)
        if lines:
            yield GeneratedTest(f"test_{label}_holds_what_it_is_given", tuple(lines), top)
        else:
            yield _skip(
                f"{label}_holds_what_it_is_given",
                f"nothing says what values the fields of {target} take",
                top,
            )


def _members(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    names = assigned(node)
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            for target in statement.targets:
                plain = isinstance(target, ast.Name) and not target.id.startswith("_")
                code = written(statement.value.value)
                if plain and code and isinstance(target, ast.Name) and names.count(target.id) == 1:
                    yield target.id, code


def _constructed(target: str, name: str, node: ast.ClassDef) -> list[str]:
    """Constructs it with a sample for each field without a default; empty if a sample is missing."""
    given: dict[str, str] = {}
    for field, statement in annotated(node).items():
        if statement.value is not None:
            continue
        values = samples(next(iter(parameters_of(_as_function(field, statement.annotation)))))
        code = written(values[0]) if values else None
        if code is None or field.startswith("__"):
            return []
        given[field] = code
    name = name if name.isidentifier() and name != target else "made"
    call = ", ".join(f"{field}={code}" for field, code in given.items())
    checks = [
        f"assert {name}.{field} {'is' if code in ('True', 'False', 'None') else '=='} {code}"
        for field, code in given.items()
    ]
    return [f"{name} = {target}({call})", *checks] if given else []


def _as_function(name: str, annotation: ast.expr) -> ast.FunctionDef:
    """A function whose only parameter is the field, so that both are sampled by the same rules."""
    arguments = ast.arguments([], [ast.arg(name, annotation)], None, [], [], None, [])
    return ast.FunctionDef("_", arguments, [], [], None)

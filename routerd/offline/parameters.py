"""Describes a parameter or field where more than its name and default is known: its values, its use in the body."""

from __future__ import annotations

import ast

from routerd.offline.facts import Facts, Parameter
from routerd.offline.names import listing
from routerd.offline.source import annotation_text, dotted, short
from routerd.offline.styles import DocEntry


def parameter_entry(parameter: Parameter, facts: Facts) -> DocEntry | None:
    """The parameter's line of documentation; ``None`` where it would repeat the signature."""
    text = _passed_on(parameter, facts) if parameter.stars else _named(parameter, facts)
    name = parameter.stars + parameter.name
    return DocEntry(name, annotation_text(parameter.annotation), text) if text else None


def field_entry(name: str, annotation: ast.expr) -> DocEntry | None:
    """The documentation line of a field that a class body declares; ``None`` where it would repeat it."""
    text = _choices(Parameter(name, "", annotation), None)
    return DocEntry(name, annotation_text(annotation), text) if text else None


def _passed_on(parameter: Parameter, facts: Facts) -> str:
    """The function that the body passes ``*args`` or ``**kwargs`` to, if any."""
    for node in facts.body:
        if not isinstance(node, ast.Call):
            continue
        passed = [a.value for a in node.args if isinstance(a, ast.Starred)]
        passed += [k.value for k in node.keywords if k.arg is None]
        if any(isinstance(value, ast.Name) and value.id == parameter.name for value in passed) and dotted(node):
            return f"Passed on to `{dotted(node)}`."
    return ""


def _named(parameter: Parameter, facts: Facts) -> str:
    choices = _choices(parameter, facts)
    called = "" if choices else _called(parameter.name, facts)
    return f"Called as `{called}`." if called else choices


def _called(name: str, facts: Facts) -> str:
    """The body's first call of a parameter."""
    calls = (n for n in facts.body if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name)
    return next((short(call, 40) for call in calls if short(call, 40)), "")


def _choices(parameter: Parameter, facts: Facts | None) -> str:
    """The allowed values by a Literal or a check against constants."""
    values: list[ast.expr] = []
    annotation = parameter.annotation
    if isinstance(annotation, ast.Subscript) and dotted(annotation.value).endswith("Literal"):
        values = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    for node in facts.node.body if facts else ():
        if isinstance(node, ast.If) and node.body and isinstance(node.body[0], ast.Raise):
            values = values or _excluded(node.test, parameter.name)
    shown = [f"`{code}`" for value in values if (code := short(value, 30))]
    return f"One of {listing(shown, 8, 'or')}." if len(shown) > 1 else ""


def _excluded(test: ast.expr, name: str) -> list[ast.expr]:
    """The constants of ``name not in (…)``."""
    if not (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotIn) and dotted(test.left) == name):
        return []
    right = test.comparators[0]
    elements = right.elts if isinstance(right, ast.Tuple | ast.List | ast.Set) else []
    return list(elements) if all(isinstance(element, ast.Constant) for element in elements) else []

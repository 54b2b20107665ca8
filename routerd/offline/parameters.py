"""Describes a parameter or field: its name as words, its default, and its use in the body."""

from __future__ import annotations

import ast
import re

from routerd.offline.english import PREDICATES, VERBS
from routerd.offline.facts import Facts, Parameter, optional
from routerd.offline.names import listing, object_of, raw_words, sentence, words
from routerd.offline.source import annotation_text, dotted, short
from routerd.offline.styles import DocEntry

_UNITS = {"s": "seconds", "sec": "seconds", "secs": "seconds", "seconds": "seconds", "ms": "milliseconds"} | {
    "us": "microseconds", "ns": "nanoseconds", "minutes": "minutes", "hours": "hours", "days": "days",
    "bytes": "bytes", "kb": "kilobytes", "mb": "megabytes", "px": "pixels", "percent": "percent",
    "deg": "degrees",
}  # fmt: skip
_COUNT = re.compile(r"^(?:n|num|nb)_(\w+)$|^(\w+)_count$")


def parameter_entry(parameter: Parameter, facts: Facts) -> DocEntry:
    """The parameter's line of documentation."""
    text = _starred(parameter, facts) if parameter.stars else _named(parameter, facts)
    return DocEntry(parameter.stars + parameter.name, annotation_text(parameter.annotation), text)


def field_entry(name: str, annotation: ast.expr | None, default: ast.expr | None) -> DocEntry:
    """The documentation line of a field that a class body or ``__init__`` declares."""
    field = Parameter(name, "", annotation, default if annotation else None)
    boolean = _boolean(Parameter(name, "", annotation, default))
    phrase = sentence(_switch(name) if boolean else _noun(name))
    return DocEntry(
        name,
        annotation_text(annotation),
        phrase + _choices_said(field, None) + _default(field),
    )


def _starred(parameter: Parameter, facts: Facts) -> str:
    """Describes ``*args`` or ``**kwargs``: the function that the body passes them to, if any."""
    for node in facts.body:
        if not isinstance(node, ast.Call):
            continue
        passed = [a.value for a in node.args if isinstance(a, ast.Starred)]
        passed += [k.value for k in node.keywords if k.arg is None]
        if any(isinstance(value, ast.Name) and value.id == parameter.name for value in passed) and dotted(node):
            return f"Passed on to `{dotted(node)}`."
    return f"Further {'positional' if parameter.stars == '*' else 'keyword'} arguments."


def _named(parameter: Parameter, facts: Facts) -> str:
    said = _choices_said(parameter, facts)
    if _boolean(parameter):
        phrase = _switch(parameter.name)
    else:
        called = _called(parameter.name, facts)
        phrase = f"called as `{called}`" if called else _noun(parameter.name) + _used(parameter, facts)
    return sentence(phrase) + said + _default(parameter)


def _boolean(parameter: Parameter) -> bool:
    if parameter.annotation is not None:
        return dotted(parameter.annotation) == "bool"
    return isinstance(parameter.default, ast.Constant) and isinstance(parameter.default.value, bool)


def _switch(name: str) -> str:
    """A boolean as a phrase: ``whether to ignore case``, ``whether it is open``, ``whether strict applies``."""
    raw, parts = raw_words(name), words(name)
    if raw[:1] and raw[0] in PREDICATES and len(raw) > 1:
        return f"whether it {PREDICATES[raw[0]]} {' '.join(parts[1:])}"
    if raw[:1] and raw[0] in VERBS:
        return f"whether to {raw[0]} {object_of(raw[0], parts[1:])}".rstrip()
    return f"whether `{name}` applies"


def _noun(name: str) -> str:
    counted = _COUNT.match(name)
    if counted:
        return f"the number of {' '.join(words(counted[1] or counted[2]))}"
    raw = raw_words(name)
    if len(raw) > 1 and raw[-1] in _UNITS:
        return f"the {' '.join(words('_'.join(raw[:-1])))} in {_UNITS[raw[-1]]}"
    bare = name.strip("_")
    return f"the value of `{name}`" if len(bare) < 3 or not bare.isascii() else f"the {' '.join(words(name))}"


def _called(name: str, facts: Facts) -> str:
    """The body's first call of a parameter."""
    calls = (n for n in facts.body if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name)
    return next((short(call, 40) for call in calls if short(call, 40)), "")


def _used(parameter: Parameter, facts: Facts) -> str:
    """The methods that the body calls on an unannotated parameter."""
    if parameter.annotation is not None:
        return ""
    methods = (
        node.func.attr
        for node in facts.body
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == parameter.name
    )
    named = [f"`{method}`" for method in dict.fromkeys(methods)]
    return f", of which {listing(named, 4)} {'is' if len(named) == 1 else 'are'} called" if named else ""


def _choices_said(parameter: Parameter, facts: Facts | None) -> str:
    """The allowed values by a Literal or a check against constants."""
    values: list[ast.expr] = []
    annotation = parameter.annotation
    if isinstance(annotation, ast.Subscript) and dotted(annotation.value).endswith("Literal"):
        values = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    for node in facts.node.body if facts else ():
        if isinstance(node, ast.If) and node.body and isinstance(node.body[0], ast.Raise):
            values = values or _excluded(node.test, parameter.name)
    shown = [f"`{code}`" for value in values if (code := short(value, 30))]
    return f" One of {listing(shown, 8, 'or')}." if len(shown) > 1 else ""


def _excluded(test: ast.expr, name: str) -> list[ast.expr]:
    """The constants of ``name not in (…)``."""
    if not (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotIn) and dotted(test.left) == name):
        return []
    right = test.comparators[0]
    elements = right.elts if isinstance(right, ast.Tuple | ast.List | ast.Set) else []
    return list(elements) if all(isinstance(element, ast.Constant) for element in elements) else []


def _default(parameter: Parameter) -> str:
    default = parameter.default
    if default is None:
        return " May be `None`." if optional(parameter.annotation) else ""
    if isinstance(default, ast.Constant) and default.value is None:
        return " Optional."
    if isinstance(default, ast.Constant) and default.value is ...:
        return ""
    if isinstance(default, ast.Call):
        return ""
    code = short(default, 40)
    return f" Defaults to `{code}`." if code else ""

"""The errors that a Python function raises and the conditions that a caller can check, from its tree."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from routerd.offline.source import Function, dotted, own, short


@dataclass(frozen=True, slots=True)
class Raised:
    """An error by name, and its condition as a sentence; empty if none is certain."""

    name: str
    when: str


def raised_by(node: Function) -> tuple[Raised, ...]:
    """Errors that a function raises under a condition on what its caller knows, each once, in order.

    A condition on a local variable says nothing to a caller, and one of several is not the whole truth.
    """
    local = {n.id for n in own(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    found: dict[str, Raised] = {}
    for raised in _raises(node.body, "", (), local):
        known = found.setdefault(raised.name, raised)
        if known.when != raised.when:
            found[raised.name] = Raised(raised.name, "")
    return tuple(raised for raised in found.values() if raised.when)


def _raises(body: list[ast.stmt], when: str, caught: tuple[str, ...], local: set[str]) -> Iterator[Raised]:
    """The raise statements in a body; ``caught`` names the enclosing handlers."""
    for statement in body:
        match statement:
            case ast.Raise(exc=exc):
                name = dotted(exc)
                kept = not any(_catches(handler, name) for handler in caught)
                if kept and name.rpartition(".")[2][:1].isupper():
                    yield Raised(name, when)
            case ast.If(test=test, body=then, orelse=orelse):
                code = "" if when or local & {n.id for n in ast.walk(test) if isinstance(n, ast.Name)} else short(test)
                yield from _raises(then, f"If `{code}`." if code else "", caught, local)
                chain = len(orelse) == 1 and isinstance(orelse[0], ast.If)
                yield from _raises(orelse, f"Unless `{code}`." if code and not chain else "", caught, local)
            case ast.Try():
                yield from _raises_of_try(statement, when, caught, local)
            case ast.For() | ast.AsyncFor() | ast.While():
                yield from _raises([*statement.body, *statement.orelse], "", caught, local)
            case ast.With() | ast.AsyncWith():
                yield from _raises(statement.body, when, caught, local)
            case ast.Match(cases=cases):
                yield from _raises([inner for case in cases for inner in case.body], "", caught, local)


def _raises_of_try(statement: ast.Try, when: str, caught: tuple[str, ...], local: set[str]) -> Iterator[Raised]:
    handled = tuple(name for handler in statement.handlers for name in _handled(handler))
    yield from _raises(statement.body, when, (*caught, *handled), local)
    for handler in statement.handlers:
        names = [f"`{name}`" for name in _handled(handler) if name != "BaseException"]
        yield from _raises(handler.body, f"When {' or '.join(names)} is caught." if names else "", caught, local)
    yield from _raises([*statement.orelse, *statement.finalbody], when, caught, local)


def _handled(handler: ast.ExceptHandler) -> list[str]:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [dotted(kind) if kind else "BaseException" for kind in kinds]


def _catches(handler: str, raised: str) -> bool:
    """Whether a named handler certainly catches a named error; built-in errors by their class tree."""
    if handler in (raised, "Exception", "BaseException"):
        return True
    base, error = getattr(builtins, handler, None), getattr(builtins, raised, None)
    return isinstance(base, type) and isinstance(error, type) and issubclass(error, base)

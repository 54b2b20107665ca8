"""Certain facts from the tree of a Python function or class: parameters, results, errors, decorators."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from routerd.offline.source import Definition, Function, annotation_text, dotted, own, short

_CONTEXT_MANAGERS = frozenset(("contextmanager", "asynccontextmanager"))
_PROPERTIES = frozenset(("property", "cached_property", "abstractproperty"))


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as declared; ``stars`` is empty, ``*`` or ``**``."""

    name: str
    stars: str = ""
    annotation: ast.expr | None = None
    default: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """An error that the body raises, and its condition as text; empty if there is no simple one."""

    name: str
    when: str


@dataclass(frozen=True)
class Facts:
    """A function with the name of its class, ``""`` for a plain function."""

    node: Function
    owner: str = ""

    @cached_property
    def decorators(self) -> tuple[str, ...]:
        """The last part of each decorator's name."""
        return tuple(dotted(d).rpartition(".")[2] for d in self.node.decorator_list)

    @property
    def known(self) -> bool:
        """Whether the body could be parsed."""
        return bool(self.node.body)

    @property
    def is_property(self) -> bool:
        """Whether it is read like an attribute."""
        return not _PROPERTIES.isdisjoint(self.decorators)

    @property
    def accessor(self) -> str:
        """``setter`` or ``deleter`` of a property, else empty."""
        return next((d for d in self.decorators if d in ("setter", "deleter")), "")

    @property
    def is_context_manager(self) -> bool:
        """Whether it is a context manager function."""
        return not _CONTEXT_MANAGERS.isdisjoint(self.decorators)

    @cached_property
    def body(self) -> tuple[ast.AST, ...]:
        """The nodes of its own body, in order."""
        return tuple(own(self.node))

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters that a caller passes, without ``self`` and ``cls``."""
        found = tuple(parameters_of(self.node))
        bound = bool(self.owner) and "staticmethod" not in self.decorators
        return found[1:] if bound and found and not found[0].stars else found

    @cached_property
    def yields(self) -> tuple[ast.AST, ...]:
        """Its yield expressions."""
        return tuple(node for node in self.body if isinstance(node, ast.Yield | ast.YieldFrom))

    @cached_property
    def results(self) -> tuple[ast.expr, ...]:
        """The values that it returns, except ``None``."""
        values = (node.value for node in self.body if isinstance(node, ast.Return))
        return tuple(value for value in values if value is not None and not _is_none(value))

    @cached_property
    def may_return_none(self) -> bool:
        """Whether it returns ``None`` besides other results, or the annotation says so."""
        bare = any(isinstance(n, ast.Return) and (n.value is None or _is_none(n.value)) for n in self.body)
        return (bool(self.results) and bare) or optional(self.node.returns)

    @property
    def returns_value(self) -> bool:
        """Whether it returns anything but ``None``."""
        if not self.known or self.is_stub:
            return self.node.returns is not None and short(self.node.returns) not in (
                "None",
                "NoReturn",
                "Never",
                "",
            )
        return bool(self.results) and not self.yields

    @cached_property
    def is_stub(self) -> bool:
        """Whether the body does nothing: ``...``, ``pass`` or only NotImplementedError."""
        rest = [s for s in self.node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        return all(
            isinstance(s, ast.Pass) or (isinstance(s, ast.Raise) and dotted(s.exc) == "NotImplementedError")
            for s in rest
        )

    @cached_property
    def raised(self) -> tuple[Raised, ...]:
        """Errors by name that the function raises, each once, in order, without re-raised ones."""
        found: dict[str, Raised] = {}
        for raised in _raises(self.node.body, "", ()):
            known = found.get(raised.name)
            if known is None:
                found[raised.name] = raised
            elif known.when != raised.when:
                found[raised.name] = Raised(raised.name, "")
        return tuple(found.values())


def parameters_of(node: Function) -> Iterator[Parameter]:
    """All parameters in the order of the signature."""
    a = node.args
    positional = [*a.posonlyargs, *a.args]
    defaults = [None] * (len(positional) - len(a.defaults)) + list(a.defaults)
    for arg, default in zip(positional, defaults, strict=True):
        yield Parameter(arg.arg, "", arg.annotation, default)
    if a.vararg:
        yield Parameter(a.vararg.arg, "*", a.vararg.annotation)
    for arg, default in zip(a.kwonlyargs, a.kw_defaults, strict=True):
        yield Parameter(arg.arg, "", arg.annotation, default)
    if a.kwarg:
        yield Parameter(a.kwarg.arg, "**", a.kwarg.annotation)


def optional(annotation: ast.expr | None) -> bool:
    """Whether an annotation allows ``None``, as written."""
    written = annotation_text(annotation)
    return "Optional[" in written or written.endswith("| None") or written.startswith("None |")


def owner_of(qualname: str, node: Definition, classes: frozenset[str]) -> str:
    """The class that a function is a method of; ``""`` for a function inside a function."""
    container = qualname.rpartition(".")[0]
    return container.rpartition(".")[2] if isinstance(node, Function) and container in classes else ""


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _raises(body: list[ast.stmt], when: str, caught: tuple[str, ...]) -> Iterator[Raised]:
    """The raise statements in a body; ``caught`` names the enclosing handlers."""
    for statement in body:
        match statement:
            case ast.Raise(exc=exc):
                name = dotted(exc)
                kept = not any(_catches(handler, name) for handler in caught)
                if kept and name.rpartition(".")[2][:1].isupper():
                    yield Raised(name, when or _message(exc))
            case ast.If(test=test, body=then, orelse=orelse):
                code = short(test)
                yield from _raises(then, f"If `{code}`." if code else "", caught)
                chain = len(orelse) == 1 and isinstance(orelse[0], ast.If)
                yield from _raises(orelse, f"Unless `{code}`." if code and not chain else "", caught)
            case ast.Try():
                yield from _raises_of_try(statement, when, caught)
            case ast.For() | ast.AsyncFor() | ast.While():
                yield from _raises([*statement.body, *statement.orelse], "", caught)
            case ast.With() | ast.AsyncWith():
                yield from _raises(statement.body, when, caught)
            case ast.Match(cases=cases):
                yield from _raises([inner for case in cases for inner in case.body], "", caught)


def _raises_of_try(statement: ast.Try, when: str, caught: tuple[str, ...]) -> Iterator[Raised]:
    handled = tuple(name for handler in statement.handlers for name in _handled(handler))
    yield from _raises(statement.body, when, (*caught, *handled))
    for handler in statement.handlers:
        names = [f"`{name}`" for name in _handled(handler) if name != "BaseException"]
        yield from _raises(handler.body, f"On {' or '.join(names)}." if names else "", caught)
    yield from _raises([*statement.orelse, *statement.finalbody], when, caught)


def _handled(handler: ast.ExceptHandler) -> list[str]:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [dotted(kind) if kind else "BaseException" for kind in kinds]


def _catches(handler: str, raised: str) -> bool:
    """Whether a named handler certainly catches a named error; built-in errors by their class tree."""
    if handler in (raised, "Exception", "BaseException"):
        return True
    base, error = getattr(builtins, handler, None), getattr(builtins, raised, None)
    return isinstance(base, type) and isinstance(error, type) and issubclass(error, base)


def _message(exc: ast.expr | None) -> str:
    """The error's message, used if there is no simple condition, as it says when the error occurs."""
    first = exc.args[0] if isinstance(exc, ast.Call) and exc.args else None
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)) or not short(first):
        return ""
    return f"With the message `{ast.unparse(first)}`."

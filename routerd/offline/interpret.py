"""Computes the result of a small pure function by interpreting its tree over plain values; user code never runs.

Only constants, arithmetic, comparisons, displays, loops and a list of harmless built-ins are supported.
Anything else raises ``BeyondError``: a result is exact or there is none.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from routerd.offline.english import word_set
from routerd.offline.pure import BUILTINS, METHODS, small

_MAX_STEPS = 5_000
"""The step limit: a test of a few samples needs some hundred steps."""

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_, ast.BitXor: operator.xor,
}  # fmt: skip
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_, ast.Invert: operator.invert,
}  # fmt: skip


class BeyondError(Exception):
    """The function does something unsupported."""


class DeliberateError(Exception):
    """The function raises a built-in error on purpose."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class _Way:
    """How control left a block before its end."""

    word: str
    value: Any = None


class Interpreter:
    """One evaluation of a function's body with given arguments."""

    def __init__(self, constants: Mapping[str, Any], hidden: frozenset[str]) -> None:
        """``constants`` are the module's own; ``hidden`` names that the module binds to something else."""
        self._constants = constants
        self._hidden = hidden
        self._names: dict[str, Any] = {}
        self._steps = 0

    def call(self, node: ast.FunctionDef, values: Mapping[str, Any]) -> Any:
        """The result. Raises DeliberateError if the function raises, BeyondError if the result is unknown."""
        self._names = dict(values)
        try:
            way = self._run(node.body)
        except (DeliberateError, BeyondError):
            raise
        except Exception as fault:  # any error of a plain value's operation: no test is derived from it
            raise BeyondError(str(fault)) from fault
        return way.value if way else None

    def _run(self, body: Iterable[ast.stmt]) -> _Way | None:
        for statement in body:
            self._step()
            handler = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
            if handler is None:
                raise BeyondError(type(statement).__name__)
            way: _Way | None = handler(statement)
            if way:
                return way
        return None

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise BeyondError("too long")

    def _do_pass(self, node: ast.Pass) -> None:
        """Nothing."""

    def _do_expr(self, node: ast.Expr) -> None:
        self._value(node.value)

    def _do_return(self, node: ast.Return) -> _Way:
        return _Way("return", self._value(node.value) if node.value else None)

    def _do_assign(self, node: ast.Assign) -> None:
        value = self._value(node.value)
        for target in node.targets:
            self._bind(target, value)

    def _do_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._bind(node.target, self._value(node.value))

    def _do_augassign(self, node: ast.AugAssign) -> None:
        if not isinstance(node.target, ast.Name):
            raise BeyondError("target")
        current = self._value(ast.Name(node.target.id, ast.Load()))
        if isinstance(current, list | dict | set):
            raise BeyondError("in place")
        self._names[node.target.id] = self._binary(node.op, current, self._value(node.value))

    def _do_if(self, node: ast.If) -> _Way | None:
        return self._run(node.body if self._value(node.test) else node.orelse)

    def _do_for(self, node: ast.For) -> _Way | None:
        for item in tuple(self._value(node.iter)):
            self._step()
            self._bind(node.target, item)
            way = self._run(node.body)
            if way and way.word != "continue":
                return None if way.word == "break" else way
        return self._run(node.orelse)

    def _do_while(self, node: ast.While) -> _Way | None:
        while self._value(node.test):
            self._step()
            way = self._run(node.body)
            if way and way.word != "continue":
                return None if way.word == "break" else way
        return self._run(node.orelse)

    def _do_break(self, node: ast.Break) -> _Way:
        return _Way("break")

    def _do_continue(self, node: ast.Continue) -> _Way:
        return _Way("continue")

    def _do_raise(self, node: ast.Raise) -> None:
        kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        name = kind.id if isinstance(kind, ast.Name) else ""
        if name in self._hidden or name not in _ERRORS:
            raise BeyondError("raise")
        if isinstance(node.exc, ast.Call):
            for argument in node.exc.args:
                self._value(argument)
        raise DeliberateError(name)

    def _bind(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self._names[target.id] = value
        elif isinstance(target, ast.Tuple) and not any(isinstance(e, ast.Starred) for e in target.elts):
            for element, item in zip(target.elts, tuple(value), strict=True):
                self._bind(element, item)
        elif isinstance(target, ast.Subscript):
            self._value(target.value)[self._value(target.slice)] = value
        else:
            raise BeyondError("target")

    def _value(self, node: ast.expr) -> Any:
        self._step()
        handler = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        if handler is None:
            raise BeyondError(type(node).__name__)
        value = handler(node)
        if not small(value):
            raise BeyondError("too large")
        return value

    def _of_constant(self, node: ast.Constant) -> Any:
        return node.value

    def _of_name(self, node: ast.Name) -> Any:
        for scope in (self._names, self._constants):
            if node.id in scope:
                return scope[node.id]
        raise BeyondError(node.id)

    def _of_binop(self, node: ast.BinOp) -> Any:
        return self._binary(node.op, self._value(node.left), self._value(node.right))

    def _binary(self, operation: ast.operator, left: Any, right: Any) -> Any:
        if type(operation) not in _BINARY:
            raise BeyondError("operator")
        if isinstance(operation, ast.Mult | ast.Mod) and not all(isinstance(v, int | float) for v in (left, right)):
            raise BeyondError("repetition and formatting can grow without end")
        return _BINARY[type(operation)](left, right)

    def _of_unaryop(self, node: ast.UnaryOp) -> Any:
        return _UNARY[type(node.op)](self._value(node.operand))

    def _of_boolop(self, node: ast.BoolOp) -> Any:
        wanted = isinstance(node.op, ast.Or)
        value = None
        for part in node.values:
            value = self._value(part)
            if bool(value) is wanted:
                break
        return value

    def _of_compare(self, node: ast.Compare) -> Any:
        left = self._value(node.left)
        for operation, comparator in zip(node.ops, node.comparators, strict=True):
            right = self._value(comparator)
            if isinstance(operation, ast.Is | ast.IsNot):
                if left is not None and right is not None:
                    raise BeyondError("identity")  # for values other than None it depends on the interpreter
                result = (left is right) is isinstance(operation, ast.Is)
            else:
                result = _COMPARE[type(operation)](left, right)
            if not result:
                return False
            left = right
        return True

    def _of_ifexp(self, node: ast.IfExp) -> Any:
        return self._value(node.body if self._value(node.test) else node.orelse)

    def _of_tuple(self, node: ast.Tuple) -> Any:
        return tuple(self._value(element) for element in node.elts)

    def _of_list(self, node: ast.List) -> Any:
        return [self._value(element) for element in node.elts]

    def _of_dict(self, node: ast.Dict) -> Any:
        pairs = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None]
        if len(pairs) < len(node.keys):
            raise BeyondError("a display that unpacks another")
        return {self._value(key): self._value(value) for key, value in pairs}

    def _of_subscript(self, node: ast.Subscript) -> Any:
        return self._value(node.value)[self._value(node.slice)]

    def _of_slice(self, node: ast.Slice) -> Any:
        return slice(*(self._value(part) if part else None for part in (node.lower, node.upper, node.step)))

    def _of_joinedstr(self, node: ast.JoinedStr) -> Any:
        pieces = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                if part.conversion != -1 or part.format_spec is not None:
                    raise BeyondError("format")
                pieces.append(str(self._value(part.value)))
            else:
                pieces.append(self._value(part))
        return "".join(pieces)

    def _of_listcomp(self, node: ast.ListComp) -> Any:
        return self._comprehended(node.elt, node.generators)

    def _of_generatorexp(self, node: ast.GeneratorExp) -> Any:
        return tuple(self._comprehended(node.elt, node.generators))

    def _comprehended(self, element: ast.expr, generators: list[ast.comprehension]) -> list[Any]:
        if len(generators) != 1 or generators[0].is_async:
            raise BeyondError("nested comprehension")
        outer, found = dict(self._names), []
        for item in tuple(self._value(generators[0].iter)):
            self._bind(generators[0].target, item)
            if all(self._value(test) for test in generators[0].ifs):
                found.append(self._value(element))
        self._names = outer
        return found

    def _of_call(self, node: ast.Call) -> Any:
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise BeyondError("keywords")
        values = [self._value(argument) for argument in node.args]
        if isinstance(node.func, ast.Attribute):
            owner = self._value(node.func.value)
            if node.func.attr not in METHODS.get(type(owner), ()):
                raise BeyondError(node.func.attr)
            return getattr(owner, node.func.attr)(*values)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in BUILTINS or name in self._hidden or name in self._names:
            raise BeyondError(name)
        return BUILTINS[name](*values)


_ERRORS = word_set(
    """
    ValueError TypeError KeyError IndexError RuntimeError LookupError ArithmeticError OverflowError
    """
)

"""What a Python assertion depends on: a call of the target, or no more than the target's name and constants."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef

_LOOKS_AT = frozenset(
    (
        "callable",
        "isinstance",
        "hasattr",
        "getattr",
        "type",
        "id",
        "repr",
        "str",
        "bool",
        "hash",
        "dir",
        "vars",
        "help",
        "print",
        "signature",
        "getsource",
        "getdoc",
        "getfullargspec",
        "get_type_hints",
        "getattr_static",
        "isfunction",
        "ismethod",
        "isclass",
        "isroutine",
        "iscoroutinefunction",
        "isgeneratorfunction",
        "isasyncgenfunction",
        "assertIsInstance",
        "assertNotIsInstance",
        "assertTrue",
        "assertFalse",
        "assertIsNone",
        "assertIsNotNone",
        "assertIs",
        "assertIsNot",
    )
)
"""Calls that look at a function without calling it."""
SETS_UP = frozenset(("setUp", "asyncSetUp", "setUpClass", "setup_method", "setup_class", "setup", "setUpModule"))
"""Functions that run before each test of a class or a file."""
_OF_PYTEST = frozenset(
    (
        "capsys",
        "capfd",
        "capsysbinary",
        "caplog",
        "tmp_path",
        "tmpdir",
        "tmp_path_factory",
        "monkeypatch",
        "request",
        "recwarn",
        "record_property",
        "self",
        "cls",
    )
)


@dataclass(frozen=True)
class TestScope:
    """One test with the functions of its file that it runs: helpers, fixtures, and what sets it up."""

    functions: tuple[Function, ...]
    targets: frozenset[str]
    """The names of the target, with what it is imported as."""
    unseen: bool
    """Whether it takes a fixture that its file does not define, which may call the target."""
    constants: frozenset[str] = field(default=frozenset())
    """Its names that are bound to constants alone."""

    def calls_target(self) -> bool:
        """Whether running it runs the target, as far as can be seen."""
        nodes = (node for function in self.functions for node in ast.walk(function))
        return self.unseen or any(self._uses(node) for node in nodes)

    def depends(self, node: ast.AST) -> bool:
        """Whether the value of an expression follows from more than constants and the target's bare name."""
        if self._uses(node):
            return True
        if self._bare(node) or isinstance(node, ast.Constant) or self._looks_at_target(node):
            return False
        if (isinstance(node, ast.Compare) and _same_sides(node)) or _always_true(node):
            return False
        if isinstance(node, ast.Name):
            return node.id not in self.constants and not hasattr(builtins, node.id)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return any(map(self.depends, _arguments(node))) or self.depends(node.func)
        return any(self.depends(child) for child in ast.iter_child_nodes(node))

    def _uses(self, node: ast.AST) -> bool:
        """Whether a node runs the target: a call, an item, a member of a class, or handing it to a call."""
        if isinstance(node, ast.Call):
            if self._bare(node.func) or (isinstance(node.func, ast.Attribute) and node.func.attr in self.targets):
                return True
            return _called(node) not in _LOOKS_AT and any(self._bare(a) for a in _arguments(node))
        if isinstance(node, ast.Attribute):
            if self._bare(node):
                return False
            own = self._bare(node.value) and not node.attr.startswith("__")
            return own or node.attr in self.targets
        if isinstance(node, ast.Subscript):
            return self._bare(node.value)
        if isinstance(node, ast.For | ast.comprehension):
            return self._bare(node.iter)
        if isinstance(node, Function | ast.ClassDef):
            used = [*node.decorator_list, *(node.bases if isinstance(node, ast.ClassDef) else [])]
            return any(self._bare(one) for one in used)
        if isinstance(node, ast.Compare):
            return any(isinstance(op, ast.In | ast.NotIn) for op in node.ops) and self._bare(node.comparators[-1])
        return isinstance(node, ast.Raise) and node.exc is not None and self._bare(node.exc)

    def _bare(self, node: ast.AST) -> bool:
        """Whether a node is the target itself: its name, or its name in a module or a class."""
        if isinstance(node, ast.Name):
            return node.id in self.targets
        if not isinstance(node, ast.Attribute):
            return False
        if node.attr.startswith("__") and node.attr.endswith("__"):
            return self._bare(node.value)
        return node.attr in self.targets and (self._bare(node.value) or self._is_module(node.value))

    def _is_module(self, node: ast.AST) -> bool:
        """Whether a name is none that the test binds, and so a module's."""
        while isinstance(node, ast.Attribute):
            node = node.value
        bound = {name for function in self.functions for name in _bound(function)}
        return isinstance(node, ast.Name) and node.id not in bound

    def _looks_at_target(self, node: ast.AST) -> bool:
        if not isinstance(node, ast.Call) or _called(node) not in _LOOKS_AT:
            return False
        return any(self._bare(argument) for argument in _arguments(node))


def scope_of(test: Function, whole: ast.Module, names: frozenset[str]) -> TestScope:
    """The scope of a test in its file. ``names`` are the target's as declared."""
    own = {node.name: node for node in ast.walk(whole) if isinstance(node, Function)}
    setting_up = [own[name] for name in sorted(SETS_UP & own.keys())]
    reached: dict[str, Function] = {}
    pending = [
        test,
        *setting_up,
        *(f for f in own.values() if "autouse" in "".join(map(ast.unparse, f.decorator_list))),
    ]
    while pending:
        function = pending.pop()
        if reached.get(function.name) is function:
            continue
        reached[function.name] = function
        pending += [own[name] for name in _mentioned(function) if name in own and own[name] is not test]
    functions = tuple(reached.values())
    known = own.keys() | _OF_PYTEST | _parametrized(test)
    unseen = any(argument.arg not in known for argument in _parameters(test))
    targets = names | frozenset(_aliases(whole, names))
    return TestScope(functions, targets - frozenset(_replaced(functions)), unseen, frozenset(_constants(test)))


def same_arguments(call: ast.Call) -> bool:
    """Whether an assertion compares a thing to itself: ``assertEqual(f(1), f(1))``."""
    return len(call.args) > 1 and ast.dump(call.args[0]) == ast.dump(call.args[1])


def _same_sides(node: ast.Compare) -> bool:
    """Whether a comparison is true of whatever is compared: ``f(1) == f(1)``, ``f(1) in (f(1), 2)``."""
    if len(node.comparators) != 1:
        return False
    other = node.comparators[0]
    among = isinstance(node.ops[0], ast.In) and isinstance(other, ast.List | ast.Tuple | ast.Set)
    sides = other.elts if among and isinstance(other, ast.List | ast.Tuple | ast.Set) else [other]
    return ast.dump(node.left) in map(ast.dump, sides)


def _always_true(node: ast.AST) -> bool:
    """Whether an ``or`` has a side that is a true constant."""
    sides = node.values if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) else []
    return any(isinstance(side, ast.Constant) and bool(side.value) for side in sides)


def _replaced(functions: Iterable[Function]) -> Iterator[str]:
    """Names for which a test puts something else: a patch, a lambda, a mock, a function of its own."""
    for function in functions:
        for node in ast.walk(function):
            if isinstance(node, Function) and node is not function:
                yield node.name
            elif isinstance(node, ast.Assign) and (isinstance(node.value, ast.Lambda) or _is_mock(node.value)):
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("patch", "patch.object", "setattr")):
                texts = (one.value for one in node.args[:2] if isinstance(one, ast.Constant))
                yield from (text.rpartition(".")[2] for text in texts if isinstance(text, str))


def _is_mock(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _called(node).endswith("Mock")


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _arguments(node: ast.Call) -> Iterator[ast.expr]:
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        inner = argument.value if isinstance(argument, ast.Starred) else argument
        yield from inner.elts if isinstance(inner, ast.List | ast.Tuple) else (inner,)


def _mentioned(function: Function) -> Iterator[str]:
    """Functions of the file that a function may run: called, taken as a fixture, or handed on."""
    yield from (argument.arg for argument in _parameters(function))
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value  # usefixtures("name")


def _parameters(function: Function) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _parametrized(test: Function) -> set[str]:
    """The parameters that a decorator gives values to."""
    texts = (
        node.value
        for mark in test.decorator_list
        for node in ast.walk(mark)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    given = {word.strip() for text in texts for word in text.split(",")}
    by_keyword = (k.arg for mark in test.decorator_list if isinstance(mark, ast.Call) for k in mark.keywords if k.arg)
    return given | set(by_keyword)


def _bound(function: Function) -> Iterator[str]:
    yield from (argument.arg for argument in _parameters(function))
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _constants(test: Function) -> Iterator[str]:
    """Names that the test binds to constants and to nothing else."""
    stored = [n.id for n in ast.walk(test) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    for node in ast.walk(test):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant | ast.Lambda):
            yield from (t.id for t in node.targets if isinstance(t, ast.Name) and stored.count(t.id) == 1)


def _aliases(whole: ast.Module, names: Iterable[str]) -> Iterator[str]:
    """What the file calls the target: ``from m import f as g``, ``g = m.f``."""
    for node in ast.walk(whole):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.asname for alias in node.names if alias.asname and alias.name in names)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Attribute):
            value = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if value in names:
                yield from (t.id for t in node.targets if isinstance(t, ast.Name))

"""Checks of Python's syntax tree for defects that are certain or nearly so, not for style."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from routerd.domain.finding import Severity
from routerd.offline.english import word_set
from routerd.offline.flow_checks import fallen_off, loop_changes, unreachable
from routerd.offline.source import Function, dotted, own, short
from routerd.offline.static_finding import StaticFinding

_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_SHADOWED = word_set(
    """
    all any bool bytes callable dict enumerate eval exec filter float frozenset getattr int isinstance iter len
    list map max min next object open print range repr reversed round set sorted str sum super tuple zip
    """
)
"""Built-ins that bodies call; others, such as ``id`` and ``type``, are common parameter names."""


def tree_faults(body: Iterable[ast.stmt]) -> Iterator[StaticFinding]:
    """Defects in a list of statements, unordered."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    coroutines = _coroutines(nodes)
    for node in nodes:
        for kind, check in _CHECKS:
            if isinstance(node, kind):
                yield from check(node)
        if isinstance(node, ast.Expr) and dotted(node.value) in coroutines and isinstance(node.value, ast.Call):
            called = dotted(node.value)
            message = f"`{called}` is asynchronous: without `await` this call never runs."
            yield StaticFinding(node.lineno - 1, Severity.ERROR, message, "missing-await")


def _coroutines(nodes: list[ast.AST]) -> set[str]:
    """Names of this file's own asynchronous functions, unless a plain function has the same name."""
    names: dict[str, set[bool]] = {}
    for node in nodes:
        inner = node.body if isinstance(node, ast.ClassDef) else []
        methods = {id(method) for method in inner}
        for function in inner:
            if isinstance(function, Function):
                names.setdefault(f"self.{function.name}", set()).add(isinstance(function, ast.AsyncFunctionDef))
        if isinstance(node, Function) and id(node) not in methods:
            names.setdefault(node.name, set()).add(isinstance(node, ast.AsyncFunctionDef))
    return {name for name, kinds in names.items() if kinds == {True}}


def _defaults(node: Function) -> Iterator[StaticFinding]:
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        fresh = isinstance(default, ast.Call) and dotted(default) in ("list", "dict", "set", "bytearray")
        if isinstance(default, _MUTABLE) or fresh:
            assert default is not None
            message = (
                f"The default of `{argument.arg}` is made once and shared by every call: "
                "default to `None` and make a new one inside."
            )
            yield StaticFinding(default.lineno - 1, Severity.WARNING, message, "mutable-default", ("B006", "B008"))


def _shadows(node: Function) -> Iterator[StaticFinding]:
    for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
        used = any(isinstance(n, ast.Call) and dotted(n.func) == argument.arg for n in own(node))
        if argument.arg in _SHADOWED:
            message = f"The parameter `{argument.arg}` hides the built-in of that name"
            message += ", and the body calls it." if used else "."
            severity = Severity.WARNING if used else Severity.HINT
            yield StaticFinding(argument.lineno - 1, severity, message, "shadowed-builtin", ("A002",))


def _handlers(node: ast.ExceptHandler) -> Iterator[StaticFinding]:
    raises = any(isinstance(n, ast.Raise) for n in own(node))
    quiet = all(
        isinstance(s, ast.Pass | ast.Continue) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        for s in node.body
    )
    kind = dotted(node.type)
    if node.type is None and not raises:
        message = "A bare `except` catches KeyboardInterrupt and SystemExit as well: name the errors."
        yield StaticFinding(
            node.lineno - 1, Severity.WARNING, message, "bare-except", ("E722", "BLE001", "S110", "S112")
        )
    elif kind in ("Exception", "BaseException") and quiet:
        message = f"`except {kind}` that does nothing hides every fault: narrow it, or log what it caught."
        yield StaticFinding(node.lineno - 1, Severity.WARNING, message, "swallowed-error", ("BLE001", "S110", "S112"))


def _identity(node: ast.Compare) -> Iterator[StaticFinding]:
    for operation, right in zip(node.ops, node.comparators, strict=True):
        literal = isinstance(right, ast.Constant) and isinstance(right.value, str | bytes | int | float | complex)
        if (
            isinstance(operation, ast.Is | ast.IsNot)
            and literal
            and not isinstance(getattr(right, "value", None), bool)
        ):
            word = "==" if isinstance(operation, ast.Is) else "!="
            message = f"`is` compares identity, which for `{short(right) or 'a literal'}` is chance: use `{word}`."
            yield StaticFinding(node.lineno - 1, Severity.WARNING, message, "is-literal", ("F632",))


def _leaks(node: Function) -> Iterator[StaticFinding]:
    """Files that a function opens and neither closes, passes on, nor stores."""
    body = list(own(node))
    within = {id(item.context_expr) for n in body if isinstance(n, ast.With | ast.AsyncWith) for item in n.items}
    for statement in body:
        if isinstance(statement, ast.Attribute) and _opens(statement.value) and id(statement.value) not in within:
            message = "Nothing closes the file if this fails: use `with`."
            yield StaticFinding(statement.lineno - 1, Severity.WARNING, message, "unclosed-file", ("SIM115",))
        if not (isinstance(statement, ast.Assign) and _opens(statement.value)):
            continue
        name = dotted(statement.targets[0])
        if name and "." not in name and not _kept(name, body):
            message = f"`{name}` is opened but closed nowhere in `{node.name}`: use `with`."
            yield StaticFinding(statement.lineno - 1, Severity.WARNING, message, "unclosed-file", ("SIM115",))


def _opens(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func) in ("open", "io.open")


def _kept(name: str, body: list[ast.AST]) -> bool:
    """Whether a local is closed, or leaves the function: returned, passed, stored or used by a ``with``."""
    for node in body:
        if isinstance(node, ast.Attribute) and node.attr == "close" and dotted(node.value) == name:
            return True
        if isinstance(node, ast.Call):
            passed = [*node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.Return | ast.Yield | ast.Assign | ast.withitem | ast.Starred):
            passed = [node.context_expr] if isinstance(node, ast.withitem) else [node.value] if node.value else []
        elif isinstance(node, ast.Tuple | ast.List):
            passed = list(node.elts)
        else:
            passed = []
        if any(isinstance(value, ast.Name) and value.id == name for value in passed):
            return True
    return False


def _same_tests(node: ast.If) -> Iterator[StaticFinding]:
    """An unreachable ``elif``, as an earlier branch has the same test."""
    first = ast.dump(node.test)
    below = node.orelse
    while len(below) == 1 and isinstance(below[0], ast.If):
        if ast.dump(below[0].test) == first and not any(
            isinstance(n, ast.Call | ast.NamedExpr) for n in ast.walk(node.test)
        ):
            message = "This branch is never taken: the same test stands above."
            yield StaticFinding(below[0].lineno - 1, Severity.WARNING, message, "same-test")
            return
        below = below[0].orelse


def _self_less(node: ast.ClassDef) -> Iterator[StaticFinding]:
    for method in node.body:
        if not isinstance(method, Function) or method.decorator_list:
            continue
        a = method.args
        if not (a.posonlyargs or a.args or a.vararg) and not method.name.startswith("__"):
            message = f"`{method.name}` takes no `self`: calling it on an instance raises TypeError."
            yield StaticFinding(method.lineno - 1, Severity.WARNING, message, "no-self", ("N805", "PLE0211"))


def _compared_with_itself(node: ast.Compare) -> Iterator[StaticFinding]:
    same = len(node.ops) == 1 and ast.dump(node.left) == ast.dump(node.comparators[0])
    if same and isinstance(node.left, ast.Attribute) and isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.Lt | ast.Gt):
        message = f"`{short(node.left) or 'this'}` is compared with itself."
        yield StaticFinding(node.lineno - 1, Severity.WARNING, message, "self-comparison", ("PLR0124",))


_CHECKS: tuple[tuple[type[ast.AST] | tuple[type[ast.AST], ...], Callable[..., Iterator[StaticFinding]]], ...] = (
    ((ast.FunctionDef, ast.AsyncFunctionDef), _defaults),
    ((ast.FunctionDef, ast.AsyncFunctionDef), _shadows),
    ((ast.FunctionDef, ast.AsyncFunctionDef), _leaks),
    ((ast.FunctionDef, ast.AsyncFunctionDef), fallen_off),
    (ast.ExceptHandler, _handlers),
    (ast.Compare, _identity),
    (ast.Compare, _compared_with_itself),
    (ast.If, _same_tests),
    (ast.ClassDef, _self_less),
    ((ast.For, ast.AsyncFor), loop_changes),
    (ast.AST, unreachable),
)

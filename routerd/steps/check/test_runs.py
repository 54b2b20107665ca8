"""Which code of Python tests runs: what is never collected or always skipped, and statements that nothing reaches."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from routerd.steps.check.test_meaning import SETS_UP, Function

_SKIPS = frozenset(("skip", "skipTest", "SkipTest", "Skipped", "importorskip"))
_ENDS = frozenset(("pytest.xfail", "pytest.exit", "sys.exit", "os._exit", "os.abort", "exit", "quit"))
"""Other calls after which nothing of the test runs."""
_WIDE = frozenset(("AssertionError", "Exception", "BaseException"))
"""What a failed assertion is."""
_FAILS = frozenset(("fail", "raise_for_status"))


def never_runs(tree: ast.Module) -> str:
    """Why no test of a file runs; empty if some may."""
    for statement in tree.body:
        if _is_end(statement):
            return "every test of the file is skipped: leave them out or test something"
        if fault := _mark_fault(_marks_of(statement)):
            return f"every test of the file {fault}"
    return ""


def never_collected(test: Function, owner: ast.ClassDef | None, inherited: bool = False) -> str:
    """Why a test, of a class or of none, never runs or cannot fail; empty if it may.

    ``inherited``: whether another class of the file is derived from its class.
    """
    marks = list(test.decorator_list)
    if any(called_name(mark) == "fixture" for mark in marks):
        return "is a fixture and no test"
    if not marks and any(isinstance(node, ast.Yield | ast.YieldFrom) for node in _own(test)):
        return "is a generator, which no runner goes through"
    if owner is not None:
        if not owner.name.startswith("Test") and not owner.bases and not inherited:
            return f"is in the class '{owner.name}', which pytest does not collect"
        if not owner.bases and any(isinstance(one, Function) and one.name == "__init__" for one in owner.body):
            return f"is in the class '{owner.name}', which pytest does not collect as it has an __init__"
        marks += [*owner.decorator_list, *(mark for one in owner.body for mark in _marks_of(one))]
        setting_up = (one for one in owner.body if isinstance(one, Function) and one.name in SETS_UP)
        if any(_is_end(statement) for one in setting_up for statement in one.body):
            return "is always skipped: leave it out or test something"
    return _mark_fault(marks)


class Living(ast.NodeTransformer):
    """Leaves out what never runs, and takes from assertions whose failure is caught that they assert anything."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """As the base class says."""
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                setattr(node, field, _until_the_end(block))
        return super().generic_visit(node)

    def visit_If(self, node: ast.If) -> Any:  # the base class's name
        """Of a condition that is constant, the branch that is taken."""
        value = truth(node.test)
        if value is not None:
            node.body, node.orelse = (node.body if value else node.orelse) or [ast.Pass()], []
            node.test = ast.Constant(True)
        return self.generic_visit(node)

    def visit_While(self, node: ast.While) -> Any:  # the base class's name
        """A loop that never begins."""
        return ast.Pass() if truth(node.test) is False else self.generic_visit(node)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> Any:  # the base class's name
        """A loop over nothing."""
        return ast.Pass() if truth(node.iter) is False else self.generic_visit(node)

    def visit_FunctionDef(self, node: Function) -> Any:  # the base class's name
        """Functions inside that nobody calls."""
        used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
        inner = (one for one in node.body if isinstance(one, Function))
        unused = [one for one in inner if one.name not in used and not one.decorator_list]
        node.body = [one for one in node.body if one not in unused] or [ast.Pass()]
        return self.generic_visit(node)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> Any:  # the base class's name
        """An assertion that fails within such a block is no failure of the test."""
        if any(_swallows(handler) for handler in node.handlers):
            node.body = [_Silenced().visit(one) for one in node.body]
        return self.generic_visit(node)

    def visit_With(self, node: ast.With) -> Any:  # the base class's name
        """The same for `suppress`."""
        contexts = (one.context_expr for one in node.items if isinstance(one.context_expr, ast.Call))
        if any(called_name(one) == "suppress" and any(map(_is_wide, one.args)) for one in contexts):
            node.body = [_Silenced().visit(one) for one in node.body]
        return self.generic_visit(node)

    visit_AsyncFunctionDef, visit_AsyncFor, visit_TryStar = visit_FunctionDef, visit_For, visit_Try  # noqa: N815  # as above


class _Silenced(ast.NodeTransformer):
    """Assertions become what they look at."""

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:  # the base class's name
        return ast.copy_location(ast.Expr(node.test), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:  # the base class's name
        self.generic_visit(node)
        if called_name(node).startswith("assert") or called_name(node) in _FAILS:
            return ast.copy_location(ast.Tuple([*node.args, *(one.value for one in node.keywords)], ast.Load()), node)
        return node


def truth(node: ast.expr) -> bool | None:
    """Whether an expression of constants is true; ``None`` where something else decides."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        value = truth(node.operand)
        return None if value is None else not value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return None if any(isinstance(one, ast.Starred) for one in node.elts) else bool(node.elts)
    if isinstance(node, ast.Dict):
        return None if None in node.keys else bool(node.keys)
    if isinstance(node, ast.Lambda):
        return True
    if isinstance(node, ast.BoolOp):
        values = [truth(value) for value in node.values]
        decides = isinstance(node.op, ast.Or)
        if decides in values:
            return decides
        return None if None in values else not decides
    return bool(node.value) if isinstance(node, ast.Constant) else None


def called_name(node: ast.expr) -> str:
    """The last name of what is called or named: ``skip`` of ``pytest.mark.skip(reason="later")``."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]


def _mark_fault(marks: Iterable[ast.expr]) -> str:
    for mark in marks:
        name, given = called_name(mark), mark.args if isinstance(mark, ast.Call) else []
        conditions = [truth(one) for one in given[:1]]
        if name in _SKIPS or (name in ("skipif", "skipIf") and True in conditions):
            return "is always skipped: leave it out or test something"
        if name == "skipUnless" and False in conditions:
            return "is always skipped: leave it out or test something"
        if name in ("xfail", "expectedFailure"):
            return "is expected to fail: test what the code does"
        if name == "parametrize" and len(given) > 1 and truth(given[1]) is False:
            return "is run for no case at all"
    return ""


def _marks_of(statement: ast.stmt) -> Iterator[ast.expr]:
    """The marks that a module or a class gives to all of its tests."""
    named = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    value = getattr(statement, "value", None)
    if isinstance(named, ast.Name) and isinstance(value, ast.expr):
        if named.id == "pytestmark":
            yield from value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
        if named.id == "__test__" and truth(value) is False:
            yield ast.Name("skip", ast.Load())


def _until_the_end(block: list[Any]) -> list[Any]:
    """The statements up to the first after which no other of the block runs."""
    for at, statement in enumerate(block):
        if isinstance(statement, ast.Return | ast.Raise | ast.Break | ast.Continue) or _is_end(statement):
            return block[: at + 1]
    return block


def _is_end(statement: ast.AST) -> bool:
    """Whether a statement skips or ends all that would come after it."""
    if isinstance(statement, ast.Raise):
        return statement.exc is not None and called_name(statement.exc) in _SKIPS
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    return called_name(call) in _SKIPS - {"importorskip"} or ast.unparse(call.func) in _ENDS


def _swallows(handler: ast.ExceptHandler) -> bool:
    if not _is_wide(handler.type):
        return False
    nodes = [one for statement in handler.body for one in ast.walk(statement)]
    told = (isinstance(one, ast.Call) and called_name(one) in _FAILS for one in nodes)
    return not any(isinstance(one, ast.Raise | ast.Assert) for one in nodes) and not any(told)


def _is_wide(kind: ast.expr | None) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(one is None or called_name(one) in _WIDE for one in kinds)


def _own(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside it."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef):
            pending += ast.iter_child_nodes(node)

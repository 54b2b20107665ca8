"""Checks of control flow: unreachable code, inconsistent returns, loops over a collection that they change."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from routerd.domain.finding import Severity
from routerd.offline.english import word_set
from routerd.offline.source import Function, dotted, own
from routerd.offline.static_finding import StaticFinding

_LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_NEVER_BACK = frozenset(("exit", "_exit", "abort", "fail", "error", "skip"))
"""Calls that raise by their usual names: sys.exit, self.fail, parser.error."""
_CHANGES = word_set("append add clear extend insert pop popitem remove discard update")


def unreachable(node: ast.AST) -> Iterator[StaticFinding]:
    """Statements after one that always leaves the block."""
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(node, block, None)
        for before, after in pairwise(statements if isinstance(statements, list) else ()):
            # A yield that is never reached makes a generator on purpose.
            generator = isinstance(after, ast.Expr) and isinstance(after.value, ast.Yield)
            if isinstance(before, _LEAVES) and not generator:
                message = f"This is never reached: the `{type(before).__name__.lower()}` above always leaves."
                yield StaticFinding(after.lineno - 1, Severity.WARNING, message, "unreachable", ("PLW0101",))
                break


def fallen_off(node: Function) -> Iterator[StaticFinding]:
    """A function that returns a value on some paths and implicitly ``None`` on others."""
    body = list(own(node))
    returns = [n for n in body if isinstance(n, ast.Return)]
    values = [r for r in returns if r.value and not (isinstance(r.value, ast.Constant) and r.value.value is None)]
    if not values or any(isinstance(n, ast.Yield | ast.YieldFrom) for n in body):
        return
    bare = next((r for r in returns if r.value is None), None)
    if bare is not None:
        message = f"`{node.name}` returns a value elsewhere, and `None` here without saying so."
        yield StaticFinding(bare.lineno - 1, Severity.WARNING, message, "inconsistent-return", ("RET502", "RET503"))
    elif len(values) == len(returns) and not _leaves(node.body):
        message = f"`{node.name}` can reach its end and return `None`, where it returns a value elsewhere."
        last = node.body[-1]
        yield StaticFinding(last.lineno - 1, Severity.INFORMATION, message, "inconsistent-return", ("RET503",))


def loop_changes(node: ast.For | ast.AsyncFor) -> Iterator[StaticFinding]:
    """A loop that changes the collection it iterates over, and continues."""
    name = dotted(node.iter) if isinstance(node.iter, ast.Name | ast.Attribute) else ""
    if not name:
        return
    for statement in ast.walk(node):
        block = [getattr(statement, b) for b in ("body", "orelse") if isinstance(getattr(statement, b, None), list)]
        for statements in block:
            for at, one in enumerate(statements):
                if _changes(one, name) and not any(isinstance(later, _LEAVES) for later in statements[at:]):
                    message = f"`{name}` is changed while the loop runs over it: loop over a copy."
                    yield StaticFinding(
                        one.lineno - 1, Severity.WARNING, message, "changed-in-loop", ("B909", "PLE4703")
                    )


def _changes(statement: ast.stmt, name: str) -> bool:
    if isinstance(statement, ast.Delete):
        return any(isinstance(t, ast.Subscript) and dotted(t.value) == name for t in statement.targets)
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return False
    return call.func.attr in _CHANGES and dotted(call.func.value) == name


def _leaves(body: list[ast.stmt]) -> bool:
    """Whether the end of a block is unreachable, judged by its syntax."""
    last = body[-1] if body else None
    leaves = False
    match last:
        case ast.Return() | ast.Raise():
            leaves = True
        case ast.If():
            leaves = _leaves(last.body) and _leaves(last.orelse)
        case ast.With() | ast.AsyncWith():
            leaves = _leaves(last.body)
        case ast.Try():
            ways = [
                last.body if not last.orelse else last.orelse,
                *(handler.body for handler in last.handlers),
            ]
            leaves = _leaves(last.finalbody) or all(_leaves(way) for way in ways)
        case ast.While(test=ast.Constant(value=endless)):
            leaves = bool(endless) and not any(isinstance(n, ast.Break) for n in ast.walk(last))
        case ast.Match(cases=cases):
            rest = any(isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None for case in cases)
            leaves = rest and all(_leaves(case.body) for case in cases)
        case ast.Assert(test=ast.Constant(value=holds)):
            leaves = not holds
        case ast.Expr(value=ast.Call()):
            leaves = dotted(last.value).rpartition(".")[2] in _NEVER_BACK
    return leaves

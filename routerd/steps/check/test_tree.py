"""Python tests by their syntax tree: what is a test, what an assertion, what they import."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from routerd.domain.prompt import Question
from routerd.domain.python_tree import python_tree
from routerd.domain.verdict import Rejected

_CHECKS = frozenset(("raises", "warns", "deprecated_call"))
_WITH_REASON = frozenset(("fail", "skip", "skipTest", "xfail"))
"""Calls of pytest and unittest that are an assertion, or say with a reason why there is none."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def asserts_by_tree(added: str, whole: ast.Module | None, question: Question) -> Rejected | None:
    """What keeps added Python tests from being tests of the target; ``whole`` is the file with them."""
    tree = python_tree(added)
    if tree is None or whole is None:
        return Rejected("the tests do not parse", mechanical=True)
    tests = list(_tests(tree))
    if not tests:
        return Rejected("the reply holds no test function", mechanical=True)
    empty = [test.name for test in tests if not _asserts(test, tree)]
    if empty:
        return Rejected(f"the test '{empty[0]}' asserts nothing", mechanical=True)
    names = {symbol.name for symbol in question.target.symbols if symbol.container is None}
    copied = next(
        (node.name for node in tree.body if isinstance(node, _Function | ast.ClassDef) and node.name in names),
        None,
    )
    if copied:
        return Rejected(f"the tests define '{copied}' again instead of importing it")
    module = question.conventions.import_name
    if module and not _imports(whole, module):
        return Rejected(f"the tests do not import from {module}", mechanical=True)
    return None


def _tests(tree: ast.Module) -> Iterator[_Function]:
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        for function in inner:
            if isinstance(function, _Function) and function.name.startswith("test"):
                yield function


def _asserts(test: _Function, module: ast.Module) -> bool:
    """Whether a test asserts, says that it is skipped, or calls a function of its module that asserts."""
    marks = [ast.unparse(mark) for mark in test.decorator_list if isinstance(mark, ast.Call)]
    if any("skip" in mark or "xfail" in mark for mark in marks):
        return True
    own = {node.name: node for node in ast.walk(module) if isinstance(node, _Function) and node is not test}
    for node in ast.walk(test):
        if _is_assertion(node):
            return True
        called = _called(node) if isinstance(node, ast.Call) else ""
        if called in own and any(_is_assertion(inner) for inner in ast.walk(own[called])):
            return True
    return False


def _is_assertion(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        # ``assert True`` holds whatever the code does.
        return any(isinstance(part, ast.Name | ast.Call | ast.Attribute) for part in ast.walk(node.test))
    if not isinstance(node, ast.Call):
        return False
    name = _called(node)
    if name.startswith(("assert", "Assert")):
        parts = [part for argument in node.args for part in ast.walk(argument)]
        return name.startswith("assert_") or any(
            isinstance(part, ast.Name | ast.Call | ast.Attribute) for part in parts
        )
    return name in _CHECKS or (name in _WITH_REASON and bool(node.args or node.keywords))


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _imports(tree: ast.Module, module: str) -> bool:
    """Whether the module, or a package that it is in, is imported anywhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            if node.level or any(_same_or_above(name, module) for name in names):
                return True
        elif (isinstance(node, ast.Import) and any(_same_or_above(alias.name, module) for alias in node.names)) or (
            isinstance(node, ast.Constant) and node.value == module
        ):
            return True
    return False


def _same_or_above(name: str, module: str) -> bool:
    return bool(name) and (module == name or module.startswith(f"{name}."))

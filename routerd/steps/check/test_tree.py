"""Python tests by their syntax tree: what is a test, what an assertion, what they import."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from routerd.domain.prompt import Question
from routerd.domain.python_tree import python_tree
from routerd.domain.verdict import Rejected
from routerd.steps.check.test_meaning import Function, TestScope, same_arguments, scope_of
from routerd.steps.check.test_runs import Living, never_collected, never_runs, truth

_CHECKS = frozenset(("raises", "warns", "deprecated_call", "fail"))
"""Calls of pytest and unittest that assert what the code around them does."""


def asserts_by_tree(added: str, whole: ast.Module | None, question: Question) -> Rejected | None:
    """What keeps added Python tests from being tests of the target; ``whole`` is the file with them."""
    tree = python_tree(added)
    if tree is None or whole is None:
        return Rejected("the tests do not parse", mechanical=True)
    if fault := never_runs(tree):
        return Rejected(fault, mechanical=True)
    tree, whole = Living().visit(tree), Living().visit(whole)
    tests = list(_tests(tree))
    if not tests:
        return Rejected("the reply holds no test function", mechanical=True)
    targets = frozenset(
        name for symbol in question.target.symbols for name in symbol.qualname.split(".") if name.isidentifier()
    )
    bases = [base for node in tree.body if isinstance(node, ast.ClassDef) for base in node.bases]
    derived = {base.id for base in bases if isinstance(base, ast.Name)}
    for owner, test in tests:
        fault = never_collected(test, owner, inherited=owner is not None and owner.name in derived) or _fault(
            test, scope_of(test, whole, targets), targets
        )
        if fault:
            return Rejected(f"the test '{test.name}' {fault}", mechanical=True)
    names = {symbol.name for symbol in question.target.symbols if symbol.container is None}
    copied = next(
        (node.name for node in tree.body if isinstance(node, Function | ast.ClassDef) and node.name in names),
        None,
    )
    if copied:
        return Rejected(f"the tests define '{copied}' again instead of importing it")
    module = question.conventions.import_name
    if module and not _imports(whole, module):
        return Rejected(f"the tests do not import from {module}", mechanical=True)
    return None


def _tests(tree: ast.Module) -> Iterator[tuple[ast.ClassDef | None, Function]]:
    """The test functions, each with its class."""
    for node in tree.body:
        owner = node if isinstance(node, ast.ClassDef) else None
        for function in owner.body if owner else [node]:
            if isinstance(function, Function) and function.name.startswith("test"):
                yield owner, function


def _fault(test: Function, scope: TestScope, targets: frozenset[str]) -> str:
    """Why a test tests nothing of the target; ``""`` if it tests something."""
    nodes = [node for function in scope.functions for node in ast.walk(function)]
    assertions = [node for node in nodes if _is_assertion(node)]
    if not assertions:
        skipped = any(isinstance(node, ast.Call) and _called(node) in ("skip", "skipTest") for node in nodes)
        return "is only skipped: leave it out or test something" if skipped else "asserts nothing"
    if not scope.targets:
        return f"replaces {' and '.join(sorted(targets)[:3])} by something else" if targets else ""
    if not scope.calls_target():
        return f"never calls {' or '.join(sorted(scope.targets)[:3])}"
    if not any(_tells(node, scope) for node in assertions):
        return "asserts nothing that depends on what the target does"
    return ""


def _tells(node: ast.AST, scope: TestScope) -> bool:
    """Whether an assertion can fail by what the target does."""
    if isinstance(node, ast.Assert):
        return truth(node.test) is None and scope.depends(node.test)
    assert isinstance(node, ast.Call)
    if _called(node) in _CHECKS or _called(node).startswith(("assertRaises", "assertWarns", "assert_called")):
        return True
    if same_arguments(node):
        return False
    return scope.depends(node) if node.args else True


def _is_assertion(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    return isinstance(node, ast.Call) and (_called(node).startswith(("assert", "Assert")) or _called(node) in _CHECKS)


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

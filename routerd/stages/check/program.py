"""Is it still the same program? By Python's tree without docstrings and by tokens without comments."""

from __future__ import annotations

import ast

from routerd.domain.ports import Grammar
from routerd.domain.python_tree import python_tree
from routerd.languages import has_tree
from routerd.languages.spec import Tree

_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def same_program(before: str, after: str, language: str, grammar: Grammar) -> bool:
    """Whether two texts differ in comments and documentation alone.

    A Python file that parsed must have an equal syntax tree; one that did not is held to its tokens.
    """
    if has_tree(language, Tree.PYTHON):
        tree = python_tree(before)
        if tree is not None:
            other = python_tree(after)
            if other is None or _undocumented(tree) != _undocumented(other):
                return False
    return grammar.code_tokens(before, language) == grammar.code_tokens(after, language)


def parses_no_worse(before: str, after: str, language: str, grammar: Grammar) -> bool:
    """Whether an edit left no more faults in a file than it found there."""
    python = has_tree(language, Tree.PYTHON)
    if python and python_tree(after) is None and python_tree(before) is not None:
        return False
    return grammar.faults(after, language) <= grammar.faults(before, language)


def _undocumented(tree: ast.Module) -> str:
    """The tree without docstrings and positions, as text."""
    for node in ast.walk(tree):
        if isinstance(node, _Documented) and node.body and _is_string(node.body[0]):
            del node.body[0]
    return ast.dump(tree)


def _is_string(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)

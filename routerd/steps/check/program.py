"""Is it still the same program? By Python's tree without docstrings and by tokens without comments."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from routerd.domain.ports import Grammar
from routerd.domain.python_tree import python_tree
from routerd.domain.text import cut_lines
from routerd.languages import has_tree
from routerd.languages.spec import Tree

_Documented = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_Key = tuple[str, int, int | None]


@dataclass(frozen=True)
class Programs:
    """One file before and after a change; each of the two is parsed once, whatever is asked of them."""

    before: str
    after: str
    language: str
    grammar: Grammar

    @cached_property
    def tree_before(self) -> ast.Module | None:
        """Python's own tree; ``None`` where that does not parse, and for every other language."""
        return python_tree(self.before) if has_tree(self.language, Tree.PYTHON) else None

    @cached_property
    def tree_after(self) -> ast.Module | None:
        """As above, of the text after the change."""
        return python_tree(self.after) if has_tree(self.language, Tree.PYTHON) else None

    def parses_no_worse(self) -> bool:
        """Whether the change left no more faults in the file than it found there."""
        if self.tree_before is not None and self.tree_after is None:
            return False
        return self.grammar.faults(self.after, self.language) <= self.grammar.faults(self.before, self.language)

    def same(self) -> bool:
        """Whether the two differ in comments and documentation alone.

        A Python file that parsed must have an equal syntax tree; one that did not is held to its tokens.
        """
        if self.tree_before is not None:
            old, new = _Source(self.before), _Source(self.after)
            if self.tree_after is None or not _same_body(self.tree_before.body, self.tree_after.body, old, new):
                return False
        return self.grammar.same_code(self.before, self.after, self.language)


class _Source:
    """The lines that syntax trees count in, which are Python's own."""

    def __init__(self, source: str) -> None:
        # Python ends lines where LSP does; form feeds and the like are white space within a line.
        self._lines = cut_lines(source.removeprefix("\ufeff"))

    def key(self, node: ast.stmt) -> _Key:
        """What a statement's tree follows from: the text of its lines, and the columns where it begins and ends."""
        first = min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", ()))])
        return "".join(self._lines[first - 1 : node.end_lineno]), node.col_offset, node.end_col_offset


def _same_body(old: Sequence[ast.stmt], new: Sequence[ast.stmt], before: _Source, after: _Source) -> bool:
    """Whether two bodies do the same. Trees are compared only where the text is another one."""
    old, new = _undocumented(old), _undocumented(new)
    head = _agreeing(old, new, lambda a, b: before.key(a) == after.key(b))
    old, new = old[head:], new[head:]
    tail = _agreeing(old[::-1], new[::-1], lambda a, b: before.key(a) == after.key(b))
    old, new = old[: len(old) - tail], new[: len(new) - tail]
    return len(old) == len(new) and all(_same(a, b, before, after) for a, b in zip(old, new, strict=True))


def _agreeing(old: Sequence[ast.stmt], new: Sequence[ast.stmt], same: Callable[[ast.stmt, ast.stmt], bool]) -> int:
    """How many at the beginning of both are the same."""
    pairs = zip(old, new, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if not same(a, b)), min(len(old), len(new)))


def _same(old: ast.stmt, new: ast.stmt, before: _Source, after: _Source) -> bool:
    if isinstance(old, _Documented) and type(old) is type(new):
        assert isinstance(new, _Documented)
        return _header(old) == _header(new) and _same_body(old.body, new.body, before, after)
    return _dump(old) == _dump(new)


def _header(node: _Documented) -> str:
    body, node.body = node.body, []
    try:
        return _dump(node)
    finally:
        node.body = body


def _dump(node: ast.stmt) -> str:
    """The tree without docstrings and positions, as text."""
    for inner in ast.walk(node):
        if isinstance(inner, _Documented):
            inner.body = list(_undocumented(inner.body))
    return ast.dump(node)


def _undocumented(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    return body[1:] if body and _is_string(body[0]) else body


def _is_string(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)

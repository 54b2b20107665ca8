"""The names that a Python module binds at its top level, by static analysis."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from routerd.offline.english import word_set
from routerd.offline.source import Definition, bound_names

_NEEDED = word_set("importlib inspect pytest module isinstance list property callable repr type")


@dataclass(frozen=True, slots=True)
class Module:
    """The module under test."""

    bound: Mapping[str, int]
    """The number of bindings of each name."""
    reached: Mapping[tuple[str, ...], int]
    """Paths of functions and classes declared unconditionally, with their number of bindings."""
    deleted: frozenset[str]
    prints: bool
    """Whether anything in it may write to the terminal."""

    def unreachable(self, path: tuple[str, ...]) -> str:
        """Why a test cannot import the declaration at a path; empty if it can."""
        if path[0] in self.deleted:
            return "is deleted by its module"
        if misleading(path[0]):
            return "has a name that means something else in a test module"
        if path not in self.reached:
            return "is declared inside a function or under a condition"
        if self.bound[path[0]] > 1 or self.reached[path] > 1:
            return "is bound more than once"
        if path[-1].startswith("__") and not path[-1].endswith("__"):
            return "is private to its class"
        return ""


def misleading(name: str) -> bool:
    """Whether an imported name would be collected by pytest or shadow a name that the tests use."""
    return name in _NEEDED or name.startswith(("test", "Test"))


def module_of(tree: ast.Module) -> Module:
    """The bindings of a whole file's tree."""
    bound = bound_names(tree)
    words = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} | {
        n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)
    }
    return Module(
        bound=bound,
        reached=Counter(_reached(tree.body, ())),
        deleted=frozenset(
            t.id for s in tree.body if isinstance(s, ast.Delete) for t in s.targets if isinstance(t, ast.Name)
        ),
        prints=not words.isdisjoint(("print", "stdout", "pprint", "write")),
    )


def _reached(body: list[ast.stmt], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for statement in body:
        if isinstance(statement, Definition):
            yield (*above, statement.name)
        if isinstance(statement, ast.ClassDef):
            yield from _reached(statement.body, (*above, statement.name))

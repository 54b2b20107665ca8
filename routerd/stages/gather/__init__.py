"""Gather: the context that is worth its tokens, each snippet with the reason why it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from routerd.domain.action import ActionSpec, Snip, Target
from routerd.domain.document import Document
from routerd.domain.finding import Finding
from routerd.domain.ports import Counter
from routerd.domain.project import Project
from routerd.domain.prompt import Conventions, Snippet
from routerd.stages.gather.nearby import around, callees, constants, example, file_outline, imports, tests
from routerd.stages.gather.package import neighbours, signatures


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that context is chosen from."""

    document: Document
    target: Target
    used: tuple[str, ...]
    """Identifiers that the target uses."""
    project: Project
    conventions: Conventions
    diagnostics: tuple[Finding, ...] = ()


Piece = tuple[str, str, str]
"""Path, text and reason of a snippet that has not been counted yet."""


def gather(spec: ActionSpec, around_it: Surroundings, counter: Counter) -> tuple[Snippet, ...]:
    """The snippets that fit the action's appetite, the most wanted kinds first.

    A snippet that does not fit is left out whole: half a signature misleads more than none.
    """
    left = spec.appetite.tokens
    chosen: list[Snippet] = []
    for kind in spec.appetite.kinds:
        for path, text, reason in _SOURCES[kind](around_it):
            tokens = counter.count(text)
            if tokens and tokens <= left:
                left -= tokens
                chosen.append(Snippet(kind, path, text, reason, tokens))
    return tuple(chosen)


def _imports(it: Surroundings) -> Iterator[Piece]:
    yield from imports(it.document, it.target, it.used, it.conventions.path)
    yield from constants(it.document, it.target, it.used, it.conventions.path)


def _container(it: Surroundings) -> Iterator[Piece]:
    yield from around(it.document, it.target, it.conventions.path)


def _callees(it: Surroundings) -> Iterator[Piece]:
    yield from callees(it.target, it.used, it.conventions.path)
    yield from signatures(it.target, it.used, it.project, it.conventions.path)


def _tests(it: Surroundings) -> Iterator[Piece]:
    yield from tests(it.target, it.conventions, it.project)


def _diagnostics(it: Surroundings) -> Iterator[Piece]:
    inside = [f for f in it.diagnostics if it.target.span.start.line <= f.span.start.line <= it.target.span.end.line]
    if inside:
        lines = (f"line {f.span.start.line + 1}: {f.severity}: {f.message}" for f in inside)
        yield it.conventions.path, "\n".join(lines), "reported on the target by other tools"


def _outline(it: Surroundings) -> Iterator[Piece]:
    yield from file_outline(it.target, it.conventions.path)


def _neighbours(it: Surroundings) -> Iterator[Piece]:
    yield from neighbours(it.project, it.conventions.path)


def _example(it: Surroundings) -> Iterator[Piece]:
    yield from example(it.document, it.target, it.conventions.path)


_SOURCES: dict[Snip, Callable[[Surroundings], Iterator[Piece]]] = {
    Snip.IMPORTS: _imports,
    Snip.CONTAINER: _container,
    Snip.CALLEES: _callees,
    Snip.TESTS: _tests,
    Snip.DIAGNOSTICS: _diagnostics,
    Snip.OUTLINE: _outline,
    Snip.NEIGHBOURS: _neighbours,
    Snip.EXAMPLE: _example,
}

__all__ = ["Surroundings", "gather"]

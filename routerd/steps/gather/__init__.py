"""Gather: chooses the context within its token budget, each snippet with the reason for sending it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from routerd.domain.action import ActionSpec, ContextKind, Target
from routerd.domain.changed import Caller
from routerd.domain.document import Document
from routerd.domain.ports import Counter
from routerd.domain.project import Project
from routerd.domain.prompt import Conventions, Snippet
from routerd.steps.gather.nearby import around, callees, constants, example, file_outline, imports, tests
from routerd.steps.gather.package import neighbours, signatures
from routerd.steps.gather.piece import Piece, View


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The sources of context."""

    document: Document
    target: Target
    used: tuple[str, ...]
    """Identifiers that the target uses."""
    project: Project
    conventions: Conventions
    callers: tuple[Caller, ...] = ()
    """Who uses the symbols that changed."""


def gather(spec: ActionSpec, around_it: Surroundings, counter: Counter) -> tuple[Snippet, ...]:
    """The context that the target needs, and optional context within the token budget, by priority.

    A snippet that does not fit is omitted: half a signature misleads more than none.
    """
    left = spec.context_budget.tokens
    chosen: list[Snippet] = []
    it = _In(around_it, _view(spec, around_it))
    for kind in spec.context_budget.kinds:
        for piece in _SOURCES[kind](it):
            tokens = counter.count(piece.text)
            if tokens and (piece.needed or tokens <= left):
                left -= tokens
                chosen.append(Snippet(kind, piece.path, piece.text, piece.reason, tokens))
    return tuple(chosen)


@dataclass(frozen=True, slots=True)
class _In:
    """The input of a snippet source."""

    all: Surroundings
    file: View


def _view(spec: ActionSpec, it: Surroundings) -> View:
    shown = it.target.sent(spec.contract)
    return View(it.document, it.target, shown, frozenset(name.lstrip("@#") for name in it.used), it.conventions.path)


def _imports(it: _In) -> Iterator[Piece]:
    yield from imports(it.file)
    yield from constants(it.file)


def _callees(it: _In) -> Iterator[Piece]:
    yield from callees(it.file)
    yield from signatures(it.all.target, it.all.used, it.all.project, it.file.path)


def _tests(it: _In) -> Iterator[Piece]:
    """Of a change the tests that use what changed; else those that exist for the file."""
    own = [one for one in it.all.callers if one.tests]
    if own:
        yield from (Piece(one.path, one.text, one.reason) for one in own)
    else:
        yield from tests(it.all.conventions, it.all.project)


_SOURCES: dict[ContextKind, Callable[[_In], Iterator[Piece]]] = {
    ContextKind.IMPORTS: _imports,
    ContextKind.CONTAINER: lambda it: around(it.file),
    ContextKind.CALLEES: _callees,
    ContextKind.TESTS: _tests,
    ContextKind.CALLERS: lambda it: (Piece(one.path, one.text, one.reason) for one in it.all.callers if not one.tests),
    ContextKind.OUTLINE: lambda it: file_outline(it.file),
    ContextKind.NEIGHBOURS: lambda it: neighbours(it.all.project, it.file.path),
    ContextKind.EXAMPLE: lambda it: example(it.file),
}

__all__ = ["Surroundings", "gather"]

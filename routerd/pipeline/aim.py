"""Finds what a request is about: its target, before a prompt is composed."""

from __future__ import annotations

from dataclasses import dataclass

from routerd.domain.action import ActionSpec, Request, Scope, Target
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.project import Project
from routerd.domain.symbol import Outline
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.pipeline.dependencies import Dependencies
from routerd.steps.conventions import why_no_tests
from routerd.steps.mask import secret_file_refusal
from routerd.steps.resolve import resolve, unreadable


@dataclass(frozen=True, slots=True)
class Aim:
    """What a request is about."""

    name: str
    """The file's name."""
    target: Target
    project: Project
    """As the index knows it."""


def aimed(request: Request, spec: ActionSpec, deps: Dependencies) -> Aim | Refusal:
    """The target of a request, from the text and the index in memory."""
    document = request.document
    project = deps.workspace.project(document.uri)
    name = project.relative(document.uri).rpartition("/")[2]
    unread = unreadable(document.text, name) or secret_file_refusal(name)
    if unread is not None:
        return unread
    outline = deps.grammar.outline(document)
    target = resolve(request, spec, outline, deps.grammar.knows(document.language), name)
    target = _pointed_at(target, request, spec, deps)
    if isinstance(target, Refusal):
        return target
    return Aim(name, target, project)


def untestable(name: str, path: str, language: str) -> Refusal:
    """The refusal of tests that have no place to go to; ``path`` is relative to the root."""
    return Refusal(f"{name} {why_no_tests(path, language)}.", RefusalCode.SCOPE)


def _pointed_at(target: Target | Refusal, request: Request, spec: ActionSpec, deps: Dependencies) -> Target | Refusal:
    """The target, unless the cursor is on code of its own: a constant stands for itself, not for its file.

    Likewise a method of an object that a function makes: it is no symbol, and not the function around it.
    """
    if isinstance(target, Refusal) or not spec.code_only or not request.span.empty:
        return target
    at = request.cursor
    if target.scope is Scope.SYMBOL and not any(at in symbol.name_span for symbol in target.symbols):
        return _unknown(spec) if deps.grammar.declares(request.document, at) else target
    if target.scope is not Scope.FILE:
        return target
    text = request.document.text
    row = text.clamp(at).line
    line = Range(Position(row, 0), Position(row, len(text.bare(row))))
    if request.whole_file or _imports(target.outline, at, line, request.document, deps):
        return target
    return _unknown(spec) if deps.grammar.names(request.document, line) else target


def _imports(outline: Outline, at: Position, line: Range, document: Document, deps: Dependencies) -> bool:
    """Whether a position is in an import, or on a line that holds nothing but one."""
    for found in outline.imports:
        if found.span.start.line <= line.start.line <= found.span.end.line:
            rest = Range(max(found.span.end, line.start), max(found.span.end, line.end))
            if at in found.span or not deps.grammar.names(document, rest):
                return True
    return False


def _unknown(spec: ActionSpec) -> Refusal:
    return Refusal(
        f"routerd knows no declaration here that it could {spec.name}: select the lines, or ask for the whole file.",
        RefusalCode.SCOPE,
    )

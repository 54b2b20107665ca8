"""Documentation derived from the code: one block for each symbol, in the style of the file."""

from __future__ import annotations

import ast

from routerd.domain.errors import UpstreamError
from routerd.domain.prompt import Question
from routerd.domain.symbol import Symbol, SymbolKind
from routerd.languages import spec_of
from routerd.languages.spec import Tree
from routerd.offline.facts import Facts, owner_of
from routerd.offline.foreign import foreign_doc
from routerd.offline.names import sentence, words
from routerd.offline.parameters import field_entry, parameter_entry
from routerd.offline.phrases import annotated, attributes_set, class_summary, function_summary
from routerd.offline.results import returned, yielded
from routerd.offline.source import Definition, source_of
from routerd.offline.styles import Doc, DocEntry, rendered

_MAX_ATTRIBUTES = 12
"""The most attributes listed; a longer list would repeat the class body."""


def document(question: Question) -> str:
    """``<doc>`` blocks for every target symbol. Raises UpstreamError for an unsupported language."""
    language = question.request.document.language
    spec = spec_of(language)
    if spec is None:
        raise UpstreamError(f"The built-in engine writes no documentation for {language}; configure a model for it.")
    if spec.tree is Tree.PYTHON:
        blocks = _python(question)
    else:
        blocks = [(symbol.qualname, foreign_doc(symbol, spec.docs)) for symbol in question.target.symbols]
    return "\n".join(f'<doc name="{name}">\n{text}\n</doc>' for name, text in blocks) + "\n"


def _python(question: Question) -> list[tuple[str, str]]:
    source = source_of(question.request.document.text)
    kinds = question.target.outline.symbols
    classes = frozenset(symbol.qualname for symbol in kinds if symbol.kind is SymbolKind.CLASS)
    style = question.conventions.doc_style
    return [
        (symbol.qualname, rendered(_doc(symbol, source.node(symbol), classes), style))
        for symbol in question.target.symbols
    ]


def summary_of(symbol: Symbol, node: Definition | None, classes: frozenset[str]) -> str:
    """The first sentence of a symbol's documentation."""
    return _doc(symbol, node, classes).summary


def _doc(symbol: Symbol, node: Definition | None, classes: frozenset[str]) -> Doc:
    if node is None:
        return Doc(sentence(" ".join(words(symbol.name)) or f"`{symbol.name}`"))
    if isinstance(node, ast.ClassDef):
        return _class_doc(node)
    facts = Facts(node, owner_of(symbol.qualname, node, classes))
    dunder = node.name.startswith("__") and node.name.endswith("__")
    if facts.is_property or facts.accessor or (dunder and node.name not in ("__init__", "__new__", "__call__")):
        return Doc(function_summary(facts), raises=_raises(facts))
    return Doc(
        function_summary(facts),
        params=tuple(parameter_entry(parameter, facts) for parameter in facts.parameters if parameter.name.strip("_")),
        returns=None if dunder and node.name != "__call__" else returned(facts),
        yields=yielded(facts),
        raises=_raises(facts),
    )


def _class_doc(node: ast.ClassDef) -> Doc:
    fields = [field_entry(name, s.annotation, s.value) for name, s in annotated(node).items() if name[0] != "_"]
    if not fields:
        fields = [field_entry(name, None, value) for name, value in attributes_set(node).items()]
    return Doc(class_summary(node), attributes=tuple(fields[:_MAX_ATTRIBUTES]))


def _raises(facts: Facts) -> tuple[DocEntry, ...]:
    if facts.is_stub and facts.raised:
        return (DocEntry("", facts.raised[0].name, "Always; a subclass is to implement it."),)
    return tuple(
        DocEntry("", raised.name, raised.when or "In the cases that the body shows.") for raised in facts.raised
    )

"""Documentation derived from the code: one block for each symbol, in the style of the file."""

from __future__ import annotations

import ast

from routerd.domain.errors import UpstreamError
from routerd.domain.prompt import Question
from routerd.domain.symbol import Symbol, SymbolKind
from routerd.languages import specs
from routerd.languages.spec import Tree
from routerd.offline.facts import Facts, owner_of
from routerd.offline.foreign import foreign_doc
from routerd.offline.names import listing, sentence, words
from routerd.offline.parameters import field_entry, parameter_entry
from routerd.offline.phrases import annotated, class_summary, function_summary
from routerd.offline.results import returned, yielded
from routerd.offline.source import Definition, source_of
from routerd.offline.styles import Doc, DocEntry, rendered

_LEAST_NAME = 3
"""A shorter name is no word, so no summary can follow from it."""
_A_MODEL = "a model can: routerd config init."


def document(question: Question) -> str:
    """``<doc>`` blocks for the target symbols of which more is known than the signature says.

    Raises UpstreamError for an unsupported language, and where less than half of the symbols could be documented,
    which the action takes for an answer that was cut.
    """
    language = question.request.document.language
    spec = specs().get(language)
    if spec is None:
        raise UpstreamError(f"The built-in engine writes no documentation for {language}; configure a model for it.")
    # What a person or a model wrote is never made poorer.
    fresh = [symbol for symbol in question.target.symbols if symbol.doc is None]
    if not fresh:
        raise UpstreamError(f"Offline, documentation that exists is never rewritten; {_A_MODEL}")
    if spec.tree is Tree.PYTHON:
        found = _python(question, fresh)
    else:
        found = [(symbol.qualname, foreign_doc(symbol, spec.docs)) for symbol in fresh]
    blocks = [(name, text) for name, text in found if text]
    if not blocks:
        raise UpstreamError(f"Nothing certain to document offline in {question.target.label}; {_A_MODEL}")
    total = len(question.target.symbols)
    if len(blocks) * 2 < total:
        names = listing([f"`{name}`" for name, _ in blocks])
        raise UpstreamError(
            f"Only {len(blocks)} of {total} symbols could be documented without guessing ({names}): "
            f"ask for each alone, or {_A_MODEL}"
        )
    return "\n".join(f'<doc name="{name}">\n{text}\n</doc>' for name, text in blocks) + "\n"


def _python(question: Question, symbols: list[Symbol]) -> list[tuple[str, str]]:
    source = source_of(question.request.document.text)
    kinds = question.target.outline.symbols
    classes = frozenset(symbol.qualname for symbol in kinds if symbol.kind is SymbolKind.CLASS)
    style = question.conventions.doc_style
    found = []
    for symbol in symbols:
        node = source.node(symbol)
        doc = _doc(symbol, node, classes)
        inside_function = symbol.container is not None and symbol.container not in classes
        told = node is not None and not inside_function and _tells(doc, node)
        found.append((symbol.qualname, rendered(doc, style) if told else ""))
    return found


def _tells(doc: Doc, node: Definition) -> bool:
    """Whether a docstring says more than the name and the signature, in words that both bear out."""
    details = bool(doc.params or doc.returns or doc.yields or doc.raises or doc.attributes)
    if isinstance(node, ast.ClassDef):
        return details or "`" in doc.summary
    facts = Facts(node)
    if not facts.known or facts.accessor or (facts.is_stub and not doc.raises) or doc.summary.startswith("Handle "):
        return False
    name = node.name
    if name.startswith("__") and name.endswith("__"):
        return details or not doc.summary.startswith("Implement `__")
    if len(name.strip("_")) < _LEAST_NAME:
        return False
    return details or doc.summary.startswith(("Return whether ", "Whether "))


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
        params=tuple(entry for parameter in facts.parameters if (entry := parameter_entry(parameter, facts))),
        returns=None if dunder and node.name != "__call__" else returned(facts),
        yields=yielded(facts),
        raises=_raises(facts),
    )


def _class_doc(node: ast.ClassDef) -> Doc:
    public = {name: s.annotation for name, s in annotated(node).items() if not name.startswith("_")}
    entries = [entry for name, annotation in public.items() if (entry := field_entry(name, annotation))]
    return Doc(class_summary(node), attributes=tuple(entries))


def _raises(facts: Facts) -> tuple[DocEntry, ...]:
    """The errors whose condition the body shows."""
    if facts.is_stub and facts.raised:
        return (DocEntry("", facts.raised[0].name, "Always; a subclass is to implement it."),)
    return tuple(DocEntry("", raised.name, raised.when) for raised in facts.raised if raised.when)

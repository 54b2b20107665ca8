"""Docstrings derived from Python code: what a name says, the allowed values and the errors that a body shows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from routerd.domain.errors import UpstreamError
from routerd.domain.prompt import Question
from routerd.domain.symbol import Symbol, SymbolKind
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.offline.names import command, listing
from routerd.offline.raises import Raised, raised_by
from routerd.offline.source import Function, annotation_text, dotted, short, source_of

_A_MODEL = "a model can: routerd config init."


@dataclass(frozen=True, slots=True)
class AllowedValues:
    """A parameter that takes one of a few values."""

    name: str
    annotation: str
    text: str


def document(question: Question) -> str:
    """``<doc>`` blocks for the target symbols of which more is known than the signature says.

    Raises UpstreamError for another language, and where less than half of the symbols could be documented, which the
    action takes for an answer that was cut.
    """
    language = question.request.document.language
    if not has_tree(language, Tree.PYTHON):
        raise UpstreamError(f"The built-in engine writes no documentation for {language}; configure a model for it.")
    # What a person or a model wrote is never made poorer.
    fresh = [symbol for symbol in question.target.symbols if symbol.doc is None]
    if not fresh:
        raise UpstreamError(f"Offline, documentation that exists is never rewritten; {_A_MODEL}")
    blocks = list(_blocks(question, fresh))
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


def _blocks(question: Question, symbols: list[Symbol]) -> Iterator[tuple[str, str]]:
    source = source_of(question.request.document.text)
    kinds = question.target.outline.symbols
    classes = {symbol.qualname for symbol in kinds if symbol.kind is SymbolKind.CLASS}
    for symbol in symbols:
        node = source.node(symbol)
        inside_function = symbol.container is not None and symbol.container not in classes
        if isinstance(node, Function) and node.body and not inside_function and not _read(node):
            summary, choices, raised = command(node.name), tuple(_choices(node)), raised_by(node)
            if summary and (choices or raised):
                style = _STYLES.get(question.conventions.doc_style, _google)
                yield symbol.qualname, "\n\n".join((summary, *style(choices, raised)))


def _read(node: Function) -> bool:
    """Whether a function is a property, which is described as what it is and not as what it does."""
    names = [dotted(one) for one in node.decorator_list]
    return any(name.endswith(("property", ".setter", ".deleter", "overload")) for name in names)


def _choices(node: Function) -> Iterator[AllowedValues]:
    """The parameters whose values a Literal or a check at the function's beginning limits."""
    for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        values: list[ast.expr] = []
        if isinstance(arg.annotation, ast.Subscript) and dotted(arg.annotation.value).endswith("Literal"):
            inner = arg.annotation.slice
            values = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        for statement in node.body:
            if isinstance(statement, ast.If) and isinstance(statement.body[0], ast.Raise):
                values = values or _excluded(statement.test, arg.arg)
        shown = [f"`{code}`" for value in values if (code := short(value, 30))]
        if len(shown) > 1:
            yield AllowedValues(arg.arg, annotation_text(arg.annotation), f"One of {listing(shown, 8, 'or')}.")


def _excluded(test: ast.expr, name: str) -> list[ast.expr]:
    """The constants of ``name not in (…)``."""
    if not (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotIn) and dotted(test.left) == name):
        return []
    right = test.comparators[0]
    elements = right.elts if isinstance(right, ast.Tuple | ast.List | ast.Set) else []
    return list(elements) if all(isinstance(element, ast.Constant) for element in elements) else []


_Section = Callable[[tuple[AllowedValues, ...], tuple[Raised, ...]], list[str]]


def _google(choices: tuple[AllowedValues, ...], raised: tuple[Raised, ...]) -> list[str]:
    args = ["Args:", *(f"    {one.name}: {one.text}" for one in choices)]
    raises = ["Raises:", *(f"    {one.name}: {one.when}" for one in raised)]
    return ["\n".join(lines) for lines in (args, raises) if len(lines) > 1]


def _numpy(choices: tuple[AllowedValues, ...], raised: tuple[Raised, ...]) -> list[str]:
    heads = [(f"{one.name} : {one.annotation}" if one.annotation else one.name, one.text) for one in choices]
    found = []
    for title, entries in (("Parameters", heads), ("Raises", [(one.name, one.when) for one in raised])):
        lines = (f"{head}\n    {text}" for head, text in entries)
        found += ["\n".join((title, "-" * len(title), *lines))] if entries else []
    return found


def _sphinx(choices: tuple[AllowedValues, ...], raised: tuple[Raised, ...]) -> list[str]:
    lines = [f":param {one.name}: {one.text}" for one in choices]
    return ["\n".join((*lines, *(f":raises {one.name}: {one.when}" for one in raised)))]


_STYLES: dict[str, _Section] = {"google": _google, "numpy": _numpy, "sphinx": _sphinx}

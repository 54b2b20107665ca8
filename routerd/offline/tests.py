"""Writes a pytest module of the doctests of a target; refuses where there are none that a test can repeat."""

from __future__ import annotations

import ast
import io
import keyword
import textwrap
import tokenize
from collections.abc import Iterator

from routerd.domain.action import Scope
from routerd.domain.errors import UpstreamError
from routerd.domain.prompt import Question
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.offline.module import module_of
from routerd.offline.source import Definition, Function, Source, source_of
from routerd.offline.worked_out import GeneratedTest, test_of

_MAX_METHODS = 30
"""The most methods of one class that get tests; larger classes are tested method by method."""
_WIDTH = 88
"""The most characters of a line, by the usual formatters; a test with a longer one is left out."""


def write_tests(question: Question) -> str:
    """One fenced block. Raises UpstreamError for other languages, for a file that does not parse, and without tests."""
    language, path = question.request.document.language, question.conventions.path
    if not has_tree(language, Tree.PYTHON):
        raise UpstreamError(f"The built-in engine writes tests for Python only; configure a model for {language}.")
    source = source_of(question.request.document.text)
    if source.tree is None:
        raise UpstreamError(f"{path} has a syntax error, so no test of it could pass: fix it first.")
    module = module_of(source.tree)
    found: dict[str, GeneratedTest] = {}
    functions, worked_out = 0, 0
    for where, node in _targets(question, source):
        test = test_of(where, node, module)
        fits = test is not None and all(len(line) + 4 <= _WIDTH for line in "\n".join(test.lines).split("\n"))
        functions += isinstance(node, Function)
        worked_out += fits and isinstance(node, Function)
        if test is not None and fits:
            found.setdefault(test.name, test)
    if not found:
        one = question.target.scope is Scope.SYMBOL
        label = question.target.label if one else path.rpartition("/")[2]
        raise UpstreamError(f"Nothing certain to test offline in {label}; a model can: routerd config init.")
    # A class alone may hold the only doctest.
    share = f"{worked_out} of {functions} function{'s' * (functions != 1)}" if functions else "its doctest"
    code = _assembled(question, list(found.values()), share)
    fence = "````" if "```" in code else "```"
    return f"{fence}{language}\n{code}{fence}\n"


def _targets(question: Question, source: Source) -> Iterator[tuple[tuple[str, ...], Definition]]:
    """Every target symbol with its path; a class includes its public methods."""
    for symbol in question.target.symbols:
        node = source.node(symbol)
        if node is None:
            continue
        path = tuple(symbol.qualname.split("."))
        yield path, node
        methods = [s for s in node.body if isinstance(s, Function)] if isinstance(node, ast.ClassDef) else []
        names = [method.name for method in methods]
        plain = [m for m in methods if not m.name.startswith("_") and names.count(m.name) == 1]
        yield from (((*path, method.name), method) for method in plain[:_MAX_METHODS])


def _assembled(question: Question, tests: list[GeneratedTest], share: str) -> str:
    name = question.conventions.import_name or question.conventions.path.rpartition("/")[2].removesuffix(".py")
    bodies = [_function(test) for test in tests]
    everything = "\n".join(bodies)
    wanted = sorted({imported for test in tests for imported in test.imports})
    groups = []
    if not _importable(name):
        groups.append("import importlib")
    if "pytest." in everything:
        groups.append("import pytest")
    groups.append(_import(name, wanted))
    head = f'"""What could be worked out without a model: {share} of {name}."""'
    if len(head) > _WIDTH:
        head = f'"""What could be worked out without a model: {share}."""'
    return "\n\n".join([head, *groups]) + "\n\n\n" + "\n\n\n".join(bodies) + "\n"


def _import(name: str, wanted: list[str]) -> str:
    """The import of the names, in the order and with the line breaks of the usual sorters."""
    if not _importable(name):
        loads = [
            f'module = importlib.import_module("{name}")',
            *(f"{imported} = module.{imported}" for imported in wanted),
        ]
        return "\n".join(loads)
    wanted = sorted(wanted, key=_import_order)
    line = f"from {name} import {', '.join(wanted)}"
    return line if len(line) <= _WIDTH else f"from {name} import (\n" + "".join(f"    {w},\n" for w in wanted) + ")"


def _import_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest: the order that isort and ruff keep."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name


def _importable(name: str) -> bool:
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in name.split("."))


def _function(test: GeneratedTest) -> str:
    fixtures = "capsys" if test.captures else ""
    body = _double_quoted("\n".join(test.lines))
    return f"def {test.name}({fixtures}):\n" + textwrap.indent(body, "    ")


def _double_quoted(code: str) -> str:
    """The code with the quotes that formatters prefer, where that needs no escape."""
    lines = code.split("\n")
    tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    for token in reversed(tokens):
        text, (row, column) = token.string, token.start
        plain = token.type == tokenize.STRING and token.start[0] == token.end[0]
        if plain and len(text) > 1 and text[0] == text[-1] == "'" and text.count("'") == 2 and '"' not in text:
            line = lines[row - 1]
            lines[row - 1] = f'{line[:column]}"{text[1:-1]}"{line[column + len(text) :]}'
    return "\n".join(lines)

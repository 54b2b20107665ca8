"""Generates a pytest module from doctests, signatures and small bodies; other behaviour becomes a skipped test."""

from __future__ import annotations

import ast
import keyword
import textwrap
from collections.abc import Iterator

from routerd.domain.errors import UpstreamError
from routerd.domain.prompt import Question
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.offline.cases import GeneratedTest, tests_of
from routerd.offline.module import Module, module_of
from routerd.offline.source import Definition, Function, Source, source_of

_MAX_METHODS = 30
"""The most methods of one class that get tests; larger classes are tested method by method."""


def write_tests(question: Question) -> str:
    """One fenced block. Raises UpstreamError for other languages and for a file that does not parse."""
    language, path = question.request.document.language, question.conventions.path
    if not has_tree(language, Tree.PYTHON):
        raise UpstreamError(f"The built-in engine writes tests for Python only; configure a model for {language}.")
    source = source_of(question.request.document.text)
    if source.tree is None:
        raise UpstreamError(f"{path} has a syntax error, so no test of it could pass: fix it first.")
    module = module_of(source.tree)
    tests = _named_apart(test for target in _targets(question, source) for test in tests_of(*target, module))
    if not tests:
        raise UpstreamError("The built-in engine found nothing here that a test could hold on to.")
    code = _assembled(question, module, tests)
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


def _named_apart(tests: Iterator[GeneratedTest]) -> list[GeneratedTest]:
    """The tests without those whose name occurred before."""
    return list({test.name: test for test in tests}.values())


def _assembled(question: Question, module: Module, tests: list[GeneratedTest]) -> str:
    name = question.conventions.import_name or question.conventions.path.rpartition("/")[2].removesuffix(".py")
    bodies = [_function(test) for test in tests]
    everything = "\n".join(bodies)
    wanted = sorted({imported for test in tests for imported in test.imports})
    heads = [word for word in ("importlib", "inspect") if f"{word}." in everything]
    if not _importable(name):
        heads = sorted({"importlib", *heads})
    lines = [f"import {word}" for word in heads]
    lines += ["", "import pytest"] if "pytest." in everything else []
    imports = [_import(name, wanted)]
    docstring = f'"""Tests of {name}, written offline without a model: from its signatures, examples and bodies."""'
    if not wanted:
        # Even if all tests are skipped, the module itself must be importable.
        imports = [f"import {name}" if _importable(name) else f'importlib.import_module("{name}")']
    head = "\n".join([docstring, "", *lines, "", *imports]).replace("\n\n\n", "\n\n")
    return head + "\n\n\n" + "\n\n\n".join(bodies) + "\n"


def _import(name: str, wanted: list[str]) -> str:
    if not _importable(name):
        loads = [
            f'module = importlib.import_module("{name}")',
            *(f"{imported} = module.{imported}" for imported in wanted),
        ]
        return "\n".join(loads)
    line = f"from {name} import {', '.join(wanted)}"
    return line if len(line) <= 88 else f"from {name} import (\n" + "".join(f"    {w},\n" for w in wanted) + ")"


def _importable(name: str) -> bool:
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in name.split("."))


def _function(test: GeneratedTest) -> str:
    fixtures = "capsys" if test.captures else ""
    return f"def {test.name}({fixtures}):\n" + textwrap.indent("\n".join(test.lines), "    ")

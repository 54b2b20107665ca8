"""What each language's outline holds: cases as text files, and Python's names against the ``ast`` module."""

from __future__ import annotations

import ast
import sys
import sysconfig
from pathlib import Path

import pytest

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from routerd.languages import specs
from tests.adapters.grammar.tables import cases, outline_of, read, table

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
MODULES = sorted(path for path in LIBRARY.glob("[a-h]*.py"))[:60]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.stem)
def test_the_outline_of_a_case_is_the_table_below_it(case: Path) -> None:
    language, source, expected = read(case)
    assert table(outline_of(source, language)) == expected


def test_every_language_has_a_case() -> None:
    assert {read(case)[0] for case in cases()} == specs().keys()


def test_a_language_without_a_grammar_has_an_empty_outline() -> None:
    assert outline_of("# title", "markdown") == outline_of("", "markdown")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_python_names_and_docstrings_are_those_that_python_itself_sees(module: Path) -> None:
    source = module.read_bytes().decode("utf-8")
    outline = outline_of(source, "python")
    text = Text(source)
    seen = [
        (symbol.qualname, ast.literal_eval(text.slice(symbol.doc).strip()) if symbol.doc else None)
        for symbol in sorted(outline.symbols, key=lambda symbol: symbol.name_span)
    ]
    assert outline.faults == ()
    assert seen == _declared(ast.parse(source), "")
    assert (outline.doc is not None) == (ast.get_docstring(ast.parse(source), clean=False) is not None)


def _declared(node: ast.AST, path: str) -> list[tuple[str, str | None]]:
    """Qualified names and docstrings, in the order of their names in the source."""
    found: list[tuple[str, str | None]] = []
    for child in sorted(ast.iter_child_nodes(node), key=lambda n: getattr(n, "lineno", 0)):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append((path + child.name, ast.get_docstring(child, clean=False)))
            found += _declared(child, f"{path}{child.name}.")
        else:
            found += _declared(child, path)
    return found


def test_imports_give_the_module_as_written_and_the_names_it_binds() -> None:
    outline = outline_of("import a.b\nimport c as d, e\nfrom ..f import (g, h as i)\n", "python")
    assert [(found.module, found.names) for found in outline.imports] == [
        ("a.b", ("a",)),
        ("c", ("d",)),
        ("e", ("e",)),
        ("..f", ("g", "i")),
    ]


def test_the_outline_of_the_same_text_is_the_same_object() -> None:
    grammar = TreeSitterGrammar()
    document = Document("file:///a.py", 1, "python", Text("def f(): pass\n"))
    assert grammar.outline(document) is grammar.outline(document)
    assert grammar.outline(Document("file:///a.py", 2, "python", Text(""))).symbols == ()


OBJECTS = """\
const api = {
  /** Gets. */
  get(id) { return id; },
  list: async () => { return []; },
  nested: { deep: function () { return 1; } },
  async *stream() {},
  limit: 3,
};
module.exports = { run() {}, api };
export default defineComponent({ methods: { click() {} }, setup() { return { inner() {} }; } });
function plain() { const o = { local() {} }; return o; }
class A { m() { return { no() {} }; } }
"""


@pytest.mark.parametrize("language", ["javascript", "typescript", "typescriptreact"])
def test_functions_of_the_modules_own_objects_are_symbols_and_those_of_passing_ones_are_not(language: str) -> None:
    outline = TreeSitterGrammar().outline(Document("file:///a.js", 1, language, Text(OBJECTS)))
    assert [symbol.qualname for symbol in outline.symbols] == [
        "api.get", "api.list", "api.nested.deep", "api.stream", "exports.run", "methods.click", "setup",
        "plain", "A", "A.m",
    ]  # fmt: skip
    first, second = outline.symbols[:2]
    assert first.doc is not None
    assert (second.kind, second.signature, second.doc) == ("method", "list: async () =>", None)


def test_of_a_document_that_is_typed_in_only_the_last_two_outlines_are_kept() -> None:
    grammar = TreeSitterGrammar()
    document = Document("file:///a.py", 1, "python", Text("def one():\n    return 1\n"))
    kept = [grammar.outline(document)]
    for version in range(2, 12):
        typed = document.text.replaced(Range(Position(1, 0), Position(1, 0)), "    x = 1\n")
        document = Document(document.uri, version, "python", typed)
        kept.append(grammar.outline(document))
    assert kept[-1].symbols[0].whole.end.line == 11
    references = [sys.getrefcount(outline) for outline in kept]
    assert references[0] < references[-1] == references[-2]

"""What is parsed after a keystroke: the edited member with its enclosing declarations, in every shape of file."""

from __future__ import annotations

import pytest

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.grammar.excerpt import Rows, excerpt_of
from routerd.adapters.grammar.incremental import LONGEST_LINE
from routerd.adapters.grammar.parsed import Parsed
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from tests.bench.hover_shapes import CLASSES, FUNCTIONS, NAME_MARK, SMALL, shaped

SHAPES = {"class": CLASSES, "function": FUNCTIONS, "small": SMALL}


@pytest.mark.parametrize("language", CLASSES)
@pytest.mark.parametrize("shape", SHAPES)
def test_it_does_not_grow_with_the_file(shape: str, language: str) -> None:
    sizes = []
    for lines in (2_000, 8_000):
        parsed = Parsed.of(Text(shaped(SHAPES[shape][language], lines)), language)
        at = next(n for n, line in enumerate(parsed.text.lines) if NAME_MARK in line)
        edited = Rows(at + 1, at + 1)
        sizes.append(excerpt_of(parsed.tree.root_node, parsed.rules, (edited, Rows(at, at))).size)
    assert sizes[0] == sizes[1] < 300


def test_nothing_is_found_on_a_line_that_no_person_wrote() -> None:
    document = Document("file:///a.js", 1, "javascript", Text("function f() {} " * 1_000 + "\nfunction g() {}\n"))
    grammar = TreeSitterGrammar()
    assert len(document.text.lines[0]) > LONGEST_LINE
    assert grammar.around(document, Position(0, 10)) == ()
    assert [symbol.name for symbol in grammar.around(document, Position(1, 10))] == ["g"]


def test_a_long_line_of_data_leaves_the_declaration_around_it_known() -> None:
    text = Text("def label():\n    # note\n    return [" + "1, " * LONGEST_LINE + "]\n")
    grammar = TreeSitterGrammar()
    before = grammar.around(Document("file:///a.py", 1, "python", text), Position(0, 5))
    end = Position(1, 10)
    edited = Document("file:///a.py", 2, "python", text.replaced(Range(end, end), "s\n    # more"))
    after = grammar.around(edited, Position(0, 5))
    assert [symbol.name for symbol in after] == ["label"]
    assert after[0].whole.end.line == before[0].whole.end.line + 1

"""What is parsed after a keystroke: the edited member with its enclosing declarations, in every shape of file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.grammar.excerpt import Rows, excerpt_of
from routerd.adapters.grammar.incremental import LONGEST_LINE
from routerd.adapters.grammar.parsed import Parsed
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from tests.bench.hover_shapes import CLASSES, FUNCTIONS, NAME_MARK, SMALL, shaped
from tests.property_tests import example_count

PIECES = (
    *(" ", "x", "}", "{", "(", ")", ";", "\n", "\n\n", "/*", "*/", "//", "#", '"', "'", '"""', "`", "@x\n", ":", "=>"),
    "    return 1\n",
    "\n    def q(self):\n        pass\n",
    "\n    int q() { return 1; }\n",
    "class Q {}",
    "*/ int a; /*",
)
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


@pytest.mark.parametrize("language", CLASSES)
@pytest.mark.parametrize("shape", ["class", "function"])
@example_count(400)
@given(data=st.data())
def test_what_is_around_a_position_is_what_a_whole_parse_says(shape: str, language: str, data: st.DataObject) -> None:
    before, after = Text(shaped(SHAPES[shape][language], 600)), TreeSitterGrammar()
    after.around(Document("file:///shop", 1, language, before), Position(5, 0))
    text, lines = before, st.integers(1, len(before.lines) - 2)
    for version in range(2, 2 + data.draw(st.integers(1, 3))):
        row = data.draw(lines)
        columns = st.integers(0, len(text.bare(row)))
        at = Position(row, data.draw(columns))
        end = Position(row, data.draw(columns)) if data.draw(st.booleans()) else at
        text = text.replaced(Range(min(at, end), max(at, end)), data.draw(st.sampled_from(PIECES)))
        position = text.clamp(Position(data.draw(lines), data.draw(st.integers(0, 12))))
        now = after.around(Document("file:///shop", version, language, text), position)
        whole = TreeSitterGrammar().outline(Document("file:///other", None, language, Text(text.string)))
        if not whole.faults:
            assert now == tuple(symbol for symbol in whole.symbols if position in symbol.whole)

"""A change in one member of a long class is read without the others, and says what reading all of it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.grammar.member import changed_member
from routerd.adapters.grammar.parsed import Parsed
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from tests.bench.hover_shapes import DIALECTS

CLASSES = {name: dialect for name, dialect in DIALECTS.items() if dialect.member}
MEMBERS = 60
PIECES = (
    *(" ", "x", "}", "{", "(", ")", ";", "\n", "\n\n", "/*", "*/", "//", "#", '"', "'", '"""', "`", "@x\n", ":", "=>"),
    *(
        "    return 1\n",
        "\n    def q(self):\n        pass\n",
        "\n    int q() { return 1; }\n",
        "class Q {}",
        "*/ int a; /*",
    ),
)


def source_of(language: str, doc: str = "") -> str:
    dialect = CLASSES[language]
    members = (doc + dialect.member.format(n=n) for n in range(MEMBERS))
    return dialect.opening + "".join(members) + dialect.closing


@pytest.mark.parametrize("language", sorted(CLASSES))
@pytest.mark.parametrize("commented", [False, True])
@given(data=st.data())
def test_what_is_around_a_place_is_what_a_whole_parse_says(language: str, commented: bool, data: st.DataObject) -> None:
    doc = "" if not commented else "    # of\n" if language == "python" else "    /** Of. */\n"
    before = Text(source_of(language, doc))
    grammar = TreeSitterGrammar()
    grammar.around(Document("file:///shop", 1, language, before), Position(5, 0))
    text = before
    lines = st.integers(1, len(before.lines) - 2)
    for version in range(2, 2 + data.draw(st.integers(1, 3))):
        row = data.draw(lines)
        columns = st.integers(0, len(text.bare(row)))
        at = Position(row, data.draw(columns))
        end = Position(row, data.draw(columns)) if data.draw(st.booleans()) else at
        span = Range(min(at, end), max(at, end))
        text = text.replaced(span, data.draw(st.sampled_from(PIECES)))
        document = Document("file:///shop", version, language, text)
        place = text.clamp(Position(data.draw(lines), data.draw(st.integers(0, 12))))
        now = grammar.around(document, place)
        whole = TreeSitterGrammar().outline(Document("file:///other", None, language, Text(text.string)))
        if not whole.faults:
            assert now == tuple(symbol for symbol in whole.symbols if place in symbol.whole)


@pytest.mark.parametrize("language", sorted(CLASSES))
def test_a_change_inside_a_member_parses_that_member_alone(language: str) -> None:
    before = Text(source_of(language))
    cached = Parsed.of(before, language)
    row = 1 + 5 * (MEMBERS // 2) + 2
    end = Position(row, len(before.bare(row)))
    after = before.replaced(Range(end, end), " // of" if language != "python" else "  # of")
    change = after.changed_since(before)
    assert change is not None
    found = changed_member(cached, after, change)
    assert found is not None
    assert found.after[0].name.lower() == f"price{MEMBERS // 2}"
    assert [one.name for one in found.containers] == ["Shop"]

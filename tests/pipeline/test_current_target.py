"""A symbol that is followed through edits is counted as one that is counted whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.tokenizer import TiktokenCounter
from routerd.domain.document import Document
from routerd.domain.position import Edit, Position, Range
from routerd.domain.text import Text
from routerd.pipeline import current_target
from routerd.pipeline.current_target import measured
from tests.property_tests import example_count

LINES = ["    total = cells[0]\n", "\n", "    # é 😀\n", "    text = '```'\n", "    x = '" + "word " * 30 + "'\n"]
COUNTER, GRAMMAR = TiktokenCounter(), TreeSitterGrammar()


@pytest.fixture(autouse=True)
def _everything_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_target, "SHORT_LINES", 0)
    monkeypatch.setattr(current_target, "SHORT_CHARS", 100)


@example_count(300)
@given(
    st.sampled_from(["\n", "\r\n"]),
    st.lists(st.sampled_from(LINES), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2), st.sampled_from([*LINES, ""])), max_size=6),
)
def test_words_and_tokens_are_those_of_the_whole_text(
    end: str, body: list[str], edits: list[tuple[int, int, str]]
) -> None:
    text = Text(f"import os\n\ndef label(cells):\n{''.join(body)}    return cells\n\nx = 1\n".replace("\n", end))
    before = None
    for version, (line, gone, come) in enumerate([(99, 0, ""), *edits]):
        first = Position(min(line + 3, len(text.lines) - 1), 0)
        last = Position(min(first.line + gone, len(text.lines) - 1), 0)
        text = text.edited([Edit(Range(first, last), come.replace("\n", end))])
        document = Document("file:///a.py", version, "python", text)
        symbol = next((one for one in TreeSitterGrammar().outline(document).symbols if one.name == "label"), None)
        if symbol is None:
            continue
        before = measured(document, symbol, before, COUNTER)
        fresh = measured(document, symbol, None, COUNTER)
        assert (before.words, before.framed, before.size) == (fresh.words, fresh.framed, fresh.size)
        assert before.size == COUNTER.count(before.source)


def test_only_the_edited_part_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    words_in = current_target.words_in

    def counted(source: str) -> list[str]:
        read.append(len(source))
        return words_in(source)

    monkeypatch.setattr(current_target, "words_in", counted)
    text = Text("def label(cells):\n" + "".join(f"    cells[{n}] = {n}\n" for n in range(10_000)))
    document = Document("file:///a.py", 1, "python", text)
    symbol = GRAMMAR.outline(document).symbols[0]
    before = measured(document, symbol, None, COUNTER)
    at = Position(5_000, 4)
    edited = Document("file:///a.py", 2, "python", text.replaced(Range(at, at), "more"))
    read.clear()
    after = measured(edited, GRAMMAR.outline(edited).symbols[0], before, COUNTER)
    assert sum(read) < len(text.string) / 10
    assert after.size == COUNTER.count(after.source)

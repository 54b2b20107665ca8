"""Dependencies in every text: spans that slice to what they name, and keystrokes that cost no full parse."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.grammar import TreeSitterGrammar, excerpt
from routerd.domain.document import Document
from routerd.domain.position import Edit, Position, Range
from routerd.domain.symbol import Outline, Symbol
from routerd.domain.text import Text
from tests.adapters.grammar.tables import cases, outline_of, read
from tests.property_tests import example_count

SOURCES = [read(case)[:2] for case in cases()]
ODD = st.sampled_from(["😀", "é", "\u2028", "\x0c", "\x85", "\ufeff", "\ud800", "日本", "\x00", "𝒳"])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
MARKS = re.compile(r"/\*|\*/|\"{3}|`|^=(?:begin|end)", re.MULTILINE)
PIECES = st.sampled_from(
    ["def f(a):\n    return a\n", "class A:\n    x = 1\n", "\n", "    ", "# c\n", '"""', "'", "(", ")", "x", "@d\n"]
)


def spans(symbol: Symbol) -> list[Range]:
    return [s for s in (symbol.whole, symbol.header, symbol.name_span, symbol.body, symbol.doc) if s]


def assert_sound(outline: Outline, text: Text) -> None:
    assert list(outline.symbols) == sorted(outline.symbols, key=lambda symbol: symbol.whole.start)
    for symbol in outline.symbols:
        assert text.slice(symbol.name_span) == symbol.name
        assert symbol.name
        assert symbol.whole.covers(symbol.name_span)
        assert symbol.body is None or symbol.whole.covers(symbol.body)
        for span in spans(symbol):
            assert span.start <= span.end
            assert text.clamp(span.start) == span.start
            assert text.clamp(span.end) == span.end


@example_count(150)
@given(st.sampled_from(SOURCES), ENDS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), ODD), max_size=4))
def test_names_slice_to_themselves_whatever_stands_around_them(
    source: tuple[str, str], end: str, odd: list[tuple[int, int, str]]
) -> None:
    language, string = source
    text = Text(string.replace("\n", end))
    for line, column, character in odd:
        position = text.clamp(Position(line, column))
        text = text.replaced(Range(position, position), character)
    outline = TreeSitterGrammar().outline(Document("file:///x", 1, language, text))
    assert_sound(outline, text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("language", "source"), SOURCES)
def test_the_kind_of_line_end_changes_nothing_in_an_outline(language: str, source: str, end: str) -> None:
    assert outline_of(source.replace("\n", end), language) == outline_of(source, language)


def test_columns_count_code_points_and_lines_end_where_lsp_ends_them() -> None:
    text = Text("\ufeffx = '😀\x0c\u2028'\rdef é😀(): pass\n'\ud800'; é = 1\nclass 名(object): pass\n")
    outline = TreeSitterGrammar().outline(Document("file:///x", 1, "python", text))
    assert outline.by_qualname["名"][0].name_span == Range(Position(3, 6), Position(3, 7))
    assert_sound(outline, text)


@pytest.mark.parametrize(("language", "source"), SOURCES)
def test_a_name_is_found_at_every_place_of_it_as_in_the_outline(language: str, source: str) -> None:
    grammar = TreeSitterGrammar()
    document = Document("file:///x", 1, language, Text(source))
    outline = grammar.outline(document)
    for line, string in enumerate(document.text.lines):
        for column in range(len(string)):
            assert grammar.named_at(document, Position(line, column)) == outline.named_at(Position(line, column))


@example_count(1_500)
@given(st.sampled_from(SOURCES), st.sampled_from([0, excerpt.SHORTEST_GAP]), st.data())
def test_after_edits_that_leave_a_file_whole_a_name_is_found_as_by_a_fresh_parse(
    source: tuple[str, str], shortest_gap: int, data: st.DataObject
) -> None:
    with patch.object(excerpt, "SHORTEST_GAP", shortest_gap):
        _edit_and_compare(source, data)


def _edit_and_compare(source: tuple[str, str], data: st.DataObject) -> None:
    language, string = source
    grammar = TreeSitterGrammar()
    document = Document("file:///x", 1, language, Text(string * 3))
    grammar.named_at(document, Position(0, 0))
    for version in range(2, 5):
        line = data.draw(st.integers(0, len(document.text.lines) - 1))
        end = data.draw(st.integers(line, min(line + 2, len(document.text.lines) - 1)))
        copied = data.draw(st.integers(0, len(document.text.lines) - 2))
        new = data.draw(st.sampled_from(["", "\n", document.text.lines[copied]]))
        if MARKS.search("".join((*document.text.lines[line:end], new))):
            continue  # what a comment or string swallows further down is seen by the next outline only
        text = document.text.edited([Edit(Range(Position(line, 0), Position(end, 0)), new)])
        document = Document(document.uri, version, language, text)
        fresh = outline_of(text.string, language)
        if fresh.faults:
            grammar.named_at(document, Position(line, 0))
            continue
        for symbol in fresh.symbols:
            found = grammar.named_at(document, symbol.name_span.start)
            assert found == fresh.named_at(symbol.name_span.start)


@example_count(150)
@given(st.lists(PIECES, max_size=14), st.lists(PIECES, max_size=14))
def test_half_written_code_never_raises_and_its_outline_depends_on_the_text_alone(
    before: list[str], after: list[str]
) -> None:
    grammar = TreeSitterGrammar()
    old = Document("file:///x", 1, "python", Text("".join(before)))
    new = Document("file:///x", 2, "python", Text("".join(after)))
    grammar.outline(old)
    for line in range(len(new.text.lines)):
        grammar.named_at(new, Position(line, 4))
    assert grammar.outline(new) == outline_of(new.text.string, "python")
    assert_sound(grammar.outline(new), new.text)


def test_another_text_under_the_same_version_does_not_replace_the_one_that_is_open() -> None:
    grammar = TreeSitterGrammar()
    kept = Document("file:///x", 7, "python", Text("def kept(): pass\n"))
    other = Document("file:///x", 7, "python", Text("def other(): pass\n"))
    assert grammar.outline(kept).symbols[0].name == "kept"
    assert grammar.outline(other).symbols[0].name == "other"
    found = grammar.named_at(kept, Position(0, 5))
    assert found is not None
    assert found.name == "kept"


def test_names_are_the_identifiers_used_each_once_without_keywords_and_declared_names() -> None:
    source = "@deco.rate(1)\ndef f(a: Foo) -> None:\n    x = Bar(a).baz(lib.qux)\n    if x: return f(a)\n\ny = z\n"
    grammar = TreeSitterGrammar()
    document = Document("file:///x", 1, "python", Text(source))
    names = grammar.names(document, grammar.outline(document).symbols[0].whole)
    assert names == ("deco", "rate", "a", "Foo", "x", "Bar", "baz", "lib", "qux", "f")


@pytest.mark.parametrize(
    ("language", "source", "wanted"),
    [
        ("javascript", "function f() { return g(a.b.c()) }", {"g", "a", "b", "c"}),
        ("typescript", "function f(x: T): U { return new V<W>(x.y) }", {"T", "U", "V", "W", "x", "y"}),
        ("go", "package p\nfunc f(t T) { fmt.Println(t.g()) }", {"T", "fmt", "Println", "t", "g"}),
        ("rust", 'fn f(t: T) -> U { a::b(t).c(); println!("{}", z) }', {"T", "U", "a", "b", "c", "println", "z"}),
        ("java", "class A { T f() { return g(a.b().c); } }", {"T", "g", "a", "b", "c"}),
        ("c", "T f(struct S *s) { return g(s->x); }", {"T", "S", "g", "s", "x"}),
        ("cpp", "T f() { return ns::g<U>(v.size()); }", {"T", "ns", "g", "U", "v", "size"}),
        ("ruby", "def f(a)\n  A::B.new(a).run\nend", {"A", "B", "new", "run", "a"}),
        ("csharp", "class A { T F() { return B.C<D>(e.G()); } }", {"T", "B", "C", "D", "e", "G"}),
    ],
)
def test_names_hold_callees_types_and_attributes_in_every_language(
    language: str, source: str, wanted: set[str]
) -> None:
    grammar = TreeSitterGrammar()
    document = Document("file:///x", 1, language, Text(source))
    names = set(grammar.names(document, document.text.whole))
    assert wanted <= names
    assert not names & {"return", "def", "function", "new" if language != "ruby" else "end", "class", "fn"}

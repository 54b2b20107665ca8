"""What a cursor or a selection means: a symbol, some lines, or the file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routerd.actions import catalog
from routerd.adapters.grammar import TreeSitterGrammar
from routerd.domain.action import Contract, Request, Scope, Target
from routerd.domain.document import Document
from routerd.domain.position import Range, span
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.steps.resolve import resolve

SOURCE = """\
LIMIT = 3


@cached
def weigh(
    parcel,
    limit=LIMIT,
):
    total = 0
    return min(parcel, limit) + total


class Label:
    def text(self): return "x"
"""


def target(action: str, where: Range) -> Target:
    document = Document("file:///a.py", 1, "python", Text(SOURCE))
    outline = TreeSitterGrammar().outline(document)
    found = resolve(Request(action, document, where), catalog()[action], outline, True, "a.py")
    assert isinstance(found, Target), found
    return found


@pytest.mark.parametrize(
    ("where", "label"),
    [
        (span(4, 4, 4, 9), "`weigh`"),  # a double-click on its name
        (span(4, 0, 4, 10), "`weigh`"),  # the line of its name, as Kate sends it
        (span(4, 0, 5, 0), "`weigh`"),  # the same with its line end
        (span(3, 0, 7, 2), "`weigh`"),  # all of its header
        (span(3, 0, 4, 10), "`weigh`"),
        (span(12, 0, 13, 0), "`Label`"),
        (span(13, 0, 13, 30), "`text`"),  # a whole function on one line
        (span(8, 4, 8, 4), "`weigh`"),  # a cursor in its body
    ],
)
@pytest.mark.parametrize("action", ["document", "test", "review", "ask"])
def test_a_name_or_a_header_stands_for_its_symbol(action: str, where: Range, label: str) -> None:
    found = target(action, where)
    assert (found.scope, found.label) == (Scope.SYMBOL, label)


@pytest.mark.parametrize("where", [span(8, 0, 9, 0), span(4, 0, 8, 5), span(0, 0, 4, 10), span(5, 0, 6, 4)])
def test_other_lines_are_what_was_selected(where: Range) -> None:
    found = target("review", where)
    assert found.scope is Scope.SELECTION
    assert found.span.start.line == where.start.line


def test_a_position_outside_of_every_symbol_is_the_file() -> None:
    assert target("review", span(0, 2, 0, 2)).scope is Scope.FILE
    assert target("design", span(8, 4, 8, 4)).scope is Scope.FILE


def documented(source: str, where: Range | None = None) -> Target | Refusal:
    document = Document("file:///a.py", 1, "python", Text(source))
    request = Request("document", document, where or document.text.whole, whole_file=where is None)
    return resolve(request, catalog()["document"], TreeSitterGrammar().outline(document), True, "a.py")


@pytest.mark.parametrize("source", ["def weigh(parcel):", "def weigh(parcel):\n    # to do\n"])
def test_a_function_without_a_body_is_refused_before_anybody_is_paid_for_a_docstring(source: str) -> None:
    at_name, whole = documented(source, span(0, 5, 0, 5)), documented(source)
    assert isinstance(at_name, Refusal)
    assert "no body yet" in at_name.message
    assert isinstance(whole, Refusal)
    found = documented("class Label:\n    def text(self):\n\n    def size(self): return 1\n")
    assert isinstance(found, Target)
    assert [symbol.name for symbol in found.symbols] == ["Label", "size"]


def test_nothing_to_document_and_everything_documented_are_told_apart() -> None:
    nothing, everything = documented("x = 1\n"), documented('def weigh():\n    """Weigh."""\n')
    assert isinstance(nothing, Refusal)
    assert "nothing to document" in nothing.message
    assert isinstance(everything, Refusal)
    assert "documented already" in everything.message
    assert "--" not in everything.message, "an option of the terminal, which its frontend adds"


class _Counted(Range):
    asked = 0

    def covers(self, other: Range) -> bool:
        _Counted.asked += 1
        return super().covers(other)


def test_what_is_sent_of_a_thousand_functions_is_found_in_one_pass() -> None:
    found = documented("class Label:\n    def text(self): return 1\n\n" + "def weigh(): return 1\n" * 1000)
    assert isinstance(found, Target)
    counted = tuple(replace(s, whole=_Counted(s.whole.start, s.whole.end)) for s in found.symbols)
    sent = replace(found, symbols=counted).sent(Contract.DOCUMENTATION)
    assert len(sent) == 1001
    assert _Counted.asked <= len(counted)


@pytest.mark.parametrize(
    ("language", "source", "row", "column"),
    [
        ("rust", "mod a { pub fn half(x: u8) -> u8 { x / 2 } }\n", 0, 16),
        ("go", "package m\n\nvar x = 1; func Half(x int) int { return x / 2 }\n", 2, 17),
        ("ruby", "class A; def half(x); x / 2; end; end\n", 0, 14),
        ("csharp", "class A { int Half(int x) { return x / 2; } }\n", 0, 15),
    ],
)
def test_what_shares_its_line_is_refused_before_anything_is_sent(
    language: str, source: str, row: int, column: int
) -> None:
    document = Document("file:///a", 1, language, Text(source))
    outline = TreeSitterGrammar().outline(document)
    request = Request("document", document, span(row, column, row, column))
    found = resolve(request, catalog()["document"], outline, True, "a")
    assert isinstance(found, Refusal), found
    assert "shares its line with other code" in found.message
    whole = resolve(replace(request, whole_file=True), catalog()["document"], outline, True, "a")
    labels = [] if isinstance(whole, Refusal) else [symbol.name.lower() for symbol in whole.symbols]
    assert "half" not in labels

"""What a cursor or a selection means: a symbol, some lines, or the file."""

from __future__ import annotations

import pytest

from routerd.actions import catalog
from routerd.adapters.grammar import TreeSitterGrammar
from routerd.domain.action import Request, Scope, Target
from routerd.domain.document import Document
from routerd.domain.place import Span, span
from routerd.domain.text import Text
from routerd.stages.resolve import resolve

SOURCE = '''\
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
'''


def target(action: str, where: Span) -> Target:
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
def test_a_name_or_a_header_stands_for_its_symbol(action: str, where: Span, label: str) -> None:
    found = target(action, where)
    assert (found.scope, found.label) == (Scope.SYMBOL, label)


@pytest.mark.parametrize("where", [span(8, 0, 9, 0), span(4, 0, 8, 5), span(0, 0, 4, 10), span(5, 0, 6, 4)])
def test_other_lines_are_what_was_selected(where: Span) -> None:
    found = target("review", where)
    assert found.scope is Scope.SELECTION
    assert found.span.start.line == where.start.line


def test_a_place_outside_of_every_symbol_is_the_file() -> None:
    assert target("review", span(0, 2, 0, 2)).scope is Scope.FILE
    assert target("design", span(8, 4, 8, 4)).scope is Scope.FILE

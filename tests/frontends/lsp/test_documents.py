"""What happens to places in a document while it is edited."""

from __future__ import annotations

import pytest

from routerd.domain.document import Document
from routerd.domain.errors import UsageError
from routerd.domain.finding import Finding, Severity
from routerd.domain.position import Edit, Range, span
from routerd.domain.text import Text
from routerd.frontends.lsp.diagnostics import carried
from routerd.frontends.lsp.documents import Documents


def _finding(line: int) -> Finding:
    here = span(line, 0, line, 3)
    return Finding(here, Severity.WARNING, "m", fix=Edit(here, "new"))


def test_findings_below_an_edit_move_those_on_it_go_and_those_above_stay() -> None:
    old = Text("one\ntwo\nsix\nten\n")
    found = tuple(map(_finding, range(4)))
    new = old.replaced(span(2, 0, 2, 1), "S\nX")
    moved = carried(found, old, new)
    assert [finding.span.start.line for finding in moved] == [0, 1, 4]
    assert moved[2].fix is not None
    assert moved[2].fix.span.start.line == 4


def test_a_line_that_is_only_pushed_down_keeps_its_finding() -> None:
    old = Text("one\ntwo\n")
    for where, new in ((span(1, 0, 1, 0), "above\n"), (span(0, 3, 0, 3), "\nbelow")):
        [moved] = carried([_finding(1)], old, old.replaced(where, new))
        assert moved.span.start.line == 2
    assert len(carried([_finding(1)], old, old.replaced(span(1, 3, 1, 3), "\nafter"))) == 1


def test_a_range_for_an_older_version_is_found_again_change_by_change() -> None:
    documents = Documents()
    documents.open(Document("u", 1, "python", Text("a\nb\nc\nd\n")))
    documents.change("u", 2, Text("new\na\nb\nc\nd\n"))
    documents.change("u", 3, Text("new\na\nb\nc\nd\nmore\n"))

    def read(_: Text) -> Range:
        return span(2, 0, 2, 1)

    assert documents.carried("u", 1, read) == span(3, 0, 3, 1)
    assert documents.carried("u", 3, read) == span(2, 0, 2, 1)
    assert documents.carried("u", None, read) == span(2, 0, 2, 1)
    assert documents.carried("u", 99, read) == span(2, 0, 2, 1), "a version that nobody remembers"


def test_watchers_see_every_state_and_a_document_that_was_never_opened_does_not_change() -> None:
    documents, seen = Documents(), list[str]()
    documents.watchers.add(lambda document: seen.append(document.text.string))
    assert documents.change("u", 2, Text("b")) is None
    documents.open(Document("u", 1, "python", Text("a")))
    assert documents.change("u", 2, Text("b")) == Document("u", 2, "python", Text("b"))
    assert seen == ["a", "b"]
    assert documents.close("u")
    assert not documents.close("u")


def test_a_range_for_a_version_that_is_forgotten_is_not_taken_for_one_of_the_text_as_it_is() -> None:
    documents = Documents()
    documents.open(Document("u", 1, "python", Text("a\nb\n")))

    def read(text: Text) -> Range:
        line = len(text.lines) - 3
        return span(line, 0, line, 1)

    for version in range(2, 200):
        documents.change("u", version, Text("new\n" * version + "a\nb\n"))
    assert documents.carried("u", 150, read).start.line == 199
    assert documents.carried("u", None, read).start.line == 199
    with pytest.raises(UsageError, match="ask for it again"):
        documents.carried("u", 1, read)

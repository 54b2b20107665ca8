"""The page of the dialects says what the tables say."""

from __future__ import annotations

from tests.structure.dialect_tables import PAGE, page


def test_the_page_is_written_from_the_tables() -> None:
    assert PAGE.read_text("utf-8") == page(), "write it again: python -m tests.structure.dialect_tables"

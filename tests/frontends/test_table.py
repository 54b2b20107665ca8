"""Markdown tables that are read as they stand."""

from __future__ import annotations

from routerd.frontends.table import markdown_table


def test_columns_are_as_wide_as_their_widest_cell_and_figures_stand_at_the_right() -> None:
    table = markdown_table(("action", "input"), [("document", "1,024"), ("test", "≈ 7")], right=frozenset({1}))
    assert table == [
        "action   | input",
        ":------- | ----:",
        "document | 1,024",
        "test     |   ≈ 7",
    ]

"""Markdown tables that are read as they stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routerd.frontends.table import WIDEST, markdown_table


def test_columns_are_as_wide_as_their_widest_cell_and_figures_stand_at_the_right() -> None:
    table = markdown_table(("action", "input"), [("document", "1,024"), ("test", "≈ 7")], right=frozenset({1}))
    assert table == [
        "| action   | input |",
        "|----------|------:|",
        "| document | 1,024 |",
        "| test     |   ≈ 7 |",
    ]


PRICES = st.sampled_from(("$0", "≈ $0.000123,\nat most $0.01", "≈ $12.34,\nat most $1,234.56", "over today's budget"))
PRICED = st.tuples(
    st.sampled_from(("document", "test", "design")),
    st.builds("{} →\n{}".format, st.sampled_from(("speed", "architect")), st.text("abc-5", min_size=1, max_size=18)),
    st.sampled_from(("7", "1,024", "123,456")),
    st.sampled_from(("–", "≈ 300", "≈ 12,345")),
    PRICES,
)


@given(st.lists(PRICED, min_size=1, max_size=5))
def test_a_price_table_fits_a_terminal_of_80_columns_and_no_price_or_name_is_cut(rows: list[tuple[str, ...]]) -> None:
    table = markdown_table(("action", "tier → model", "input", "output", "price"), rows, right=frozenset({2, 3}))
    assert {len(line) for line in table} == {len(table[0])}
    assert len(table[0]) <= WIDEST
    shown = "\n".join(table)
    assert all(part in shown for row in rows for cell in row for part in cell.split("\n"))


def test_only_a_cell_that_is_too_long_goes_on_below() -> None:
    long = ("document", "architect →\n" + "m" * 40, "$0.000123,\nat most $0.01")
    table = markdown_table(("action", "model", "price"), [long, ("test", "speed →\nm", "$0")], right=frozenset())
    assert len(table) == 2 + 2 + 1
    assert table[2].startswith("| document | architect →  ")
    assert table[3].startswith(f"|          | {'m' * 40} |")
    assert table[4].startswith("| test     | speed → m  ")

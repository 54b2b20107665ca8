"""A Markdown table whose source is aligned too: many editors show a hover as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

WIDEST = 76
"""Columns of a terminal of 80 that a float with a border leaves."""


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int]) -> list[str]:
    """The table's lines; columns whose number is in `right` hold figures. All cells are of characters one cell wide.

    A newline in a cell is a space, and the place where the cell goes on below itself if the table is wider than
    ``WIDEST`` otherwise; the left columns give way first.
    """
    cells = [header, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    for column, width in enumerate(widths):
        overflow = sum(widths) + 3 * len(widths) + 1 - WIDEST
        parts = max(len(part) for row in cells for part in row[column].split("\n"))
        widths[column] = max(parts, width - max(overflow, 0))

    def line(row: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return f"| {' | '.join(padded)} |"

    rule = "|".join("-" * (width + 1) + (":" if column in right else "-") for column, width in enumerate(widths))
    head, *body = (
        line(part)
        for row in cells
        for part in zip_longest(
            *(_in_width(cell, width) for cell, width in zip(row, widths, strict=True)), fillvalue=""
        )
    )
    return [head, f"|{rule}|", *body]


def _in_width(cell: str, width: int) -> list[str]:
    return [cell.replace("\n", " ")] if len(cell) <= width else cell.split("\n")

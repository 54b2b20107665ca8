"""A Markdown table whose source is aligned too: many editors show a hover as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int]) -> list[str]:
    """The table's lines, without bars at their ends, which take four columns more.

    Columns whose number is in `right` hold figures. All cells are of characters one cell wide.
    """
    cells = [header, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]

    def line(row: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return " | ".join(padded).rstrip()

    rule = " | ".join(
        "-" * (width - 1) + ":" if column in right else ":" + "-" * (width - 1) for column, width in enumerate(widths)
    )
    head, *body = map(line, cells)
    return [head, rule, *body]

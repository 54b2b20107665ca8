"""The choice of the first model as a table: price, penalty and going up, which add up to the expected cost."""

from __future__ import annotations

from routerd.domain.money import dollars, plain
from routerd.domain.stakes import Choice, Row

_HEAD = ("asked first", "an answer", "passes", "price", "+ penalty", "+ going up", "= expected")


def arithmetic_json(choice: Choice | None) -> list[dict[str, object]] | None:
    """One object for each candidate of the chain, then one for each other beginning that is allowed."""
    if choice is None or not choice.rows:
        return None
    rows = [(row, True) for row in choice.rows] + [(row, False) for row in choice.alternatives]
    return [{**_figures(row), "asked": asked} for row, asked in rows]


def arithmetic_lines(choice: Choice | None) -> list[str]:
    """The same for a person; each row is what it costs to begin there, so the first one is the action's."""
    if choice is None:
        return []
    if not choice.rows:
        return [f"  {choice.reason}"]
    rows = [_words(row, "then " if position else "") for position, row in enumerate(choice.rows)]
    rows += [_words(row, "instead: ") for row in choice.alternatives]
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    return [
        "  "
        + "  ".join((row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))))
        for row in (_HEAD, *rows)
    ]


def _figures(row: Row) -> dict[str, object]:
    return {
        "candidate": row.option.name,
        "cost": plain(row.option.cost) if row.option.cost is not None else None,
        "passes": float(row.option.passes),
        "price": plain(row.price),
        "penalty": plain(row.penalty),
        "going_up": plain(row.going_up),
        "expected": plain(row.expected),
    }


def _words(row: Row, before: str) -> tuple[str, ...]:
    amounts = (row.price, row.penalty, row.going_up, row.expected)
    return (
        f"{before}{row.option.name}",
        dollars(row.option.cost),
        f"{row.option.passes:.0%}",
        *(dollars(amount) for amount in amounts),
    )

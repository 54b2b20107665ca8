"""What the command line prints: JSON for programs, tables and coloured diffs for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from rich.console import Console
from rich.table import Table

from routerd.domain.forecast import Forecast
from routerd.domain.hidden import escaped, shown
from routerd.domain.money import dollars
from routerd.domain.outcome import Outcome
from routerd.domain.quote import Estimate
from routerd.frontends.shapes import Json, model_words, passed_over, price_words

_NARROWEST = 12
"""Columns that a column of words keeps: less is unreadable."""


class PlainConsole(Console):
    """Prints words without the characters that would steer a terminal or show otherwise than they read."""

    def print(self, *objects: Any, **options: Any) -> None:
        """As rich's own."""
        super().print(*(shown(one) if isinstance(one, str) else one for one in objects), **options)


@cache
def console() -> Console:
    """Standard output; rich drops colours by itself where no terminal reads it."""
    return PlainConsole(highlight=False, soft_wrap=True)


@cache
def errors() -> Console:
    """Standard error, for what is not the command's result."""
    return PlainConsole(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Json | Sequence[Json]) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(escaped(json.dumps(value, ensure_ascii=False, indent=2)) + "\n")


def note(sentence: str) -> None:
    """A sentence for a person, on standard error so that output can be piped."""
    errors().print(sentence, markup=False)


def table(words: Sequence[str], numbers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table, and an empty line below: words fold where the screen is narrow, and no number is ever cut.

    Where not even that is room enough, and where no screen reads it, it is as wide as it is.
    """
    cells = [tuple(map(shown, row)) for row in rows]
    if not cells:
        return
    widths = [max(map(len, column)) for column in zip((*words, *numbers), *cells, strict=True)]
    kept = [min(width, _NARROWEST) for width in widths[: len(words)]]
    drawn = Table(box=None, pad_edge=False)
    for name, width in zip(words, kept, strict=True):
        drawn.add_column(name, overflow="fold", min_width=width)
    for name in numbers:
        drawn.add_column(name, justify="right", no_wrap=True)
    for row in cells:
        drawn.add_row(*row)
    gaps = 2 * (len(widths) - 1)
    natural, least = sum(widths) + gaps, sum((*kept, *widths[len(words) :])) + gaps
    narrow = console().is_terminal or "COLUMNS" in os.environ
    width = max(least, min(natural, console().width)) if narrow else natural
    # A console of its own, as rich never draws wider than its screen.
    Console(highlight=False, soft_wrap=True, width=width).print(drawn)
    console().print()


def estimates(found: Sequence[tuple[str, Forecast]]) -> None:
    """One row for each action and who is asked first; below, who is passed over."""
    table(
        ("action", "tier → model"),
        ("input", "output", "price", "range", "baseline"),
        [(title, *_foreseen(forecast)) for title, forecast in found],
    )
    for sentence in passed_over(forecast for _, forecast in found):
        note(sentence)


def _foreseen(forecast: Forecast) -> tuple[str, ...]:
    estimate = forecast.estimate
    output, cost = estimate.output_tokens, estimate.cost
    return (
        f"{estimate.tier} → {model_words(estimate.model)}",
        f"{estimate.input_tokens:,}",
        f"{output.likely:,}",
        price_words(forecast),
        f"{dollars(cost.low)} – {dollars(cost.high)}" if cost and cost.low != cost.high else "",
        _baseline(estimate),
    )


def _baseline(estimate: Estimate) -> str:
    if estimate.baseline_cost is None or estimate.baseline_model is None:
        return ""
    return f"{dollars(estimate.baseline_cost)} ({estimate.baseline_model.model})"


def diff(text: str) -> None:
    """A unified diff, coloured on a terminal; elsewhere in the file's own bytes, as `git apply` needs them."""
    if console().is_terminal:
        from rich.syntax import Syntax  # noqa: PLC0415  # 40 ms, for every language that there is

        console().print(Syntax(shown(text), "diff", background_color="default"))
    else:
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.flush()


def receipt(outcome: Outcome) -> None:
    """How it ended, and each attempt with its bill, on standard error."""
    for attempt in outcome.attempts:
        estimated = ", estimated" if attempt.usage_estimated else ""
        reason = f" ({attempt.reason})" if attempt.reason else ""
        note(
            f"  {attempt.tier} → {attempt.model}: {attempt.status}{reason}, {attempt.usage.all_input:,} in, "
            f"{attempt.usage.all_output:,} out{estimated}, {dollars(attempt.cost)}, {attempt.ms} ms"
        )
    note(outcome.message)

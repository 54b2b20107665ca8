"""Progress: a bar where files are counted, a line for each step of an action, and its answer on request."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from time import monotonic

from routerd.domain.hidden import shown
from routerd.domain.model import ModelRef
from routerd.frontends.cli import screen

_BEFORE_S = 1.0
"""What is done within a second needs no progress."""


class ActionProgress:
    """An Observer that prints each step with the seconds since the beginning, in a terminal and in a log alike.

    ``streamed``: whether the answer is printed as the model writes it. All of it goes to standard error.
    """

    def __init__(self, streamed: bool = False) -> None:
        self._streamed = streamed
        self._told = ""
        self._began = monotonic()
        self._open = False
        """Whether the last line has no end yet."""

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """Print it, unless it is the line before."""
        words = f"… {name}{f' {model}' if model else ''}"
        if words != self._told:
            self.close()
            screen.note(f"{words} ({monotonic() - self._began:.1f} s)")
        self._told = words

    def wrote(self, text: str) -> None:
        """Print it where that was asked for."""
        if self._streamed and text:
            sys.stderr.write(shown(text))
            sys.stderr.flush()
            self._open = not text.endswith("\n")

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        """Nothing: the receipt at the end has them."""

    def close(self) -> None:
        """End a line of the answer that has no end."""
        if self._open:
            sys.stderr.write("\n")
        self._open = False


@contextmanager
def working(title: str, total: int | None = None) -> Iterator[Callable[[int], object]]:
    """Show a bar from the second second on; yields a function that is told how much is done of ``total``, if known."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.progress import (  # noqa: PLC0415  # most commands end before a bar would begin
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=screen.errors(), transient=True)
    task = bar.add_task(title, total=total)
    timer = threading.Timer(_BEFORE_S, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda done: bar.update(task, completed=done)
    finally:
        timer.cancel()
        timer.join()
        bar.stop()

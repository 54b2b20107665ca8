"""Progress of work that takes longer than a second: a bar on a terminal, nothing anywhere else."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from routerd.frontends.cli import screen

_BEFORE_S = 1.0
"""What is done within a second needs no progress."""


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

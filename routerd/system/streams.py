"""Standard input and output taken away from all that prints or asks, and files that only this user can read."""

from __future__ import annotations

import os
from pathlib import Path

STDIN, STDOUT, STDERR = 0, 1, 2


def take_stdin() -> int:
    """A descriptor of what was standard input; whoever reads that from now on finds its end."""
    return _taken(STDIN, os.O_RDONLY)


def take_stdout() -> int:
    """A descriptor of what was standard output; what is written there from now on goes nowhere."""
    return _taken(STDOUT, os.O_WRONLY)


def take_stdout_for_stderr() -> int:
    """A descriptor of what was standard output; what is written there from now on goes to standard error."""
    taken = os.dup(STDOUT)
    os.dup2(STDERR, STDOUT)
    return taken


def _taken(descriptor: int, flags: int) -> int:
    taken = os.dup(descriptor)
    nothing = os.open(os.devnull, flags)
    os.dup2(nothing, descriptor)
    os.close(nothing)
    return taken


def write_private(path: Path, text: str) -> None:
    """Create a file that only this user can read, with ASCII text; raises FileExistsError for one that exists."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)


def readable_by_others(path: Path) -> bool:
    """Whether the mode of a file lets others read it; Windows has no such mode, and folders of the user's own."""
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)

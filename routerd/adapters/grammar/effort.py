"""How much work one question about a source may take: a source made to be hard is given up, not waited for.

tree-sitter is linear for what people write. For what nobody writes, such as thousands of type arguments that are
never closed, some grammars are quadratic, and no property of the text tells which will be. So the CPU time of the
thread is limited, in proportion to the source's length: how busy the machine is changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ANY_S = 0.5
"""CPU time that a question about the smallest source may take: fifty times what it takes to import a grammar."""
_BYTE_S = 8e-6
"""CPU time for each byte more: outlining the standard library's Python takes 0.8 µs a byte, its tokens 2.1."""

_end: ContextVar[float] = ContextVar("_end", default=float("inf"))


class TooHardError(Exception):
    """A source took more work than any that people write; never leaves the grammar."""


@contextmanager
def limited(size: int) -> Iterator[None]:
    """Let the work inside take as long as a source of ``size`` bytes may. Raises TooHardError from ``check``."""
    before = _end.set(min(_end.get(), time.thread_time() + _ANY_S + size * _BYTE_S))
    try:
        yield
    finally:
        _end.reset(before)


def over() -> bool:
    """Whether the limit is passed; called often, it also lets other threads have their turn."""
    return time.thread_time() > _end.get()


def check() -> None:
    """Raise TooHardError if the limit is passed."""
    if over():
        raise TooHardError

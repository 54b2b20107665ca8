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
"""CPU time that any question may take: fifty times what it takes to import a grammar."""
_BYTE_S = 8e-6
"""CPU time for each byte that is parsed: outlining the standard library's Python takes 0.8 µs, its tokens 2.1."""

_ends: ContextVar[tuple[float, float]] = ContextVar("_ends", default=(float("inf"), float("inf")))
"""When the limit is passed, by the thread's CPU time and by the clock, which is quicker to ask and never behind it."""


class TooHardError(Exception):
    """A source took more work than any that people write; never leaves the grammar."""


@contextmanager
def limited() -> Iterator[None]:
    """Limit the work inside, which may take as long as any question may, and longer by what ``grant`` allows."""
    before = _ends.set((time.thread_time() + _ANY_S, time.monotonic() + _ANY_S))
    try:
        yield
    finally:
        _ends.reset(before)


def grant(size: int) -> None:
    """Allow for a source of so many bytes, before it is parsed or where its tree is at hand."""
    cpu_s, clock_s = _ends.get()
    _ends.set((cpu_s + size * _BYTE_S, clock_s + size * _BYTE_S))


def over() -> bool:
    """Whether the limit is passed; called often, it also lets other threads have their turn."""
    cpu_s, clock_s = _ends.get()
    return time.monotonic() > clock_s and time.thread_time() > cpu_s


def check() -> None:
    """Raise TooHardError if the limit is passed."""
    if over():
        raise TooHardError

"""Limits the CPU time of a query over a source, so that adversarial sources are given up.

tree-sitter is linear for normal source code. For unusual code, such as thousands of unclosed type arguments, some
grammars are quadratic, and no property of the text predicts it. So the thread's CPU time is limited in proportion
to the source's length, whatever the load of the machine is. Garbage collections that happen to run in the thread do
not count: their time depends on everything else that the process holds.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import local
from typing import Literal

from routerd.domain.errors import TookTooLong

_ANY_S = 0.5
"""CPU time that any query may take: fifty times the import of a grammar."""
_BYTE_S = 8e-6
"""CPU time for each byte that is parsed: outlining the standard library's Python takes 0.8 µs, its tokens 2.1."""

_ends: ContextVar[tuple[float, float]] = ContextVar("_ends", default=(float("inf"), float("inf")))
"""The deadline in the thread's CPU time and on the clock; the clock is faster to read and never behind."""
_NEVER = float("inf")
_brief: ContextVar[float] = ContextVar("_brief", default=_NEVER)
"""The deadline, in the thread's CPU time, of all queries of a block together."""


class _Collections(local):
    """The CPU time that garbage collections took in this thread."""

    began_s = 0.0
    total_s = 0.0

    def __call__(self, phase: Literal["start", "stop"], _info: dict[str, int]) -> None:
        """As ``gc.callbacks`` asks: called in the thread that collects, before and after."""
        if phase == "start":
            self.began_s = time.thread_time()
        else:
            self.total_s += time.thread_time() - self.began_s


_collections = _Collections()
gc.callbacks.append(_collections)


class TooHardError(Exception):
    """A source exceeded its CPU limit; never leaves this adapter."""


@contextmanager
def limited() -> Iterator[None]:
    """Limits the CPU time of a block to the base allowance plus what ``grant`` adds.

    Raises TookTooLong where the time of ``brief`` around it is over.
    """
    before = _ends.set((_cpu_s() + _ANY_S, time.monotonic() + _ANY_S))
    try:
        yield
    except TooHardError:
        if _cpu_s() > _brief.get():
            raise TookTooLong from None
        raise
    finally:
        _ends.reset(before)


@contextmanager
def brief(seconds: float) -> Iterator[None]:
    """Limits the CPU time of all queries of a block together, besides the limit of each."""
    before = _brief.set(_cpu_s() + seconds)
    try:
        yield
    finally:
        _brief.reset(before)


def grant(size: int) -> None:
    """Adds the allowance for a source of ``size`` bytes, before it is parsed or if its tree is available."""
    cpu_s, clock_s = _ends.get()
    _ends.set((cpu_s + size * _BYTE_S, clock_s + size * _BYTE_S))


def over() -> bool:
    """Whether the limit is exceeded; also yields to other threads."""
    cpu_s, clock_s = _ends.get()
    brief_s = _brief.get()
    return (brief_s < _NEVER and _cpu_s() > brief_s) or (time.monotonic() > clock_s and _cpu_s() > cpu_s)


def _cpu_s() -> float:
    """The thread's CPU time without garbage collections."""
    return time.thread_time() - _collections.total_s


def check() -> None:
    """Raises TooHardError if the limit is exceeded."""
    if over():
        raise TooHardError

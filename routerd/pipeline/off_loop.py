"""Queries over a document are made here where they are brief, else in a thread beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from routerd.domain import ports
from routerd.domain.errors import TookTooLong

SMALL = 6_000
"""Characters up to which work is begun in the event loop.

Measured on documentation and tests of the standard library's modules of that size: 2 to 6 ms of CPU at the median,
9 ms at the 90th percentile; starting a process, in which larger answers are examined, takes 200 ms.
"""
BRIEF_S = 0.025
"""CPU time of the event loop for the queries of one piece of work; what is hard to parse is looked at elsewhere."""

T = TypeVar("T")


async def beside(
    grammar: ports.Grammar,
    characters: int,
    work: Callable[[], T],
    elsewhere: Callable[[Callable[[], T]], Awaitable[T]] = asyncio.to_thread,
) -> T:
    """The result of ``work`` over a text of so many characters; ``elsewhere`` does it once more beside the loop."""
    if characters <= SMALL:
        with suppress(TookTooLong), grammar.briefly(BRIEF_S):
            return work()
    return await elsewhere(work)

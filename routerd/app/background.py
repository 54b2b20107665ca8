"""Two threads for slow work: one for work that a user may wait for, one for indexing whole projects."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from routerd.adapters.workspace import Workspace

T = TypeVar("T")

_LISTED_S = 2
"""Seconds; a project on a slow disk is then worked on without knowing its files."""


class Background:
    """Work runs in the order in which it comes, and never behind an index unless it is of that index itself."""

    def __init__(self) -> None:
        self._soon, self._index = (ThreadPoolExecutor(1, f"routerd-{name}") for name in ("background", "index"))
        self.open = True
        """Whether work that looks at this from time to time may go on."""

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Do what takes a second at the most, and wait for what comes of it."""
        return await asyncio.get_running_loop().run_in_executor(self._soon, work, *arguments)

    async def index(self, work: Callable[..., object], *arguments: object) -> None:
        """Do what may take minutes, and wait for it."""
        await asyncio.get_running_loop().run_in_executor(self._index, work, *arguments)

    async def listed(self, workspace: Workspace, uri: str) -> None:
        """Wait until a project's files are known, for two seconds at the most: where tests go depends on them."""
        if workspace.listed(uri):
            return
        indexing = asyncio.ensure_future(self.index(workspace.index, uri, lambda: self.open))
        end = time.monotonic() + _LISTED_S
        while not (workspace.listed(uri) or indexing.done()) and time.monotonic() < end:
            await asyncio.sleep(0.01)

    async def indexed(self, workspace: Workspace, uri: str) -> None:
        """Wait until a project's symbols are known, for two seconds at the most: then they can be mentioned."""
        indexing = asyncio.ensure_future(self.index(workspace.index, uri, lambda: self.open))
        await asyncio.wait({indexing}, timeout=_LISTED_S)

    def index_later(self, work: Callable[..., object], *arguments: object) -> None:
        """The same without waiting."""
        self._index.submit(work, *arguments)

    def close(self) -> None:
        """Begin nothing more; what runs is not waited for."""
        self.open = False
        for executor in (self._soon, self._index):
            executor.shutdown(wait=False, cancel_futures=True)

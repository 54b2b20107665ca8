"""The Worker port: a few processes, started on demand and ended after a minute without work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from routerd.adapters.worker.process import WorkerProcess
from routerd.domain.errors import WorkerFailed

LIMIT_S = 60.0
"""Checking 36,000 lines takes 3 s, and the largest file that is read (10 MB) half a minute."""
IDLE_S = 60.0
"""A start costs 0.2 s of CPU time, an idle worker 30 MB of memory; further requests come within minutes or never."""
MOST = max(1, min(4, (os.cpu_count() or 1) - 1))
"""The most processes at the same time: one core remains for the editor."""


class WorkerPool:
    """``domain.ports.Worker``; for one event loop at a time."""

    def __init__(self, limit_s: float = LIMIT_S, idle_s: float = IDLE_S) -> None:
        self._limit_s, self._idle_s = limit_s, idle_s
        self._turns = asyncio.Semaphore(MOST)
        # Pickling and pipes block these threads, not the loop; one more for a call whose process is being killed.
        self._threads = ThreadPoolExecutor(MOST + 1, "routerd-worker")
        self._idle: dict[WorkerProcess, asyncio.TimerHandle] = {}
        self._busy: set[WorkerProcess] = set()

    async def run(self, work: Callable[..., Any], *arguments: object) -> Any:
        """As ``domain.ports.Worker`` says."""
        async with self._turns:
            process = self._taken()
            self._busy.add(process)
            called = asyncio.get_running_loop().run_in_executor(self._threads, process.call, work, arguments)
            try:
                async with asyncio.timeout(self._limit_s):
                    found = await called
            except TimeoutError:
                process.kill()
                raise WorkerFailed(f"it took longer than {self._limit_s:g} seconds") from None
            except BaseException:
                process.kill()
                raise
            finally:
                self._busy.discard(process)
            self._keep(process)
            return found

    def close(self) -> None:
        """Kills all processes at once."""
        for process in (*self._busy, *self._idle):
            process.end()
        for timer in self._idle.values():
            timer.cancel()
        self._idle.clear()
        self._threads.shutdown(wait=True)

    def _taken(self) -> WorkerProcess:
        """An idle process, else a new one."""
        while self._idle:
            process, timer = self._idle.popitem()
            timer.cancel()
            if not process.ended:
                return process
            self._threads.submit(process.end)
        return WorkerProcess()

    def _keep(self, process: WorkerProcess) -> None:
        self._idle[process] = asyncio.get_running_loop().call_later(self._idle_s, self._retire, process)

    def _retire(self, process: WorkerProcess) -> None:
        if self._idle.pop(process, None) is not None:
            self._threads.submit(process.end)

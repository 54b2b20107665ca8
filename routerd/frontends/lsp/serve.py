"""The daemon's life: stdio for one client or TCP for several, until they leave or a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from pathlib import Path

from routerd.frontends.lsp import log
from routerd.frontends.lsp.connection import Connection
from routerd.frontends.lsp.session import SharedApp
from routerd.frontends.lsp.stdio import Stdio
from routerd.frontends.lsp.tcp import Listen, listen

_INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""


def serve(
    *,
    config_file: Path | None = None,
    tcp: Listen | None = None,
    root: Path | None = None,
    log_file: Path | None = None,
    log_level: str = "warning",
) -> int:
    """Serve on stdio, or over TCP for files below ``root``; the process's exit code.

    Raises UsageError where the address cannot be listened on.
    Over stdio 0 after `shutdown` and `exit`, 1 after an `exit` alone; 130 when interrupted.
    """
    log.set_up(log_level, log_file)
    shared = SharedApp(config_file, root)
    try:
        return asyncio.run(_until_signal(listen(shared, tcp) if tcp else _stdio(shared), shared))
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        shared.close()


async def _until_signal(work: Coroutine[object, object, int], shared: SharedApp) -> int:
    """The work's own code, or 130 or 0 where SIGINT or SIGTERM ended it, its jobs cancelled and booked."""
    task = asyncio.ensure_future(work)
    stopped: list[int] = []

    def stop(number: int) -> None:
        stopped.append(number)
        task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no such handlers; there asyncio.run turns Ctrl-C into a cancellation itself.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not stopped:
            raise
        return _INTERRUPTED if stopped[0] == signal.SIGINT else 0
    finally:
        await shared.disconnect()


async def _stdio(shared: SharedApp) -> int:
    pipes = Stdio()
    connection = Connection(shared, pipes)
    pipes.read(connection.receive, connection.lost)
    return await connection.end()

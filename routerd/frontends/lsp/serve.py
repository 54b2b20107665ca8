"""The daemon's life: stdio for one client or TCP for several, until they leave or a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from pathlib import Path

from routerd.frontends.lsp import log
from routerd.frontends.lsp.connection import Connection
from routerd.frontends.lsp.frames import Frames
from routerd.frontends.lsp.session import SharedApp
from routerd.frontends.lsp.stdio import Stdio

_CHUNK = 65_536
_INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""


def serve(
    *,
    config_file: Path | None = None,
    tcp: tuple[str, int] | None = None,
    log_file: Path | None = None,
    log_level: str = "warning",
) -> int:
    """Serve on stdio, or on a host and port; the process's exit code.

    Over stdio 0 after `shutdown` and `exit`, 1 after an `exit` alone; 130 when interrupted.
    """
    log.set_up(log_level, log_file)
    shared = SharedApp(config_file)
    try:
        return asyncio.run(_until_signal(_tcp(shared, *tcp) if tcp else _stdio(shared), shared))
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


async def _tcp(shared: SharedApp, host: str, port: int) -> int:
    """Each connection is a server of its own over the shared app; one that leaves leaves the others alone."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(shared, writer)
        feeding = asyncio.ensure_future(_feed(reader, connection))
        try:
            await connection.end()
        finally:
            feeding.cancel()
            writer.close()

    server = await asyncio.start_server(converse, host, port)
    async with server:
        await server.serve_forever()
    return 0


async def _feed(reader: asyncio.StreamReader, connection: Connection) -> None:
    frames = Frames()
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(_CHUNK):
            for body in frames.feed(data):
                connection.receive(body)
    connection.lost()

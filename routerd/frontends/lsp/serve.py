"""Runs the daemon: stdio for one client or TCP for several, until they leave or a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from routerd.frontends.lsp import log
from routerd.frontends.lsp.connection import Connection
from routerd.frontends.lsp.ending import Ending, heed_signals, leave
from routerd.frontends.lsp.shared import Launch, SharedServices
from routerd.frontends.lsp.stdio import Stdio
from routerd.system.signals import INTERRUPTED

if TYPE_CHECKING:
    from routerd.frontends.lsp.tcp import Listen

Beside = Callable[[SharedServices], Coroutine[object, object, None]]
"""Another server that runs beside LSP, until it is cancelled."""

_DISCONNECT_S = 0.2
"""Time to close the connections to providers, which they do not need."""


def serve(  # noqa: PLR0913  # each parameter is an option of the command line
    *,
    config_file: Path | None = None,
    tcp: Listen | None = None,
    stdio: bool = True,
    root: Path | None = None,
    log_file: Path | None = None,
    log_level: str = "warning",
    beside: Beside | None = None,
) -> int:
    """Serve on stdio, or over TCP for files below ``root``; the process ends with it.

    ``beside``: another server on the same event loop; without ``stdio`` and ``tcp`` it serves alone. While it runs, a
    standard input that ends before any message has come is no editor that left. Raises UsageError where the address
    cannot be listened on.
    Over stdio with 0 after `shutdown` and `exit`, with 1 after an `exit` alone; with 130 when interrupted.
    """
    log.set_up(log_level, log_file)
    shared, launch = SharedServices(root), Launch(config_file)
    ending = Ending(shared.abandon)
    if tcp:
        from routerd.frontends.lsp.tcp import listen  # noqa: PLC0415  # an editor on stdio does without

        work = listen(shared, launch, tcp)
    elif stdio:
        work = _stdio(shared, launch, ending, alone=beside is None)
    else:
        work = _nothing()
    return run_until_told(_together(work, beside, shared), shared, ending)


def run_until_told(work: Coroutine[object, object, int], shared: SharedServices, ending: Ending) -> int:
    """Do the work of a process in an event loop; the process ends with it, or when a signal says so."""
    try:
        return asyncio.run(_until_told(work, shared, ending))
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        shared.close()


async def _until_told(work: Coroutine[object, object, int], shared: SharedServices, ending: Ending) -> NoReturn:
    """End the process with the work's own code, or where a signal ended it with that of the signal."""
    task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()
    stopped: list[int] = []

    def stop(code: int) -> None:
        stopped.append(code)
        ending.begin(code)
        loop.call_soon_threadsafe(task.cancel)

    heed_signals(stop)
    try:
        code = await task
    except asyncio.CancelledError:
        if not stopped:
            raise
        code = stopped[0]
    ending.begin(code)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(shared.disconnect(), _DISCONNECT_S)
    shared.close()
    leave(code)


async def _together(work: Coroutine[object, object, int], beside: Beside | None, shared: SharedServices) -> int:
    """The work's own code; a server beside it that cannot begin ends it. Raises UsageError of either."""
    if beside is None:
        return await work
    main, other = asyncio.ensure_future(work), asyncio.ensure_future(beside(shared))
    try:
        await asyncio.wait({main, other}, return_when=asyncio.FIRST_COMPLETED)
        if other.done():
            await other
        return await main
    finally:
        for task in (main, other):
            task.cancel()
        await asyncio.gather(main, other, return_exceptions=True)


async def _nothing() -> int:
    """The work of a process that has no editor: until it is told to end."""
    await asyncio.Event().wait()
    return 0


async def _stdio(shared: SharedServices, launch: Launch, ending: Ending, *, alone: bool) -> int:
    pipes = Stdio()
    connection = Connection(shared, launch, pipes, ending.follow)
    met = False

    def receive(body: bytes) -> None:
        nonlocal met
        met = True
        connection.receive(body)

    def at_end() -> None:
        if alone or met:
            ending.begin(connection.code_if_lost)

    def lost() -> None:
        if alone or met:
            connection.lost()

    pipes.read(receive, lost, at_end)
    return await connection.end()

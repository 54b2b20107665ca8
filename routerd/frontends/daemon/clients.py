"""Those who connect to the daemon: checked, greeted, and served as a session or a command."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

from routerd import __version__
from routerd.frontends.daemon.life import Life
from routerd.frontends.lsp.connection import Connection
from routerd.frontends.lsp.connections import Connections
from routerd.frontends.lsp.feeding import BoundedWriter, feed
from routerd.frontends.lsp.frames import Frames
from routerd.frontends.lsp.shared import Launch, SharedServices
from routerd.relay.protocol import (
    ATTACHED,
    CONTROL,
    DRAIN,
    DRAINED,
    END,
    LONGEST_GREETING,
    PROTOCOL,
    SESSION,
    SOLO,
    hello,
    parsed_greeting,
    parsed_hello,
)
from routerd.relay.surroundings import differing
from routerd.system.local_server import user_of

_log = logging.getLogger(__name__)

_GREETING_S = 10.0
"""Time to say who one is; a relay needs a millisecond."""
_LAST_S = 1.0
"""Time to take the last bytes."""

Control = Callable[[bytes], bytes]
"""Answers a command's line."""


class Clients(Connections):
    """The connections; one that leaves leaves the others alone."""

    def __init__(self, shared: SharedServices, life: Life, drain: Callable[[], None], control: Control) -> None:
        super().__init__()
        self._shared, self._life, self._drain, self._control = shared, life, drain, control

    def _may_connect(self, writer: asyncio.StreamWriter) -> bool:
        return user_of(writer) == user_of(None)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_GREETING_S):
                launch = await self._greeted(reader, writer)
            if launch is not None:
                await self._session(launch, reader, writer)
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            return  # whoever it was is gone, or is no relay
        finally:
            writer.close()

    async def _greeted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Launch | None:
        """How the session's editor was started; ``None`` where no session begins."""
        met = parsed_hello(await reader.readuntil(b"\n"))
        if met is None:
            return None
        writer.write(hello(__version__, str(os.getpid())))
        protocol, version, kind = met
        if protocol != PROTOCOL:
            if await reader.readuntil(b"\n") == DRAIN:
                _log.warning("routerd %s asks this daemon, which is older, to leave", version)
                self._drain()
                writer.write(DRAINED)
            return None
        if kind == CONTROL:
            while line := await reader.readuntil(b"\n"):
                writer.write(self._control(line))
            return None
        if kind != SESSION:
            return None
        length = int(await reader.readuntil(b"\n"))
        if length > LONGEST_GREETING:
            return None
        config, environ = parsed_greeting(await reader.readexactly(length))
        if others := differing(os.environ, environ):
            writer.write(SOLO + f"the daemon has another {', another '.join(others)}\n".encode())
            return None
        if self._life.draining:
            return None
        writer.write(ATTACHED)
        return Launch(Path(config) if config else None, environ)

    async def _session(self, launch: Launch, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._life.begin()
        connection = Connection(self._shared, launch, BoundedWriter(writer))
        feeding = asyncio.ensure_future(feed(reader, Frames(), connection))
        try:
            code = await connection.end()
        finally:
            feeding.cancel()
            self._life.end()
        writer.write(END + b"%d" % code)
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(_LAST_S):
                await writer.drain()

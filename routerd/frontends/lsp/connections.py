"""All connections of a listening server: each is a task of its own, and they end together with the server."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod


class Connections(ABC):
    """The connections; one that leaves leaves the others alone."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody connected."""
        if not self._may_connect(writer):
            writer.transport.abort()
            return
        task = asyncio.ensure_future(self._converse(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End all connections, their jobs cancelled and booked."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @abstractmethod
    def _may_connect(self, writer: asyncio.StreamWriter) -> bool:
        """Whether a connection is listened to at all."""

    @abstractmethod
    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until its end."""

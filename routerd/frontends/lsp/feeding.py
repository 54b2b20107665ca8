"""Feeds a connection with the messages that arrive on a stream, and writes to one that is read too slowly."""

from __future__ import annotations

import asyncio
import logging

from routerd.frontends.lsp.connection import Connection
from routerd.frontends.lsp.frames import FrameError, Frames

_log = logging.getLogger(__name__)

_CHUNK = 65_536
_MOST_UNREAD = 64_000_000
"""Bytes that may wait for a client that does not read: the longest message, as none is ever left out."""


async def feed(reader: asyncio.StreamReader, frames: Frames, connection: Connection) -> None:
    """Until the client's end of the stream."""
    try:
        while data := await reader.read(_CHUNK):
            for body in frames.feed(data):
                connection.receive(body)
                # Others get their turn after each message: a client may send thousands at once.
                await asyncio.sleep(0)
    except ConnectionError:
        pass  # which is an end as well
    except FrameError as fault:
        _log.error("a client sent %s; its connection is closed", fault)
    connection.lost()


class BoundedWriter:
    """A writer that gives up a client who reads nothing, before its messages fill the memory of everybody."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def write(self, data: bytes) -> None:
        """Send bytes, or end the connection where too many wait already."""
        transport = self._writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() + len(data) > _MOST_UNREAD:
            _log.error("a client reads nothing; its connection is closed")
            transport.abort()
            return
        self._writer.write(data)

    def close(self) -> None:
        """Close the connection once all is sent."""
        self._writer.close()

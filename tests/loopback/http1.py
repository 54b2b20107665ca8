"""Just enough of HTTP/1.1 to be asked by a real client: one request at a time on a kept connection."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


class Connection:
    """A client's connection, which knows while it answers whether the client is still there."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._ahead = b""
        self.idle = True
        """No request is being answered: it may be closed without anyone missing an answer."""

    async def request(self) -> Request | None:
        """The next request, or None when the client is done."""
        try:
            head = self._ahead + await self._reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        self._ahead, self.idle = b"", False
        first, *lines = head.decode("latin-1").split("\r\n")[:-2]
        method, path, _version = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if headers.get("expect", "").lower() == "100-continue":
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        return Request(method, path, headers, body)

    async def send(self, data: bytes) -> None:
        """Raises ConnectionError where the client has gone."""
        self._writer.write(data)
        await self._writer.drain()

    async def left(self) -> None:
        """Returns when the client has gone; for ever otherwise, so it is meant to be cancelled."""
        with contextlib.suppress(ConnectionError):
            while more := await self._reader.read(1):
                self._ahead += more  # the next request, sent early: kept for `request`

    def reset(self) -> None:
        """TCP RST: the client sees `connection reset by peer`."""
        # l_onoff=1, l_linger=0 (socket(7)); Windows has two shorts there (winsock2.h).
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        with contextlib.suppress(OSError):
            raw = self._writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()

    async def close(self) -> None:
        """TCP FIN, after what was written."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

"""Serves local sockets on an event loop, and tells which user is at the other end of one."""

from __future__ import annotations

import _socket
import asyncio
import socket
import sys
from collections.abc import Callable

from routerd.system.local_sockets import own_user, user_of_peer

Met = Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]


def user_of(writer: asyncio.StreamWriter | None) -> int:
    """The id of the user at the other end, or of this process."""
    if writer is None:
        return own_user()
    return user_of_peer(writer.get_extra_info("socket"))


async def serve_local(met: Met, listener: _socket.socket) -> asyncio.Server:
    """Call ``met`` for each connection from now on. Raises OSError where the system has no local sockets."""
    if sys.platform == "win32":
        raise OSError("this system has no local sockets")
    whole = socket.socket(fileno=listener.detach())
    return await asyncio.start_unix_server(met, sock=whole)

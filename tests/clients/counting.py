"""A relay before the gateway that counts the requests which clients send, also those that are refused."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from types import TracebackType
from typing import Self

_POST = re.compile(rb"POST /\S* HTTP/1\.1\r\n")


class CountingRelay:
    """`with CountingRelay(port) as relay`: `relay.port` takes connections, and names the gateway in each Host."""

    def __init__(self, port: int) -> None:
        self._to, self._lock = port, threading.Lock()
        self.posts = 0
        relay = self

        class _Connection(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                relay._joined(self.request)  # the class below it is a part of the relay

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Connection)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _joined(self, client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self._to)) as gateway:
            back = threading.Thread(target=_copied, args=(gateway, client), daemon=True)
            back.start()
            self._requests(client, gateway)
            back.join()

    def _requests(self, client: socket.socket, gateway: socket.socket) -> None:
        """Copy with the gateway's own address in the Host; what may be the begin of one waits for the rest."""
        old, new = (f"127.0.0.1:{port}\r\n".encode() for port in (self.port, self._to))
        held = b""
        while data := _received(client):
            data = held + data
            with self._lock:
                self.posts += len(_POST.findall(data))
            data = data.replace(old, new)
            kept = next((size for size in range(len(old) - 1, 0, -1) if data.endswith(old[:size])), 0)
            data, held = data[: len(data) - kept], data[len(data) - kept :]
            gateway.sendall(data)
        gateway.sendall(held)
        _ended(gateway)


def _copied(source: socket.socket, to: socket.socket) -> None:
    while data := _received(source):
        try:
            to.sendall(data)
        except OSError:
            break
    _ended(to)


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except OSError:
        return b""


def _ended(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        return

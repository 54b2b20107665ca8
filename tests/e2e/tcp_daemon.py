"""A daemon that serves TCP, and a client of it that asks one thing after another."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from routerd.frontends.lsp.frames import Frames, framed


class TcpDaemon:
    """`with TcpDaemon(env, root) as daemon`: listening, its token read from the file that it named."""

    def __init__(self, env: dict[str, str], root: Path, *arguments: str, address: str = "127.0.0.1:0") -> None:
        self._command = [sys.executable, "-m", "routerd", "serve", "--tcp", address, *arguments]
        self._env, self._root = env, root
        self.said = ""

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self._command, env=self._env, cwd=self._root, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        while "initializationOptions.token" not in self.said:
            line = self.process.stderr.readline()
            assert line, f"it ended: {self.said}"
            self.said += line
        found = re.search(r"listens on [^,]*:(\d+)", self.said)
        assert found
        self.port = int(found[1])
        named = re.search(r"token in (.+) as init", self.said)
        assert named
        self.token_file = Path(named[1])
        self.token = self.token_file.read_text("ascii")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
        assert self.process.stderr is not None
        self.said += self.process.stderr.read()
        for pipe in (self.process.stdin, self.process.stderr):
            if pipe is not None:
                pipe.close()

    def connected(self) -> Client:
        return Client(self.port)

    def initialized(self, root: Path, encoding: str = "utf-16", **capabilities: Any) -> Client:
        client = self.connected()
        greeting = self.greeting(root, encoding)
        greeting["capabilities"].update(capabilities)
        answer = client.ask(1, "initialize", greeting)
        assert answer["capabilities"]["positionEncoding"] == encoding
        client.send({"method": "initialized", "params": {}})
        return client

    def greeting(self, root: Path, encoding: str = "utf-16") -> dict[str, Any]:
        return {
            "processId": None,
            "rootUri": root.as_uri(),
            "capabilities": {"general": {"positionEncodings": [encoding]}},
            "initializationOptions": {"token": self.token},
        }


class Client:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._frames, self._ready = Frames(), list[Any]()
        self.handlers: dict[str, Callable[[Any], Any]] = {}
        """What requests of the daemon are answered with, while this client waits for an answer of its own."""

    def ask(self, number: int, method: str, params: object) -> Any:
        answer = self.answer(number, method, params)
        assert "error" not in answer, answer
        return answer["result"]

    def answer(self, number: int, method: str, params: object) -> Any:
        self.send({"id": number, "method": method, "params": params})
        while True:
            while not self._ready:
                data = self._socket.recv(65_536)
                assert data, "the daemon hung up"
                self._ready += map(json.loads, self._frames.feed(data))
            message = self._ready.pop(0)
            if message.get("id") == number and "method" not in message:
                return message
            if "id" in message and (handler := self.handlers.get(message.get("method", ""))):
                self.send({"id": message["id"], "result": handler(message["params"])})

    def send(self, message: dict[str, object]) -> None:
        self.send_bytes(framed(json.dumps({"jsonrpc": "2.0", **message}).encode()))

    def send_bytes(self, data: bytes) -> None:
        self._socket.sendall(data)

    def open(self, uri: str, text: str) -> None:
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.send({"method": "textDocument/didOpen", "params": {"textDocument": item}})

    def hung_up(self) -> bytes:
        """All that still comes, once the daemon closes the connection; TimeoutError where it does not."""
        came = b""
        try:
            while data := self._socket.recv(65_536):
                came += data
        except ConnectionError:
            pass
        self._socket.close()
        return came

    def close(self) -> None:
        self._socket.close()

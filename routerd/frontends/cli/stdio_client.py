"""A small editor: speaks LSP with a daemon that it starts over stdio, for the demo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from routerd.domain.errors import RouterdError
from routerd.domain.position import Edit, Range
from routerd.domain.text import Text
from routerd.domain.unicode import Encoding
from routerd.domain.unified_diff import unified_diff
from routerd.frontends.shapes import Json


class StdioClient:
    """Asks one question after another and answers what the daemon asks, politely and without doing it."""

    def __init__(self, arguments: list[str], root: Path, environ: Mapping[str, str]) -> None:
        self._root = root
        self._next = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "routerd", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=root,
            env={**environ, "PYTHONIOENCODING": "utf-8"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.request("shutdown", None)
                self.notify("exit", None)
        finally:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(timeout=10)
            assert self._process.stdout is not None
            self._process.stdout.close()

    def start(self) -> str:
        """Shake hands; the server's name and version."""
        uri = self._root.absolute().as_uri()
        answer = self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": self._root.name}],
                "capabilities": {
                    "general": {"positionEncodings": ["utf-32"]},
                    "textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}},
                    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
                },
            },
        )
        self.notify("initialized", {})
        server = answer["serverInfo"]
        return f"{server['name']} {server['version']}"

    def request(self, method: str, params: Json | None) -> Any:
        """Ask and wait for the answer. Raises RouterdError with the daemon's own sentence."""
        self._next += 1
        self._send({"id": self._next, "method": method, "params": params})
        while True:
            message = self._receive()
            if "method" in message and "id" in message:
                self._send({"id": message["id"], "result": None})
            elif message.get("id") == self._next:
                if "error" in message:
                    raise RouterdError(message["error"]["message"])
                return message["result"]

    def notify(self, method: str, params: Json | None) -> None:
        """Tell, without an answer."""
        self._send({"method": method, "params": params})

    def diff_of(self, edit: Json) -> str:
        """A WorkspaceEdit as a unified diff against the files on disk."""
        return "".join(self._file_diff(change) for change in edit["documentChanges"] if "edits" in change)

    def _file_diff(self, change: Json) -> str:
        uri = change["textDocument"]["uri"]
        name = uri.removeprefix(self._root.absolute().as_uri()).lstrip("/")
        path = self._root / unquote(name)
        before = Text(path.read_bytes().decode("utf-8") if path.exists() else "")
        edits = [Edit(_span(before, edit["range"]), edit["newText"]) for edit in change["edits"]]
        return unified_diff(before, before.edited(edits), name, create=not path.exists())

    def _send(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> Json:
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise RouterdError("The daemon ended without an answer; its log says why.")
        message: Json = json.loads(self._process.stdout.read(length))
        return message


def _span(text: Text, shape: Json) -> Range:
    start, end = shape["start"], shape["end"]
    return Range(
        text.position(start["line"], start["character"], Encoding.UTF32),
        text.position(end["line"], end["character"], Encoding.UTF32),
    )

"""An editor of a hundred lines: speaks LSP over stdio with a daemon, holds texts, and applies edits naively."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from routerd.frontends.lsp.frames import Frames, framed

Json = dict[str, Any]
SILENCE = object()
"""What a handler returns that leaves a request of the daemon without an answer."""

CAPABILITIES: Json = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]},
    },
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "textDocument": {
        "hover": {"contentFormat": ["markdown"]},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}}},
    },
}


class RefusedError(Exception):
    """The daemon answered with an error."""

    def __init__(self, error: Json) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]


class RawEditor:
    """`async with RawEditor(env) as editor`: a daemon, shaken hands with."""

    def __init__(
        self,
        env: Mapping[str, str],
        root: Path,
        capabilities: Json = CAPABILITIES,
        arguments: tuple[str, ...] = ("serve", "--solo"),
        process_id: int | None = None,
        module: str = "routerd",
    ) -> None:
        self._env, self._root, self._capabilities, self._arguments = env, root, capabilities, arguments
        self._module = module
        self._process_id = os.getpid() if process_id is None else process_id
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self.told: list[tuple[str, Json]] = []
        self.asked: list[tuple[str, Json]] = []
        self.handlers: dict[str, Callable[[Json], Any]] = {"workspace/applyEdit": self.apply}
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.launch()
        self.server = await self.initialize()
        return self

    async def launch(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._module,
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._env,
            cwd=self._root,
        )
        self._reading = asyncio.create_task(self._read())
        assert self.process.stderr is not None
        self.stderr = asyncio.create_task(self.process.stderr.read())

    async def initialize(self) -> Json:
        uri = self._root.as_uri()
        answer: Json = await self.request(
            "initialize",
            {
                "processId": self._process_id,
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": "root"}],
                "capabilities": self._capabilities,
            },
        )
        self.notify("initialized", {})
        return answer

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.returncode is None:
            if error is None:
                await self.request("shutdown", None)
                self.notify("exit", None)
            else:
                self.process.kill()
        async with asyncio.timeout(10):
            await self.process.wait()
            await self.stderr
            await self._reading

    def notify(self, method: str, params: Json | None) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Json | None) -> tuple[int, asyncio.Future[Any]]:
        self._number += 1
        future = self._waiting[self._number] = asyncio.get_running_loop().create_future()
        self._send({"id": self._number, "method": method, "params": params})
        return self._number, future

    async def request(self, method: str, params: Json | None, timeout_s: float = 20) -> Any:
        async with asyncio.timeout(timeout_s):
            return await self.ask(method, params)[1]

    async def until(self, method: str, holds: Callable[[Json], bool] = lambda _: True) -> Json:
        """The first notification or request of the daemon like that, past or to come."""
        async with asyncio.timeout(20):
            while True:
                for name, params in (*self.told, *self.asked):
                    if name == method and holds(params):
                        return params
                self._news.clear()
                await self._news.wait()

    def open(self, path: Path, text: str | None = None, language: str = "python") -> str:
        uri = path.as_uri()
        self.texts[uri] = path.read_bytes().decode() if text is None else text
        self.versions[uri] = 1
        item = {"uri": uri, "languageId": language, "version": 1, "text": self.texts[uri]}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def type(self, uri: str, line: int, text: str) -> None:
        """Insert text at the beginning of a line."""
        at = {"line": line, "character": 0}
        self._change(uri, [{"range": {"start": at, "end": at}, "newText": text}])

    def replace(self, uri: str, span: Json, text: str) -> None:
        """Replace what stands in a range."""
        self._change(uri, [{"range": span, "newText": text}])

    def apply(self, params: Json) -> Json:
        """As an honest editor does: checks versions first, then applies and says so."""
        parts = params["edit"].get("documentChanges") or [
            {"textDocument": {"uri": uri, "version": None}, "edits": edits}
            for uri, edits in params["edit"]["changes"].items()
        ]
        for part in parts:
            if part.get("kind") == "create":
                self.texts.setdefault(part["uri"], "")
                continue
            uri, version = part["textDocument"]["uri"], part["textDocument"]["version"]
            if version is not None and version != self.versions.get(uri):
                return {"applied": False, "failureReason": "stale"}
            self._change(uri, part["edits"])
        return {"applied": True}

    def _change(self, uri: str, edits: list[Json]) -> None:
        changes = []
        for edit in sorted(edits, key=lambda edit: _key(edit["range"]["start"]), reverse=True):
            text = self.texts[uri]
            start, end = (_offset(text, edit["range"][end]) for end in ("start", "end"))
            self.texts[uri] = text[:start] + edit["newText"] + text[end:]
            changes.append({"range": edit["range"], "text": edit["newText"]})
        if uri in self.versions:
            self.versions[uri] += 1
            document = {"uri": uri, "version": self.versions[uri]}
            self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def _send(self, message: Json) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(framed(json.dumps({"jsonrpc": "2.0", **message}).encode()))

    async def _read(self) -> None:
        assert self.process.stdout is not None
        frames = Frames()
        while data := await self.process.stdout.read(65_536):
            for body in frames.feed(data):
                self._receive(json.loads(body))

    def _receive(self, message: Json) -> None:
        if "method" not in message:
            future = self._waiting.pop(message["id"], None)
            if future is None:
                self.told.append(("error", message["error"]))
            elif "error" in message:
                future.set_exception(RefusedError(message["error"]))
            else:
                future.set_result(message["result"])
        elif "id" in message:
            self.asked.append((message["method"], message["params"]))
            handler = self.handlers.get(message["method"])
            result = handler(message["params"]) if handler else None
            if result is not SILENCE:
                self._send({"id": message["id"], "result": result})
        else:
            self.told.append((message["method"], message["params"]))
        self._news.set()


def _key(position: Json) -> tuple[int, int]:
    return position["line"], position["character"]


def _offset(text: str, position: Json) -> int:
    """The code point of a UTF-16 position, counted in the slowest possible way."""
    lines = text.replace("\r\n", "\0\n").replace("\r", "\n").split("\n")
    before = sum(len(line) + 1 for line in lines[: position["line"]])
    units, column = 0, 0
    line = lines[position["line"]]
    while column < len(line) and units < position["character"]:
        units += 2 if ord(line[column]) > 0xFFFF else 1
        column += 1
    return before + column

"""How the daemon begins and ends: exit codes, lost editors, signals, and several clients over TCP."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from routerd.frontends.lsp.frames import Frames, framed
from tests.e2e.raw_editor import RawEditor, RefusedError
from tests.e2e.test_stdio import NAME, at


async def ends(editor: RawEditor, within_s: float = 30) -> int:
    async with asyncio.timeout(within_s):
        code = await editor.process.wait()
        assert (await editor.stderr).decode().count("Traceback") == 0
        await editor._reading
    return code


async def test_exit_without_shutdown_is_a_failure(env: dict[str, str], project: Path) -> None:
    editor = RawEditor(env, project)
    await editor.launch()
    await editor.initialize()
    editor.notify("exit", None)
    assert await ends(editor) == 1


async def test_nothing_is_answered_before_initialize_or_after_shutdown(env: dict[str, str], project: Path) -> None:
    editor = RawEditor(env, project)
    await editor.launch()
    with pytest.raises(RefusedError) as early:
        await editor.request("textDocument/hover", at("file:///a.py", NAME))
    assert early.value.code == -32002
    await editor.initialize()
    await editor.request("shutdown", None)
    with pytest.raises(RefusedError) as late:
        await editor.request("textDocument/hover", at("file:///a.py", NAME))
    assert late.value.code == -32600
    editor.notify("exit", None)
    assert await ends(editor) == 0


async def test_the_daemon_ends_when_its_input_closes(env: dict[str, str], project: Path) -> None:
    editor = RawEditor(env, project)
    await editor.launch()
    await editor.initialize()
    assert editor.process.stdin is not None
    editor.process.stdin.close()
    assert await ends(editor) == 1


async def test_the_daemon_ends_when_the_editors_process_is_gone(env: dict[str, str], project: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    editor = RawEditor(env, project, process_id=parent.pid)
    await editor.launch()
    await editor.initialize()
    parent.kill()
    parent.wait()
    assert await ends(editor) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_a_signal_ends_the_daemon_without_a_word(
    number: signal.Signals, code: int, env: dict[str, str], project: Path
) -> None:
    editor = RawEditor(env, project)
    await editor.launch()
    await editor.initialize()
    editor.process.send_signal(number)
    assert await ends(editor) == code


class _Tcp:
    """One client over TCP, asking one thing after another."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._frames, self._ready = Frames(), list[Any]()

    def ask(self, number: int, method: str, params: object) -> Any:
        self.send({"id": number, "method": method, "params": params})
        while True:
            while not self._ready:
                self._ready += map(json.loads, self._frames.feed(self._socket.recv(65_536)))
            message = self._ready.pop(0)
            if message.get("id") == number and "method" not in message:
                return message["result"]

    def send(self, message: dict[str, object]) -> None:
        self._socket.sendall(framed(json.dumps({"jsonrpc": "2.0", **message}).encode()))

    def close(self) -> None:
        self._socket.close()


def test_clients_over_tcp_get_their_own_answers_and_leave_without_the_others(
    env: dict[str, str], project: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "routerd", "serve", "--tcp", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, env=env, cwd=project, stdin=subprocess.DEVNULL)
    try:
        first, second = _connected(port), _connected(port)
        uri = (project / "labels.py").as_uri()
        for client, encoding in ((first, "utf-8"), (second, "utf-32")):
            general = {"general": {"positionEncodings": [encoding]}}
            params = {"processId": None, "rootUri": project.as_uri(), "capabilities": general}
            answer = client.ask(1, "initialize", params)
            assert answer["capabilities"]["positionEncoding"] == encoding
            client.send({"method": "initialized", "params": {}})
            item = {"uri": uri, "languageId": "python", "version": 1, "text": "# é\ndef f(): pass\n"}
            client.send({"method": "textDocument/didOpen", "params": {"textDocument": item}})
        here = at(uri, {"line": 1, "character": 4})
        assert first.ask(2, "textDocument/hover", here)["range"]["start"]["line"] == 1
        first.ask(3, "shutdown", None)
        first.send({"method": "exit"})
        first.close()
        assert second.ask(2, "textDocument/hover", here)["range"]["start"]["line"] == 1
        assert process.poll() is None
        second.close()
    finally:
        process.terminate()
        process.wait(timeout=10)


def _connected(port: int) -> _Tcp:
    deadline = time.monotonic() + 20
    while True:
        try:
            return _Tcp(port)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)

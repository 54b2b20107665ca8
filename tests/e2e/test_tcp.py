"""LSP over TCP: nobody gets in without the token, nothing outside the root is read, and clients are apart."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from routerd.frontends.lsp.frames import framed
from tests.e2e.conftest import with_upstream
from tests.e2e.tcp_daemon import Client, TcpDaemon
from tests.e2e.test_stdio import NAME, at
from tests.loopback import Upstream
from tests.loopback.thread import InThread

CODE = "# é\ndef f(): pass\n"
SECRET = "never-for-a-client"


def test_clients_get_their_own_answers_and_leave_without_the_others(env: dict[str, str], project: Path) -> None:
    uri = (project / "labels.py").as_uri()
    here = at(uri, {"line": 1, "character": 4})
    with TcpDaemon(env, project) as daemon:
        first, second = daemon.initialized(project, "utf-8"), daemon.initialized(project, "utf-32")
        for client in (first, second):
            client.open(uri, CODE)
        assert first.ask(2, "textDocument/hover", here)["range"]["start"]["line"] == 1
        first.ask(3, "shutdown", None)
        first.send({"method": "exit"})
        assert first.hung_up() == b""
        assert second.ask(2, "textDocument/hover", here)["range"]["start"]["line"] == 1
        assert daemon.process.poll() is None
        second.close()


def test_the_token_is_for_this_user_alone_and_gone_at_the_end(env: dict[str, str], project: Path) -> None:
    with TcpDaemon(env, project) as daemon:
        assert len(daemon.token) >= 43, "256 bits in base64"
        if os.name == "posix":
            assert stat.S_IMODE(daemon.token_file.stat().st_mode) == 0o600
            assert stat.S_IMODE(daemon.token_file.parent.stat().st_mode) == 0o700
        assert daemon.token not in daemon.said
        with TcpDaemon(env, project) as other:
            assert other.token != daemon.token
    assert not daemon.token_file.parent.exists()
    assert daemon.token not in daemon.said, "nor in the log"
    assert daemon.process.returncode == 0


def message(method: str, params: object, number: int | None = 1) -> bytes:
    head: dict[str, object] = {"jsonrpc": "2.0", "method": method, "params": params}
    return framed(json.dumps({**head, "id": number} if number is not None else head).encode())


FIRST: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "no token": lambda greeting: message("initialize", {**greeting, "initializationOptions": None}),
    "wrong token": lambda greeting: message("initialize", {**greeting, "initializationOptions": {"token": "x" * 43}}),
    "empty token": lambda greeting: message("initialize", {**greeting, "initializationOptions": {"token": ""}}),
    "token of another kind": lambda greeting: message(
        "initialize", {**greeting, "initializationOptions": {"token": 1}}
    ),
    "surrogates": lambda greeting: message("initialize", {**greeting, "initializationOptions": {"token": "\ud800"}}),
    "a notification": lambda greeting: message("initialize", greeting, None),
    "another request": lambda greeting: message("shutdown", greeting),
    "a run": lambda greeting: message("routerd/run", {"action": "review", "uri": "file:///etc/passwd", **greeting}),
    "no JSON": lambda _: framed(b"token"),
    "a list": lambda _: framed(b"[]"),
    "deep JSON": lambda _: framed(b'{"params":' + b"[" * 100_000),
    "a huge number": lambda _: framed(b"9" * 5_000),
    "HTTP": lambda _: b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP with a message": lambda greeting: b"POST / HTTP/1.1\r\n" + message("initialize", greeting),
    "TLS": lambda _: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a long header": lambda _: b"Content-Length: " + b"1" * 9_000,
    "a long body": lambda _: b"Content-Length: 1000001\r\n\r\n",
    "LF alone": lambda greeting: message("initialize", greeting).replace(b"\r\n\r\n", b"\n\n"),
}


def test_any_other_first_message_closes_the_connection_without_a_word(env: dict[str, str], project: Path) -> None:
    with TcpDaemon(env, project) as daemon:
        greeting = daemon.greeting(project)
        for name, first in FIRST.items():
            client = daemon.connected()
            client.send_bytes(first(greeting))
            # What comes after it, right as it may be, is not looked at.
            with contextlib.suppress(ConnectionError):
                client.send_bytes(message("initialize", greeting))
            assert client.hung_up() == b"", name
        daemon.initialized(project).close()


def test_who_says_nothing_keeps_nobody_out(env: dict[str, str], project: Path) -> None:
    with TcpDaemon(env, project) as daemon:
        silent = [daemon.connected() for _ in range(40)]
        assert silent[-1].hung_up() == b"", "more unauthenticated clients than are accepted"
        for client in silent[:-1]:
            client.close()
        daemon.initialized(project).close()


def test_no_file_outside_the_root_is_read(env: dict[str, str], project: Path) -> None:
    outside = project.parent / "outside"
    outside.mkdir()
    (outside / "pyproject.toml").write_text("")
    (outside / "secret.py").write_text(f"def f(x):\n    return '{SECRET}'\n")
    (outside / "neighbour.py").write_text(f'def helper():\n    """{SECRET}"""\n')
    (project / "link.py").symlink_to(outside / "secret.py")
    (project / "folder").symlink_to(outside)
    uris = [
        (outside / "secret.py").as_uri(),
        project.as_uri() + "/../outside/secret.py",
        project.as_uri() + "/%2e%2e/outside/secret.py",
        (project / "link.py").as_uri(),
        (project / "folder" / "secret.py").as_uri(),
        "file:///etc/passwd",
        "file:///dev/zero",
    ]
    with (
        InThread(Upstream(reply="[]")) as upstream,
        TcpDaemon(with_upstream(env, upstream.base_url), project) as daemon,
    ):
        client = daemon.initialized(outside)
        for number, uri in enumerate(uris, 10):
            answer = client.answer(number, "routerd/run", {"action": "review", "uri": uri})
            assert "open it first" in answer["error"]["message"], uri
        assert not upstream.seen
        # What a client opens is its own text; what is around it on this machine's disk is not read for it.
        uri = (outside / "mine.py").as_uri()
        client.open(uri, "def g():\n    return helper()\n")
        span = {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 4}}
        ask = {"action": "design", "uri": uri, "range": span}
        client.ask(30, "routerd/run", ask)
        assert upstream.seen
        sent = json.dumps([seen.body for seen in upstream.seen])
        assert "return helper()" in sent
        assert SECRET not in sent
        assert "neighbour" not in sent
        inside = {"action": "review", "uri": (project / "labels.py").as_uri()}
        assert "error" not in client.answer(40, "routerd/run", inside)
        client.close()


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", ":::0", "example.invalid:0", "127.0.0.1:99999", "no"])
def test_an_address_that_others_can_reach_needs_a_word_more(address: str, env: dict[str, str], project: Path) -> None:
    command = [sys.executable, "-m", "routerd", "serve", "--tcp", address]
    done = subprocess.run(command, env=env, cwd=project, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "listens" not in done.stderr


def test_remote_clients_are_allowed_by_an_option_that_says_what_it_means(env: dict[str, str], project: Path) -> None:
    with TcpDaemon(env, project, "--allow-remote", address="0.0.0.0:0") as daemon:
        client = daemon.connected()
        client.send_bytes(message("initialize", {**daemon.greeting(project), "initializationOptions": {}}))
        assert client.hung_up() == b""
        daemon.initialized(project).close()
    assert "Other machines can connect" in daemon.said
    assert "nothing on the way is encrypted" in daemon.said


def test_options_of_tcp_alone_and_a_missing_root_are_refused(env: dict[str, str], project: Path) -> None:
    for arguments in (["--root", "."], ["--allow-remote"], ["--tcp", "127.0.0.1:0", "--root", "nowhere"]):
        command = [sys.executable, "-m", "routerd", "serve", *arguments]
        done = subprocess.run(command, env=env, cwd=project, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 2, arguments
        assert "--" in done.stderr


def test_a_port_in_use_is_a_sentence(env: dict[str, str], project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "routerd", "serve", "--tcp", f"127.0.0.1:{taken.getsockname()[1]}"]
        done = subprocess.run(command, env=env, cwd=project, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_its_own_standard_input_is_nothing_to_it(env: dict[str, str], project: Path) -> None:
    with TcpDaemon(env, project) as daemon:
        assert daemon.process.stdin is not None
        daemon.process.stdin.write("Content-Length: 2\r\n\r\n{}")
        daemon.process.stdin.close()
        daemon.process.stdin = None
        client: Client = daemon.initialized(project)
        client.open("untitled:a", CODE)
        assert client.ask(2, "textDocument/hover", at("untitled:a", {"line": 1, "character": 4}))
        assert client.ask(3, "textDocument/hover", at((project / "labels.py").as_uri(), NAME)) is None
        client.close()
        assert daemon.process.poll() is None

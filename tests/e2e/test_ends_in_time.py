"""SIGTERM ends every kind of process within two seconds, idle or in mid-action; what it asked is booked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from routerd.frontends.lsp.frames import framed
from tests.e2e.conftest import with_upstream
from tests.e2e.tcp_daemon import Client
from tests.loopback import Fault, Turn, Upstream
from tests.machine_lag import OwnTime

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals like these are not there")

ENDS_S = 2.0
HERE = {"line": 3, "character": 6}
HANGS = Turn(fault=Fault("hang", at=2))
"""It says something, then nothing more."""
KINDS = {
    "stdio": ("serve", "--solo"),
    "http": ("serve", "--http", "127.0.0.1:0"),
    "http and stdio": ("serve", "--http", "127.0.0.1:0", "--stdio"),
    "tcp": ("serve", "--tcp", "127.0.0.1:0"),
    "daemon": ("daemon", "run"),
    "run": ("run", "document", "labels.py:4"),
    "run over many": ("run", "document", ".", "--yes"),
    "batch": ("batch", "run", "document", "labels.py", "--yes"),
}
"""Each kind of process that may ask something, by the words that start it."""
COMMANDS = ("run", "run over many", "batch")
"""Which ask by themselves."""


class Running:
    """A process, and what it said so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process, self.said = process, ""
        assert process.stdout is not None
        assert process.stderr is not None
        self.out = asyncio.create_task(self._read(process.stdout))
        self.err = asyncio.create_task(self._read(process.stderr))

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(65_536):
            self.said += data.decode("utf-8", "replace")

    async def until(self, pattern: str) -> re.Match[str]:
        """What it says; a process that ends instead has failed."""
        async with asyncio.timeout(60):
            while not (found := re.search(pattern, self.said)):
                assert self.process.returncode is None, self.said
                await asyncio.sleep(0.02)
        return found

    def send(self, **message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(framed(json.dumps({"jsonrpc": "2.0", **message}).encode()))

    async def ended(self) -> float:
        """Seconds from SIGTERM to the end, without those in which others had the machine."""
        with OwnTime(self.process.pid) as own:
            self.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(30):
                await self.process.wait()
        await self.out
        await self.err
        return own.seconds


async def started(kind: str, env: dict[str, str], root: Path) -> Running:
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-m", "routerd", *KINDS[kind]]
    env = {**env, "XDG_RUNTIME_DIR": env["HOME"]}
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe, env=env, cwd=root)
    return Running(process)


def ledger(env: dict[str, str]) -> tuple[list[str], int]:
    """The status of each attempt, and how many reservations are left."""
    path = next(Path(env["HOME"]).rglob("ledger.db"))
    with contextlib.closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT status FROM attempts").fetchall()
        return [status for (status,) in rows], database.execute("SELECT count(*) FROM reservations").fetchone()[0]


async def greeted(running: Running, root: Path, **options: object) -> None:
    uri = root.as_uri()
    params = {"processId": None, "rootUri": uri, "capabilities": {}, "initializationOptions": options}
    running.send(id=1, method="initialize", params=params)
    await running.until('"id": ?1')
    running.send(method="initialized", params={})


async def _ready(kind: str, running: Running, root: Path) -> None:
    """Wait until a process is at work."""
    if kind in ("stdio", "http and stdio"):
        await greeted(running, root)
    if kind in ("http", "http and stdio", "tcp"):
        await running.until(r"listens on ")
    if kind == "daemon":
        async with asyncio.timeout(60):
            while not list(root.parent.rglob("daemon.sock")):
                assert running.process.returncode is None, running.said
                await asyncio.sleep(0.02)


async def _asks_over_stdio(running: Running, root: Path) -> None:
    uri = (root / "labels.py").as_uri()
    item = {"uri": uri, "languageId": "python", "version": 1, "text": (root / "labels.py").read_text()}
    running.send(method="textDocument/didOpen", params={"textDocument": item})
    params = {"action": "document", "uri": uri, "range": {"start": HERE, "end": HERE}}
    running.send(id=2, method="routerd/run", params=params)


def _asks_over_tcp(running: Running, root: Path) -> Client:
    """A client that stays connected; it waits, so in a thread."""
    port, token = re.search(r"listens on [^,]*:(\d+)", running.said), re.search(r"token in (.+) as init", running.said)
    assert port is not None
    assert token is not None
    client, uri = Client(int(port[1])), (root / "labels.py").as_uri()
    options = {"token": Path(token[1]).read_text("ascii")}
    greeting = {"processId": None, "rootUri": root.as_uri(), "capabilities": {}, "initializationOptions": options}
    client.ask(1, "initialize", greeting)
    client.send({"method": "initialized", "params": {}})
    client.open(uri, (root / "labels.py").read_text())
    params = {"action": "document", "uri": uri, "range": {"start": HERE, "end": HERE}}
    client.send({"id": 2, "method": "routerd/run", "params": params})
    return client


async def _asks_over_http(running: Running, env: dict[str, str], root: Path) -> asyncio.subprocess.Process:
    """A program that asks the gateway, in a process of its own."""
    where = (await running.until(r"listens on (http://\S+?)/? ")).group(1)
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-m", "routerd", "http", "env", "openai", "--json"]
    told = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env=env, cwd=root)
    out, _ = await told.communicate()
    body = json.dumps({"model": "speed", "stream": True, "messages": [{"role": "user", "content": "hi"}]})
    code = (
        "import sys, urllib.request as u\n"
        "u.urlopen(u.Request(sys.argv[1], sys.argv[3].encode(), {'authorization': 'Bearer ' + sys.argv[2],"
        " 'content-type': 'application/json'})).read()"
    )
    token = json.loads(out)["token"]
    asking = [sys.executable, "-c", code, f"{where}/v1/chat/completions", token, body]
    return await asyncio.create_subprocess_exec(*asking, stdout=pipe, stderr=pipe, env=env)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in COMMANDS])
async def test_an_idle_process_ends_within_two_seconds(kind: str, env: dict[str, str], project: Path) -> None:
    running = await started(kind, env, project)
    await _ready(kind, running, project)
    assert await running.ended() < ENDS_S
    # A daemon that has just made its socket does not heed signals yet, and holds nothing.
    assert running.process.returncode in ({0, -signal.SIGTERM} if kind == "daemon" else {0}), running.said


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "daemon"])
async def test_a_process_in_mid_action_ends_within_two_seconds_and_books(
    kind: str, env: dict[str, str], project: Path
) -> None:
    """The user's daemon is tried where its relays are: in ``daemon/test_life_of_daemon.py``."""
    asking: asyncio.subprocess.Process | None = None
    client: Client | None = None
    async with Upstream(otherwise=HANGS) as upstream:
        env = with_upstream(env, upstream.base_url)
        running = await started(kind, env, project)
        await _ready(kind, running, project)
        if kind == "http":
            asking = await _asks_over_http(running, env, project)
        elif kind == "tcp":
            await running.until(r"initializationOptions\.token")
            client = await asyncio.to_thread(_asks_over_tcp, running, project)
        elif kind not in COMMANDS:
            await _asks_over_stdio(running, project)
        await upstream.wait_for(lambda seen: any(one.hanging for one in seen.seen), 60)
        assert await running.ended() < ENDS_S, running.said
        assert running.process.returncode in {0, 130, 143}, running.said
        assert "Traceback" not in running.said
        if asking is not None:
            await asking.communicate()
        if client is not None:
            client.close()
    assert ledger(env) == (["cancelled"], 0)


@pytest.mark.parametrize("kind", ["http", "tcp"])
async def test_a_server_reads_no_standard_input(kind: str, env: dict[str, str], project: Path) -> None:
    """What comes there is left for whoever reads it next, and its end is not the server's."""
    running = await started(kind, env, project)
    await _ready(kind, running, project)
    running.send(id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}})
    assert running.process.stdin is not None
    running.process.stdin.close()
    answered: Callable[[], Awaitable[Any]] = running.process.wait
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(answered(), 1)
    assert '"id"' not in running.said, "nobody answered what came on stdin"
    assert await running.ended() < ENDS_S


async def test_a_session_ends_with_its_stdin_in_mid_action_and_books(env: dict[str, str], project: Path) -> None:
    async with Upstream(otherwise=HANGS) as upstream:
        env = with_upstream(env, upstream.base_url)
        running = await started("stdio", env, project)
        await greeted(running, project)
        await _asks_over_stdio(running, project)
        await upstream.wait_for(lambda seen: any(one.hanging for one in seen.seen), 60)
        assert running.process.stdin is not None
        with OwnTime(running.process.pid) as own:
            running.process.stdin.close()
            async with asyncio.timeout(30):
                await running.process.wait()
        assert own.seconds < ENDS_S
    assert ledger(env) == (["cancelled"], 0)

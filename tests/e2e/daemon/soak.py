"""Many editors over relays, some of them hostile, and HTTP streams on one daemon for some time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

from routerd.frontends.lsp.frames import framed
from tests.bench.relay import memory_mib
from tests.e2e.conftest import CODE
from tests.e2e.daemon.editors import editor
from tests.e2e.daemon.test_gateway_beside import address
from tests.e2e.daemon.test_life_of_daemon import foreground
from tests.e2e.daemon.user import User, until
from tests.loopback import InThread, Turn, Upstream

REPLY = "It splits a header line into its name and its value."
NAME = {"line": 3, "character": 6}
_MARK = {"start": {"line": 4, "character": 0}, "end": {"line": 5, "character": 0}}
_HELLO = {"id": 0, "method": "initialize", "params": {"processId": None, "capabilities": {}}}


@dataclass
class Soaked:
    """What came of it."""

    seconds: float
    editors: int
    streams: int
    hovers: int = 0
    actions: int = 0
    streamed: int = 0
    hostile_sessions: int = 0
    memory_mib: list[float] = field(default_factory=list)
    booked: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Rows, input and output tokens, pico-dollars."""
    billed: tuple[int, int, int, int] = (0, 0, 0, 0)
    flagged: int = 0

    @property
    def grown_mib(self) -> float:
        """From the second fifth of the time to the last."""
        fifth = max(len(self.memory_mib) // 5, 1)
        return statistics.median(self.memory_mib[-fifth:]) - statistics.median(self.memory_mib[fifth : 2 * fifth])


def configured(user: User, base_url: str) -> None:
    """One priced model for every tier, and the gateway beside the editors."""
    path = Path(user.env["HOME"]) / "routerd.toml"
    tiers = "".join(f'{tier} = "local/test-model"\n' for tier in ("utility", "speed", "logic", "architect"))
    path.write_text(
        f'[tiers]\n{tiers}[providers.local]\nbase_url = "{base_url}"\nmax_concurrency = 32\n'
        '[models."test-model"]\ninput = "1"\noutput = "2"\ncontext = 64_000\n[http]\nlisten = "127.0.0.1:0"\n',
        "utf-8",
    )
    user.env = {**user.env, "ROUTERD_CONFIG": str(path)}


async def soaked(user: User, root: Path, seconds: float, editors: int, streams: int) -> Soaked:
    """Do it; raises where a message is lost, comes late by more than 60 s, or a text is not the one that was typed."""
    found = Soaked(seconds, editors, streams)
    with InThread(Upstream(reply=REPLY, otherwise=Turn(chunk_chars=8, delay_s=0.002))) as upstream:
        configured(user, upstream.base_url)
        with foreground(user):
            until(lambda: address(user), 60)
            told = json.loads(user.command("http", "env", "openai", "--json").stdout)
            end = asyncio.get_running_loop().time() + seconds
            going = lambda: asyncio.get_running_loop().time() < end  # noqa: E731  # one line says it
            hostile = (_garbage, _killed, _deaf)
            async with asyncio.TaskGroup() as group:
                for number in range(editors - len(hostile)):
                    group.create_task(_works(user, root, number, found, going, upstream))
                for one in hostile:
                    group.create_task(_again_and_again(one, user, root, found, going))
                for _ in range(streams):
                    group.create_task(_streams(told, found, going))
                group.create_task(_measure(user.daemon, found, going))
            assert user.status()["running"]
        found.billed = _billed(upstream)
    found.booked, found.flagged = _booked(user)
    return found


async def _works(
    user: User, root: Path, number: int, found: Soaked, going: Callable[[], bool], upstream: InThread
) -> None:
    """An editor in which somebody types, hovers and asks for explanations."""
    path = root / f"editor{number}.py"
    path.write_bytes(CODE.encode())
    async with editor(user, root) as one:
        uri = one.open(path)
        one.type(uri, 4, "    # mark\n")
        for step in count():
            if not going():
                break
            mark = f"mark {number}-{step} of this editor"
            one.replace(uri, _MARK, f"    # {mark}\n")
            at = {"textDocument": {"uri": uri}, "position": NAME}
            shown = await asyncio.gather(*(one.request("textDocument/hover", at, 60) for _ in range(3)))
            assert all("$" in str(hover) for hover in shown), shown
            found.hovers += len(shown)
            request = {"action": "explain", "uri": uri, "range": {"start": NAME, "end": NAME}}
            outcome = await one.request("routerd/run", request, 60)
            assert outcome["status"] == "applied", outcome
            assert any(mark in seen.raw.decode() for seen in reversed(upstream.seen)), mark
            found.actions += 1


Hostile = Callable[[User, Path], Coroutine[object, object, None]]


async def _again_and_again(hostile: Hostile, user: User, root: Path, found: Soaked, going: Callable[[], bool]) -> None:
    while going():
        await hostile(user, root)
        found.hostile_sessions += 1


@asynccontextmanager
async def _relay(user: User) -> AsyncIterator[asyncio.subprocess.Process]:
    """A relay without an editor behind it, killed in the end."""
    words = (sys.executable, "-m", "routerd")
    pipe = subprocess.PIPE
    one = await asyncio.create_subprocess_exec(*words, env=user.env, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
    try:
        yield one
    finally:
        with contextlib.suppress(ProcessLookupError):
            one.kill()
        assert one.stdout is not None
        while await one.stdout.read(65_536):  # what waits there would keep the pipe open
            pass
        await one.wait()


def _say(one: asyncio.subprocess.Process, *messages: dict[str, Any]) -> None:
    assert one.stdin is not None
    for message in messages:
        one.stdin.write(framed(json.dumps({"jsonrpc": "2.0", **message}).encode()))


async def _garbage(user: User, _: Path) -> None:
    """Sends what is no message."""
    async with _relay(user) as one:
        assert one.stdin is not None
        for said in (b"{", b"[1]", b'{"id": {}}', b"\xff" * 50):
            one.stdin.write(framed(said))
        _say(one, {"id": 1, "method": "textDocument/hover", "params": 7}, _HELLO, {"method": "initialized"})
        one.stdin.write(b"Content-Length: -3\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            await one.stdin.drain()
        await asyncio.sleep(0.2)


async def _killed(user: User, root: Path) -> None:
    """Is killed with fifty questions under way."""
    async with _relay(user) as one:
        assert one.stdin is not None
        uri = (root / "labels.py").as_uri()
        item = {"uri": uri, "languageId": "python", "version": 1, "text": CODE}
        opened = {"method": "textDocument/didOpen", "params": {"textDocument": item}}
        at = {"textDocument": {"uri": uri}, "position": NAME}
        asked = [{"id": number, "method": "textDocument/hover", "params": at} for number in range(1, 51)]
        _say(one, _HELLO, {"method": "initialized", "params": {}}, opened, *asked)
        with contextlib.suppress(ConnectionError):
            await one.stdin.drain()
        await asyncio.sleep(0.2)


async def _deaf(user: User, _: Path) -> None:
    """Reads nothing of many megabytes that it asks for."""
    async with _relay(user) as one:
        assert one.stdin is not None
        name = {"command": "z" * 500_000, "arguments": []}
        _say(one, _HELLO, *({"id": n, "method": "workspace/executeCommand", "params": name} for n in range(1, 20)))
        await asyncio.sleep(1)


async def _streams(told: dict[str, str], found: Soaked, going: Callable[[], bool]) -> None:
    """A client of the gateway that asks for one stream after the other."""
    headers = {"authorization": f"Bearer {told['token']}"}
    async with aiohttp.ClientSession(headers=headers) as client:
        for number in count():
            if not going():
                break
            said = [{"role": "user", "content": f"question {number}"}]
            body = {"model": "speed", "stream": True, "messages": said}
            async with client.post(f"{told['base_url']}/chat/completions", json=body) as answer:
                text = await answer.text()
            chunks = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
            words = [part["delta"].get("content") or "" for chunk in chunks for part in chunk.get("choices", ())]
            assert "".join(words) == REPLY, text
            found.streamed += 1


async def _measure(pid: int, found: Soaked, going: Callable[[], bool]) -> None:
    while going():
        await asyncio.sleep(1)
        found.memory_mib.append(memory_mib(pid, "Private"))


def _billed(upstream: InThread) -> tuple[int, int, int, int]:
    sent, got = upstream.billed
    return len(upstream.seen), sent, got, (sent + 2 * got) * 10**6


def _booked(user: User) -> tuple[tuple[int, int, int, int], int]:
    """Of rows that were asked for, and how many of them are flagged."""
    path = next(Path(user.env["HOME"]).rglob("ledger.db"))
    with closing(sqlite3.connect(path)) as ledger:
        row = ledger.execute(
            "SELECT COUNT(*), SUM(input + cached_input + cache_write), SUM(output + reasoning), SUM(cost), "
            "SUM(usage_estimated) FROM attempts WHERE NOT cached"
        ).fetchone()
    return (row[0], row[1] or 0, row[2] or 0, row[3] or 0), row[4] or 0

"""Sessions of one daemon: each with its own keys, path and configuration, and none in another's way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

from routerd.frontends.lsp.frames import framed
from tests.e2e.conftest import new_project, with_upstream
from tests.e2e.daemon.editors import editor
from tests.e2e.daemon.user import User, until
from tests.e2e.raw_editor import Json, RawEditor
from tests.e2e.test_stdio import request_for
from tests.e2e.test_upstream import DOC
from tests.loopback import Upstream
from tests.loopback.witness import fingerprint
from tests.posix import connect_unix


async def test_each_session_asks_with_the_key_of_its_own_editor(user: User, project: Path) -> None:
    async with Upstream(reply=DOC) as upstream:
        env = with_upstream(user.env, upstream.base_url)
        keys = ("sk-of-the-first-editor", "sk-of-the-second-editor")
        async with (
            editor(user, project, {**env, "ROUTERD_E2E_KEY": keys[0]}) as first,
            editor(user, project, {**env, "ROUTERD_E2E_KEY": keys[1]}) as second,
            editor(user, project, {name: env[name] for name in ("ROUTERD_CONFIG",)}) as without,
        ):
            assert user.status()["sessions"] == 3
            for one in (second, first):
                uri = one.open(project / "labels.py")
                one.type(uri, 4, f"    pass  # {id(one)}: another question than the other's\n")
                outcome = await one.request("routerd/run", request_for(uri, "document", version=2))
                assert outcome["status"] == "applied"
            shown = [seen.headers["authorization"] for seen in upstream.seen]
            assert shown == [fingerprint(key) for key in (keys[1], keys[0])]
            outcome = await without.request("routerd/run", request_for(without.open(project / "labels.py"), "document"))
            asked = {attempt["provider"] for attempt in outcome["attempts"]}
            assert asked <= {"offline"}, "it has no key, and gets nobody else's"
            assert len(upstream.seen) == 2
            environ = Path(f"/proc/{user.daemon}/environ").read_bytes()
            assert b"sk-of-the" not in environ
        assert "sk-of-the" not in user.log() + user.info.read_text("ascii")


async def test_a_configuration_file_of_the_command_line_is_that_of_its_session_alone(
    user: User, project: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[budget]\ndaily = "1.25"\n')
    async with (
        RawEditor(user.env, project, arguments=("serve", "--config", str(own))) as with_it,
        editor(user, project) as without,
        editor(user, project, {"ROUTERD_CONFIG": f"../{own.name}"}) as named,
    ):
        assert user.status()["sessions"] == 3
        assert (await named.until("routerd/status"))["budget_daily"] == "1.25", "from the folder it was started in"
        assert (await with_it.until("routerd/status"))["budget_daily"] == "1.25"
        assert (await without.until("routerd/status"))["budget_daily"] is None


async def test_what_one_editor_spends_every_window_is_told_at_once(user: User, project: Path) -> None:
    async with Upstream(reply=DOC) as upstream:
        env = with_upstream(user.env, upstream.base_url)
        async with editor(user, project, env) as one, editor(user, project, env) as other:
            for each in (one, other):
                await each.until("routerd/status")
            await one.request("routerd/run", request_for(one.open(project / "labels.py"), "document"))
            told = await asyncio.wait_for(other.until("routerd/status", lambda now: now["spent_today"] != "0"), 1)
            assert float(told["spent_today"]) > 0


async def hover_ms(one: RawEditor, uri: str) -> float:
    begin = time.perf_counter()
    at = {"line": 3, "character": 5}
    await one.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": at})
    return (time.perf_counter() - begin) * 1000


async def test_an_editor_that_reads_nothing_delays_nobody_and_is_given_up(user: User, project: Path) -> None:
    async with editor(user, project) as one:
        uri = one.open(project / "labels.py")
        await hover_ms(one, uri)
        alone = statistics.median([await hover_ms(one, uri) for _ in range(30)])
        hanging = subprocess.Popen(
            [sys.executable, "-m", "routerd"], env=user.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            until(lambda: user.status()["sessions"] == 2)
            assert hanging.stdin is not None
            assert hanging.stdout is not None
            hello = {"id": 0, "method": "initialize", "params": {"processId": None, "capabilities": {}}}
            # Each is refused with its name, so that what waits for this editor grows as fast as what it sends.
            name = {"command": "z" * 8_000_000, "arguments": []}
            loud = {"id": 1, "method": "workspace/executeCommand", "params": name}
            shouting = threading.Thread(target=shout, args=(hanging.stdin, hello, loud), daemon=True)
            shouting.start()
            busy = statistics.median([await hover_ms(one, uri) for _ in range(30)])
            assert busy < max(4 * alone, 50), (alone, busy)
            until(lambda: user.status()["sessions"] == 1, 30)
            assert "reads nothing" in user.log()
            assert await hover_ms(one, uri) < 1000
        finally:
            hanging.kill()
            hanging.wait()
            assert hanging.stdout is not None
            hanging.stdout.close()
            shouting.join(10)


def shout(into: IO[bytes], hello: Json, loud: Json) -> None:
    with contextlib.suppress(BrokenPipeError), into:
        for message in (hello, *[loud] * 12):
            into.write(framed(json.dumps({"jsonrpc": "2.0", **message}).encode()))
            into.flush()


async def test_garbage_on_the_socket_harms_nobody(user: User, project: Path) -> None:
    async with editor(user, project) as one:
        for said in (b"", b"GET / HTTP/1.1\r\n\r\n", b"routerd 1 x session\n99999999999\n", b"x" * 1_000_000):
            with connect_unix(user.socket) as connection, contextlib.suppress(ConnectionError):
                connection.sendall(said)
        assert await one.request("routerd/providers", None) is not None
        assert user.status()["sessions"] == 1


async def test_a_closed_session_leaves_its_memory(user: User, tmp_path: Path) -> None:
    root = new_project(tmp_path)
    async with editor(user, root) as stays:
        await stays.request("routerd/providers", None)
        sizes = []
        for _ in range(8):
            async with editor(user, root) as one:
                await hover_ms(one, one.open(root / "labels.py"))
            sizes.append(resident_mb(user.daemon))
        assert sizes[-1] - sizes[2] < 10, sizes


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024

"""Editors over relays on one daemon: the same answers, ends and codes as without, and every byte in its place."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.daemon.editors import editor
from tests.e2e.daemon.user import User, until
from tests.e2e.raw_editor import RawEditor, RefusedError
from tests.posix import freeze, kill, thaw


async def test_two_editors_have_one_daemon_and_their_own_documents(user: User, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.py").write_text("def two(): ...\n")
    async with editor(user, project) as one:
        daemon = user.daemon
        async with editor(user, other) as two:
            assert user.daemon == daemon
            uri = one.open(project / "labels.py")
            at = {"line": 3, "character": 5}
            hover = await one.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": at})
            assert "\ndocument " in hover["contents"]["value"]
            uri = two.open(other / "b.py")
            at = {"line": 0, "character": 5}
            hover = await two.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": at})
            assert "\ndocument " in hover["contents"]["value"]
        assert two.process.returncode == 0
        assert user.status()["sessions"] == 1
    assert one.process.returncode == 0
    assert user.daemon == daemon, "a session's end is not the daemon's"
    assert user.status()["sessions"] == 0


async def test_an_exit_without_shutdown_is_1_as_without_a_daemon(user: User, project: Path) -> None:
    one = editor(user, project)
    await one.launch()
    await one.initialize()
    one.notify("exit", None)
    assert await asyncio.wait_for(one.process.wait(), 5) == 1


async def test_an_editor_that_closes_its_pipe_ends_its_session_alone(user: User, project: Path) -> None:
    async with editor(user, project) as other:
        one = editor(user, project)
        await one.launch()
        await one.initialize()
        assert one.process.stdin is not None
        one.process.stdin.close()
        assert await asyncio.wait_for(one.process.wait(), 5) == 1
        until(lambda: user.status()["sessions"] == 1)
        assert await other.request("routerd/providers", None) is not None


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_a_signal_ends_the_relay_and_its_session_alone(
    user: User, project: Path, number: signal.Signals, code: int
) -> None:
    one = editor(user, project)
    await one.launch()
    await one.initialize()
    daemon = user.daemon
    one.process.send_signal(number)
    assert await asyncio.wait_for(one.process.wait(), 2) == code
    until(lambda: user.status()["sessions"] == 0)
    assert user.daemon == daemon


async def test_a_message_of_ten_megabytes_arrives_whole_in_both_directions(user: User, project: Path) -> None:
    name = "".join(f"{number:07d}" for number in range(1_500_000))
    async with editor(user, project) as one:
        # An unknown command is refused with its name.
        with pytest.raises(RefusedError) as refused:
            await one.request("workspace/executeCommand", {"command": name, "arguments": []}, 60)
        assert str(refused.value).startswith(f"There is no command '{name}'")
        assert await one.request("routerd/providers", None) is not None


async def test_a_daemon_that_is_killed_is_told_once_and_the_next_editor_has_another(user: User, project: Path) -> None:
    one = editor(user, project)
    await one.launch()
    await one.initialize()
    await one.until("routerd/status")
    killed = user.daemon
    kill(killed)
    assert await asyncio.wait_for(one.process.wait(), 5) == 1
    await one._reading  # until all that came was read
    messages = [params for method, params in one.told if method == "window/showMessage" and params["type"] == 1]
    assert len(messages) == 1
    assert "daemon has ended" in messages[0]["message"]
    assert "daemon log" in (await one.stderr).decode()
    async with editor(user, project):
        assert user.daemon != killed


async def test_no_relay_outlives_its_editor_where_the_daemon_is_stuck(user: User, project: Path) -> None:
    one = editor(user, project)
    await one.launch()
    await one.initialize()
    daemon = user.daemon
    freeze(daemon)
    try:
        assert one.process.stdin is not None
        one.process.stdin.close()
        assert await asyncio.wait_for(one.process.wait(), 10) == 1
    finally:
        thaw(daemon)


async def test_the_daemon_holds_no_pipe_of_the_editor_that_started_it(user: User, project: Path) -> None:
    one = editor(user, project)
    await one.launch()
    await one.initialize()
    one.process.kill()
    async with asyncio.timeout(5):
        await one.process.wait()
        assert await one.stderr == b""  # would wait for ever for a pipe that somebody still holds
    assert user.daemons()


async def test_an_editor_that_dies_leaves_no_session(user: User, project: Path) -> None:
    parent = await asyncio.create_subprocess_exec("sleep", "60")
    one = editor(user, project, process_id=parent.pid)
    await one.launch()
    await one.initialize()
    parent.kill()
    await parent.wait()
    assert await asyncio.wait_for(one.process.wait(), 5) == 1
    until(lambda: user.status()["sessions"] == 0)


async def test_solo_starts_no_daemon(user: User, project: Path) -> None:
    async with RawEditor(user.env, project, arguments=("serve", "--solo")):
        assert user.daemons() == []
    async with RawEditor(user.env, project, arguments=("serve", "--log-file", str(project / "own.log"))):
        assert user.daemons() == []


async def test_each_way_to_start_routerd_for_an_editor_is_a_relay(user: User, project: Path) -> None:
    for words in ((), ("--stdio",), ("serve",), ("serve", "--stdio"), ("--stdio", "serve")):
        async with RawEditor(user.env, project, arguments=words):
            assert user.status()["sessions"] == 1, words


async def test_a_relay_imports_nothing_but_itself(user: User, project: Path) -> None:
    (project / "nothing.py").write_text("", "utf-8")
    async with editor(user, project):
        bare, relay = (imported(user, project, "-m", words) for words in ("nothing", "routerd"))
    own = {name for name in relay - bare if not name.startswith("routerd")}
    assert own <= {"__future__", "_socket", "_signal", "_thread", "time", "collections.abc"}
    assert {name for name in relay if name.startswith("routerd.")} <= {
        *("routerd.relay", "routerd.relay.relay", "routerd.relay.attach", "routerd.relay.place"),
        *("routerd.relay.protocol", "routerd.relay.copying", "routerd.system", "routerd.system.local_sockets"),
        "routerd.system.quiet_signals",
    }


def imported(user: User, folder: Path, *words: str) -> set[str]:
    """Modules that a program imports whose editor leaves at once."""
    command = [sys.executable, "-X", "importtime", *words]
    done = subprocess.run(
        command, env=user.env, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines[1:]}

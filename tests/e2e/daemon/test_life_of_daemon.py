"""How a daemon ends: idle, told to, by a signal, or for a newer version; and what commands say of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from routerd.relay.protocol import PROTOCOL
from tests.e2e.conftest import with_upstream
from tests.e2e.daemon.editors import editor
from tests.e2e.daemon.user import User, until
from tests.e2e.test_ends_in_time import ENDS_S, HANGS, ledger
from tests.e2e.test_stdio import request_for
from tests.e2e.test_upstream import DOC
from tests.loopback import Turn, Upstream
from tests.machine_lag import OwnTime
from tests.posix import connect_unix, serve_unix


@contextlib.contextmanager
def foreground(user: User, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """`routerd daemon run` in a terminal."""
    command = [sys.executable, "-m", "routerd", "daemon", "run", *words]
    with subprocess.Popen(command, env=user.env, stderr=subprocess.PIPE) as process:
        try:
            until(user.info.exists)
            yield process
        finally:
            process.kill()


async def test_a_daemon_leaves_some_time_after_its_last_session(user: User, project: Path) -> None:
    with foreground(user, "--idle", "1") as process:
        async with editor(user, project):
            await asyncio.sleep(2.5)
            assert process.poll() is None, "it has a session"
        begin = time.monotonic()
        assert process.wait(10) == 0
        assert time.monotonic() - begin > 0.9
    assert not user.socket.exists()
    assert not user.info.exists()


def test_a_signal_ends_it_within_two_seconds(user: User) -> None:
    for number, code in ((signal.SIGTERM, 0), (signal.SIGINT, 130)):
        with foreground(user) as process:
            until(lambda: user.status()["running"])
            process.send_signal(number)
            assert process.wait(2) == code
        assert not user.info.exists()


async def test_a_signal_in_mid_action_ends_it_within_two_seconds_and_the_action_is_booked(
    user: User, project: Path
) -> None:
    async with Upstream(otherwise=HANGS) as upstream:
        with foreground(user) as process:
            one = editor(user, project, with_upstream(user.env, upstream.base_url))
            await one.launch()
            await one.initialize()
            _, job = one.ask("routerd/run", request_for(one.open(project / "labels.py"), "document"))
            await upstream.wait_for(lambda seen: any(one.hanging for one in seen.seen), 60)
            with OwnTime(process.pid) as own:
                process.send_signal(signal.SIGTERM)
                assert await asyncio.to_thread(process.wait, 30) == 0
            assert own.seconds < ENDS_S
            assert ledger(user.env) == (["cancelled"], 0)
            await asyncio.wait_for(one.process.wait(), 10)
            job.cancel()
    assert not user.daemons()


async def test_the_commands_describe_stop_and_restart_it(user: User, project: Path) -> None:
    assert user.status() == {"running": False}
    assert user.command("daemon", "status", check=False).returncode == 1
    assert "No daemon runs" in user.command("daemon", "stop").stderr
    async with editor(user, project) as one:
        told = user.status()
        assert told["running"] is True
        assert told["pid"] == user.daemon == user.told()["pid"]
        assert (told["protocol"], told["sessions"], told["jobs"]) == (PROTOCOL, 1, 0)
        assert set(user.told()) == {"pid", "started", "version", "protocol", "socket", "http_port"}
        assert f"process {user.daemon}" in user.command("daemon", "status").stdout
        doctor = json.loads(user.command("doctor", "--json", check=False).stdout)
        (check,) = [check for check in doctor if check["name"] == "daemon"]
        assert check["ok"] is True
        assert f"process {user.daemon}" in check["message"]
        before = user.daemon
        stopped = await asyncio.to_thread(user.command, "daemon", "restart")
        assert f"process {user.daemon}" in stopped.stderr
        assert user.daemon != before
        assert await asyncio.wait_for(one.process.wait(), 5) == 1
    assert "has ended" in user.command("daemon", "stop").stderr
    assert user.daemons() == []
    assert "Nothing was logged" in user.command("daemon", "log").stderr


async def test_an_older_daemon_gives_way_to_a_newer_relay_and_finishes_what_is_paid(user: User, project: Path) -> None:
    """The relay of the next protocol says hello as this one does, and asks for the drain."""
    async with Upstream() as upstream:
        slow = Turn(reply=DOC, delay_s=0.5)
        upstream.then(slow)
        async with editor(user, project, with_upstream(user.env, upstream.base_url)) as one:
            uri = one.open(project / "labels.py")
            _, job = one.ask("routerd/run", request_for(uri, "document"))
            await one.until("routerd/status", lambda status: status["jobs"] == 1)
            old = user.daemon
            assert drained(user) == b"drained\n"
            assert not user.info.exists(), "its address is free at once"
            with foreground(user):
                outcome = await asyncio.wait_for(job, 20)
                assert outcome["status"] == "applied", outcome
                until(lambda: old not in user.daemons())
                assert user.told()["pid"] == user.daemon, "the old one took nothing of the new one's with it"
            assert await asyncio.wait_for(one.process.wait(), 5) == 1


def drained(user: User) -> bytes:
    """What a daemon answers to a relay of the next protocol."""
    with connect_unix(user.socket) as connection:
        connection.sendall(f"routerd {PROTOCOL + 1} 9.9.9 session\n".encode())
        assert connection.recv(1000).startswith(f"routerd {PROTOCOL} ".encode())
        connection.sendall(b"drain\n")
        return connection.recv(1000)


async def test_a_relay_that_is_older_than_the_daemon_serves_alone(user: User, project: Path) -> None:
    """A daemon of the next protocol, as far as its first line."""
    user.place.mkdir(mode=0o700)
    server = await serve_unix(newer, user.socket)
    async with server, editor(user, project) as one:
        assert await one.request("routerd/providers", None) is not None
    assert "too new" in (await one.stderr).decode()
    assert user.daemons() == []


async def newer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    assert (await reader.readline()).startswith(b"routerd ")
    writer.write(f"routerd {PROTOCOL + 1} 9.9.9 {os.getpid()}\n".encode())
    await reader.read()
    writer.close()


async def test_a_session_from_another_home_is_served_alone(user: User, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other home"
    other.mkdir()
    async with editor(user, project):
        async with editor(user, project, {"HOME": str(other)}) as one:
            assert user.status()["sessions"] == 1
        assert "the daemon has another HOME" in (await one.stderr).decode()

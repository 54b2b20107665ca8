"""Exactly one daemon, whatever was there before: many relays at once, dead sockets, killed and frozen daemons."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.frontends.lsp.frames import framed
from routerd.relay.attach import DEADLINE_S
from tests.e2e.daemon.editors import editor
from tests.e2e.daemon.user import User, until
from tests.posix import freeze, kill

HELLO = framed(
    json.dumps(
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {"processId": None, "rootUri": None, "capabilities": {}},
        }
    ).encode()
)


@contextlib.contextmanager
def relays(user: User, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many at once, each of which has asked to be initialized."""
    started = []
    try:
        for _ in range(count):
            process = subprocess.Popen(
                [sys.executable, "-m", "routerd"],
                env=user.env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            started.append(process)
            assert process.stdin is not None
            process.stdin.write(HELLO)
            process.stdin.flush()
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def answered(process: subprocess.Popen[bytes]) -> bool:
    assert process.stdout is not None
    return process.stdout.readline().startswith(b"Content-Length")


TRIES = int(os.environ.get("ROUTERD_TEST_TRIES", "5"))
"""How often ten relays start at once: a hundred takes six minutes."""


@pytest.mark.timeout(1200)
def test_ten_relays_at_once_start_one_daemon(user: User) -> None:
    for number in range(TRIES):
        with relays(user, 10) as ten:
            assert all(map(answered, ten)), number
            daemons = user.daemons()
            assert len(daemons) == 1, number
            until(lambda: user.status()["sessions"] == 10)
        assert "a daemon runs already" not in user.log(), number
        user.end()


async def test_a_socket_that_a_killed_daemon_left_is_replaced(user: User, project: Path) -> None:
    async with editor(user, project):
        pass
    kill(user.daemon)
    until(lambda: not user.daemons())
    assert user.socket.is_socket()
    async with editor(user, project):
        assert user.told()["pid"] == user.daemon


async def test_a_daemon_that_is_killed_at_any_moment_of_its_start_is_followed_by_another(
    user: User, project: Path
) -> None:
    for delay_s in (0.0, 0.03, 0.06, 0.1, 0.2, 0.4, 0.8):
        with relays(user, 1):
            until(user.daemons)
            await asyncio.sleep(delay_s)
            user.end()
        async with editor(user, project):
            assert user.told()["pid"] == user.daemon, delay_s
        user.end()


async def test_a_frozen_daemon_costs_an_editor_three_seconds_and_no_more(user: User, project: Path) -> None:
    async with editor(user, project):
        pass
    freeze(user.daemon)
    begin = time.monotonic()
    with relays(user, 1) as (one,):
        assert answered(one)
        assert DEADLINE_S <= time.monotonic() - begin < DEADLINE_S + 4
        one.kill()
        assert one.stderr is not None
        assert b"no daemon answered within 3 seconds" in one.stderr.read()


def test_a_folder_that_cannot_be_trusted_means_an_own_process(user: User) -> None:
    user.place.mkdir(mode=0o755)
    with relays(user, 1) as (one,):
        assert answered(one)
        one.kill()
        assert one.stderr is not None
        assert b"only this user can enter" in one.stderr.read()
    assert user.daemons() == []


def test_a_second_daemon_says_that_there_is_one(user: User) -> None:
    with relays(user, 1) as (one,):
        assert answered(one)
        done = user.command("daemon", "run", check=False)
        assert done.returncode == 1
        assert "a daemon runs already" in done.stderr


async def test_a_daemon_that_cannot_describe_itself_serves_all_the_same(user: User, project: Path) -> None:
    # As on a full disk: a socket needs no room there, a file does.
    user.info.mkdir(parents=True, mode=0o700)
    user.place.chmod(0o700)
    async with editor(user, project):
        assert len(user.daemons()) == 1
        assert user.status()["sessions"] == 1
    assert "could not be written" in user.log()
    assert sorted(path.name for path in user.place.glob("daemon.json*")) == ["daemon.json"]
    assert "has ended" in user.command("daemon", "stop").stderr

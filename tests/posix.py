"""What tests ask of POSIX systems; on Windows the test is skipped that asks it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Spent:
    """What processes that have ended took: CPU seconds of all, and the memory of the largest."""

    cpu_s: float
    memory_kib: int


Met = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

if sys.platform == "win32":

    def make_pipe(path: Path) -> None:
        """Make a named pipe."""
        pytest.skip(f"Windows has no named pipes among files: {path}")

    def interrupt_group(leader: int) -> None:
        """Ctrl-C, as a terminal sends it."""
        pytest.skip(f"Windows has no process groups of this kind: {leader}")

    def kill_group(leader: int) -> None:
        """End a process with all that it started."""
        pytest.skip(f"Windows has no process groups of this kind: {leader}")

    def heed_zone() -> None:
        """Take the time zone from the variable TZ."""
        pytest.skip("Windows cannot change the zone of a running process")

    def is_root() -> bool:
        """Whether rights bind nobody here, as they do not bind root."""
        return False

    def kill(pid: int) -> None:
        """End a process at once, whatever it is doing."""
        pytest.skip(f"Windows has no such signal for process {pid}")

    def freeze(pid: int) -> None:
        """Let a process do nothing until it is killed or thawed."""
        pytest.skip(f"Windows has no such signal for process {pid}")

    def thaw(pid: int) -> None:
        """Let a frozen process go on."""
        pytest.skip(f"Windows has no such signal for process {pid}")

    def give_away(path: Path, user: int) -> None:
        """Make a file another user's."""
        pytest.skip(f"Windows has no users by number, such as {user} for {path}")

    def spent_by_children() -> Spent:
        """What this process's ended children took."""
        pytest.skip("Windows does not keep what ended processes took")

    def spent_by_this_process() -> Spent:
        """What it took up to now."""
        pytest.skip("not measured on Windows")

    def limit_file_size(size: int) -> None:
        """Let this process write no file of more bytes."""
        pytest.skip(f"Windows limits no file to {size} bytes")

    def connect_unix(path: Path) -> socket.socket:
        """A connection to the process that listens there."""
        pytest.skip(f"Windows has no sockets among files: {path}")

    async def serve_unix(met: Met, path: Path) -> asyncio.Server:
        """Listen there."""
        pytest.skip(f"Windows has no sockets among files: {path} for {met}")

else:
    import os
    import resource
    import signal
    import time

    def make_pipe(path: Path) -> None:
        """Make a named pipe."""
        os.mkfifo(path)

    def interrupt_group(leader: int) -> None:
        """Ctrl-C, as a terminal sends it."""
        os.killpg(leader, signal.SIGINT)

    def kill_group(leader: int) -> None:
        """End a process with all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)

    def heed_zone() -> None:
        """Take the time zone from the variable TZ."""
        time.tzset()

    def is_root() -> bool:
        """Whether rights bind nobody here, as they do not bind root."""
        return os.geteuid() == 0

    def kill(pid: int) -> None:
        """End a process at once, whatever it is doing."""
        os.kill(pid, signal.SIGKILL)

    def freeze(pid: int) -> None:
        """Let a process do nothing until it is killed or thawed."""
        os.kill(pid, signal.SIGSTOP)

    def thaw(pid: int) -> None:
        """Let a frozen process go on."""
        os.kill(pid, signal.SIGCONT)

    def give_away(path: Path, user: int) -> None:
        """Make a file another user's."""
        os.chown(path, user, -1)

    def spent_by_children() -> Spent:
        """What this process's ended children took."""
        return _spent(resource.RUSAGE_CHILDREN)

    def spent_by_this_process() -> Spent:
        """What it took up to now."""
        return _spent(resource.RUSAGE_SELF)

    def _spent(who: int) -> Spent:
        found = resource.getrusage(who)
        # Linux counts KiB, macOS bytes.
        unit = 1024 if sys.platform == "darwin" else 1
        return Spent(found.ru_utime + found.ru_stime, found.ru_maxrss // unit)

    def limit_file_size(size: int) -> None:
        """Let this process write no file of more bytes."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    def connect_unix(path: Path) -> socket.socket:
        """A connection to the process that listens there."""
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(5)
        connection.connect(str(path))
        return connection

    async def serve_unix(met: Met, path: Path) -> asyncio.Server:
        """Listen there."""
        return await asyncio.start_unix_server(met, path)

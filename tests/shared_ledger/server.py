"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket, without a port."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

_START_S = 60
KILL = 9
"""SIGKILL, which Windows does not name."""
_SETTINGS = (
    "listen_addresses = ''\nfsync = off\nmax_connections = 200\nlogging_collector = off\nlog_min_messages = fatal\n"
)


def programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=Path("/-/-")).parent if _debian() else None


def _debian() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def missing() -> str | None:
    """Why there is no server; in CI there must be one."""
    if programs() is not None:
        return None
    if os.environ.get("CI"):
        pytest.fail("PostgreSQL is not installed, and CI must run what needs it", pytrace=False)
    return "PostgreSQL is not installed (Debian: apt-get install postgresql)"


class Server:
    """One server; it does not run as root, which PostgreSQL refuses."""

    def __init__(self, settings: str = "") -> None:
        """Makes the folder and starts it."""
        bin_folder = programs()
        assert bin_folder is not None
        self._bin = bin_folder
        self._user = self._other_user()
        self._numbers = itertools.count(1)
        self.folder = Path(tempfile.mkdtemp(prefix="rpg"))
        if self._user is not None:
            shutil.chown(self.folder, *self._user)
        self._run("initdb", "-D", str(self.data), "-U", "routerd", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"unix_socket_directories = '{self.folder}'\n{_SETTINGS}{settings}")
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql://routerd@/{database}?host={self.folder}"

    def create_database(self) -> str:
        """A new empty database; its name."""
        name = f"d{next(self._numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return name

    def _other_user(self) -> tuple[str, str] | None:
        """Who runs it in place of root, and his group."""
        if not hasattr(os, "getuid") or os.getuid() != 0:
            return None
        there = {line.partition(":")[0] for line in Path("/etc/passwd").read_text().splitlines()}
        return ("postgres", "postgres") if "postgres" in there else ("nobody", "nogroup")

    def _run(self, program: str, *words: str) -> None:
        user = self._user
        ran = subprocess.run(
            [self._bin / program, *words],
            capture_output=True,
            cwd=self.folder,
            user=None if user is None else user[0],
            group=None if user is None else user[1],
            extra_groups=None if user is None else [],
            check=False,
        )
        assert ran.returncode == 0, ran.stderr.decode() + ran.stdout.decode()

    def start(self) -> None:
        """Start it and wait until it answers; after a kill its old processes must be gone first."""
        end = time.monotonic() + _START_S
        while True:
            try:
                self._run("pg_ctl", "-D", str(self.data), "-w", "-s", "-l", str(self.folder / "log"), "start")
            except AssertionError:
                assert time.monotonic() < end, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return

    @property
    def pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def kill(self) -> None:
        """As a loss of power to the process: nothing is written any more."""
        pid = self.pid
        os.kill(pid, KILL)
        with suppress(ProcessLookupError):
            while True:
                os.kill(pid, 0)
                time.sleep(0.01)

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-s", "-m", "immediate", "stop")

    def each(self, signal: Callable[[int], None]) -> None:
        """Signal the server and all of its processes, by their ids."""
        pid = self.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (*map(int, children), pid):
            with suppress(ProcessLookupError):
                signal(one)

    def remove(self) -> None:
        with suppress(AssertionError, FileNotFoundError):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def running_server() -> Iterator[Server]:
    """A server of the caller's own; the test is skipped, or in CI fails, where PostgreSQL is missing."""
    why = missing()
    if why is not None:
        pytest.skip(why)
    made = Server()
    try:
        yield made
    finally:
        made.remove()

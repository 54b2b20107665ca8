"""A user with a runtime folder of their own: finds the daemons that run for it, and ends them by their ids."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from routerd.system.processes import running
from tests.posix import kill


class User:
    """`env` is what editors are started with; `place` is the daemon's folder."""

    def __init__(self, env: dict[str, str], place: Path) -> None:
        self.env, self.place = env, place
        self.socket, self.info = place / "daemon.sock", place / "daemon.json"

    def daemons(self) -> list[int]:
        """The daemons of this user that run: those whose environment names this test's own folder."""
        marker = f"XDG_RUNTIME_DIR={self.env['XDG_RUNTIME_DIR']}".encode()
        found = []
        for process in Path("/proc").iterdir():
            try:
                words = (process / "cmdline").read_bytes().split(b"\0")
                if (b"daemon", b"run") in pairwise(words) and marker in (process / "environ").read_bytes().split(b"\0"):
                    found.append(int(process.name))
            except (OSError, ValueError):
                continue
        # A child that a daemon is just starting bears its name for a moment.
        return [pid for pid in found if running(pid) and parent(pid) not in found]

    @property
    def daemon(self) -> int:
        """The one that runs."""
        (found,) = self.daemons()
        return found

    def told(self) -> Any:
        """What `daemon.json` says."""
        return json.loads(self.info.read_text("ascii"))

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of routerd's."""
        return subprocess.run(
            [sys.executable, "-m", "routerd", *words],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=check,
        )

    def status(self) -> Any:
        return json.loads(self.command("daemon", "status", "--json", check=False).stdout)

    def log(self) -> str:
        path = self.place / "daemon.log"
        return path.read_text("utf-8") if path.exists() else ""

    def end(self) -> None:
        """Kill what still runs."""
        for pid in self.daemons():
            kill(pid)
        until(lambda: not self.daemons())


def until(holds: Callable[[], object], seconds: float = 10) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not so after {seconds} seconds"
        time.sleep(0.02)


def parent(pid: int) -> int | None:
    """The process that started one; ``None`` where it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[1])
    except OSError:
        return None

"""What tests ask of POSIX systems; on Windows the test is skipped that asks it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":

    def make_pipe(path: Path) -> None:
        """Make a named pipe."""
        pytest.skip(f"Windows has no named pipes among files: {path}")

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
        """Let a process do nothing until it is killed."""
        pytest.skip(f"Windows has no such signal for process {pid}")

else:
    import os
    import signal
    import time

    def make_pipe(path: Path) -> None:
        """Make a named pipe."""
        os.mkfifo(path)

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
        """Let a process do nothing until it is killed."""
        os.kill(pid, signal.SIGSTOP)

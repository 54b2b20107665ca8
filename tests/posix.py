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

else:
    import os
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

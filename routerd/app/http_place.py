"""Where the running gateway listens, in a file of the user's own, so that clients can be set up with any port."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_data_path

from routerd.system.processes import alive
from routerd.system.regular_files import read_regular

_MOST_BYTES = 10_000

DEFAULT_ADDRESS = "127.0.0.1:4310"
"""Where clients are told to look while no gateway runs and the settings name no place."""


class HttpPlace:
    """The address of the gateway that was started last."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or user_data_path("routerd", False) / "http-address.json"

    def address(self) -> str | None:
        """HOST:PORT of a gateway that still runs."""
        try:
            held = json.loads(read_regular(self._path, _MOST_BYTES))
            running = alive(int(held["pid"]))
            return str(held["address"]) if running else None
        except (OSError, ValueError, LookupError, TypeError, RecursionError, OverflowError):
            return None

    @contextlib.contextmanager
    def told(self, address: str) -> Iterator[None]:
        """Hold the address in the file while the block runs."""
        written = json.dumps({"address": address, "pid": os.getpid()})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(written, encoding="utf-8")
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                if read_regular(self._path, _MOST_BYTES) == written.encode():
                    self._path.unlink()

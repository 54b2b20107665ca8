"""The daemon's address: its lock, its socket and the file that describes it, given up together and once."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
from _socket import socket as Socket  # noqa: N812  # a class
from pathlib import Path

from routerd import __version__
from routerd.relay.place import Place
from routerd.relay.protocol import PROTOCOL
from routerd.system.file_lock import FileLock

_log = logging.getLogger(__name__)


class Address:
    """Held from the start until the daemon takes no more sessions."""

    def __init__(self, place: Place, lock: FileLock, listener: Socket) -> None:
        self.place, self.listener = place, listener
        self.started = time.time()
        self._lock: FileLock | None = lock
        self.http_port: int | None = None
        self.describe()

    @property
    def held(self) -> bool:
        """Whether relays find this daemon."""
        return self._lock is not None

    def describe(self) -> None:
        """Write ``daemon.json``: whole or not at all; on a full disk editors are served without it."""
        told = {
            "pid": os.getpid(),
            "started": self.started,
            "version": __version__,
            "protocol": PROTOCOL,
            "socket": self.place.socket,
            "http_port": self.http_port,
        }
        new = Path(f"{self.place.info}.{os.getpid()}")
        try:
            new.write_text(json.dumps(told), "ascii")
            new.replace(self.place.info)
        except OSError as fault:
            _log.warning("%s could not be written: %s", self.place.info, fault)
            with contextlib.suppress(OSError):
                new.unlink()

    def give_up(self) -> None:
        """Let another daemon take the address; the lock goes last, as whoever has it may replace the rest."""
        if self._lock is None:
            return
        for path in (self.place.socket, self.place.info):
            with contextlib.suppress(OSError):
                os.unlink(path)
        self._lock.release()
        self._lock = None

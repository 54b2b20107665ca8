"""What commands ask a running daemon: how it is, and to leave."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from routerd import __version__
from routerd.relay.protocol import PROTOCOL

if TYPE_CHECKING:
    from routerd.frontends.daemon.address import Address
    from routerd.frontends.daemon.life import Life
    from routerd.frontends.lsp.shared import SharedServices


class ControlCommands:
    """Answers one line of JSON with another."""

    def __init__(self, address: Address, life: Life, shared: SharedServices, drain: Callable[[], None]) -> None:
        self._address, self._life, self._shared, self._drain = address, life, shared, drain

    def answer(self, line: bytes) -> bytes:
        """The answer to ``{"command": …}``: the daemon's status, or an error as a sentence."""
        try:
            asked = json.loads(line)
            command = asked["command"]
        except (ValueError, LookupError, TypeError, RecursionError):
            command = None
        if command == "stop":
            self._drain()
        elif command != "status":
            return _line({"error": "A daemon of this version knows the commands status and stop."})
        return _line(self._status())

    def _status(self) -> dict[str, object]:
        return {
            "pid": os.getpid(),
            "started": self._address.started,
            "version": __version__,
            "protocol": PROTOCOL,
            "socket": self._address.place.socket,
            "http_port": self._address.http_port,
            "sessions": len(self._shared.sessions),
            "jobs": self._shared.jobs,
            "leaving": self._life.draining,
        }


def _line(told: dict[str, object]) -> bytes:
    return json.dumps(told).encode() + b"\n"

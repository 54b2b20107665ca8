"""Runs the daemon: takes the lock and the address first, and only then imports what sessions need."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from routerd.relay.place import find_place
from routerd.system.file_lock import taken
from routerd.system.local_sockets import listening

IDLE_S = 600.0
"""The daemon leaves so long after its last session, request and job."""
FAILED = 1


def run(idle_s: float = IDLE_S, log_file: Path | None = None, log_level: str = "warning") -> int:
    """Serve until told to end, or until nobody needed the daemon for ``idle_s`` seconds; 0 for ever.

    1 where a daemon runs already, or no address can be had.
    """
    try:
        place = find_place(os.environ)
        lock = taken(place.life_lock)
        if lock is None:
            return _say(f"a daemon runs already; see {place.info}.")
        listener = listening(place.socket)
    except OSError as fault:
        return _say(f"no daemon can run here: {fault}.")
    # From here on relays can connect; they wait for an answer while the libraries are imported.
    from routerd.frontends.daemon.address import Address  # noqa: PLC0415  # see above
    from routerd.frontends.daemon.loop import serve  # noqa: PLC0415  # see above

    return serve(Address(place, lock, listener), idle_s, log_file, log_level)


def _say(sentence: str) -> int:
    print(f"routerd: {sentence}", file=sys.stderr)  # noqa: T201  # the one sentence on stderr
    return FAILED

"""Finds the user's daemon, starts one where there is none, and shakes hands with it: all within three seconds."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping

from routerd import __version__
from routerd.relay.place import Place, find_place
from routerd.relay.protocol import (
    ATTACHED,
    DRAIN,
    LONGEST_LINE,
    PROTOCOL,
    SESSION,
    SOLO,
    greeting,
    hello,
    parsed_hello,
)
from routerd.system.local_sockets import Channel, connected

DEADLINE_S = 3.0
"""After this an editor gets a process of its own: an editor never waits longer for a daemon that does not answer."""
_FIRST_ANSWER_S = 10.0
"""The same for a daemon that listens since a moment and still imports its libraries, as this process would have to."""
_LOOK_S = 0.01
"""Between two looks at a socket that is not there yet."""
_LARGEST_LOG = 1_000_000
"""Bytes; a longer log begins anew with the next daemon."""


class SoloError(Exception):
    """No daemon will serve this editor; the text says why."""


def attach(environ: Mapping[str, str], config: str = "") -> Channel:
    """A connection to the user's daemon from which LSP can be spoken. Raises SoloError."""
    begin = time.monotonic()
    end = begin + DEADLINE_S
    try:
        place = find_place(environ)
        starting, fresh = _Starting(place, environ), False
        try:
            while (left := end - time.monotonic()) > 0:
                channel = connected(place.socket, left)
                if channel is None:
                    fresh = True
                    if not starting.step():
                        time.sleep(_LOOK_S)
                elif _shaken_hands(
                    channel, greeting(config, environ), begin + _FIRST_ANSWER_S - time.monotonic() if fresh else left
                ):
                    return channel
                else:
                    time.sleep(_LOOK_S)
        finally:
            starting.end()
    except OSError as fault:
        raise SoloError(str(fault)) from None
    raise SoloError(f"no daemon answered within {DEADLINE_S:g} seconds")


def _shaken_hands(channel: Channel, greet: bytes, seconds: float) -> bool:
    """Whether the daemon took the session; false where another one is to be looked for. Raises SoloError."""
    channel.limit(seconds)
    try:
        channel.write(hello(__version__, SESSION))
        met = parsed_hello(channel.line(LONGEST_LINE))
        if met is None:  # it leaves at this moment
            channel.close()
            return False
        if met[0] > PROTOCOL:
            raise SoloError(f"the daemon is of version {met[1]}, which is too new for this one")
        if met[0] < PROTOCOL:
            channel.write(DRAIN)
            channel.line(LONGEST_LINE)
            channel.close()
            return False
        channel.write(greet)
        answer = channel.line(LONGEST_LINE)
    except TimeoutError:
        channel.close()
        return False
    except OSError:  # it ended at this moment
        channel.close()
        return False
    if answer.startswith(SOLO):
        channel.close()
        raise SoloError(answer[len(SOLO) :].decode("utf-8", "replace").strip())
    if answer != ATTACHED:
        channel.close()
        return False
    channel.limit(None)
    return True


TYPE_CHECKING = False
if TYPE_CHECKING:  # importing it from typing would be what a relay must not do
    from routerd.system.file_lock import FileLock


class _Starting:
    """The start of a daemon, by one relay of all that look for one at the same time."""

    def __init__(self, place: Place, environ: Mapping[str, str]) -> None:
        self._place, self._environ = place, environ
        self._lock: FileLock | None = None
        self._started = False

    def step(self) -> bool:
        """Take the lock; with the lock, and still no daemon at the next step, start one.

        True where the lock was taken, after which whoever had it may have started a daemon.
        """
        if self._lock is None:
            from routerd.system.file_lock import taken  # noqa: PLC0415  # only where there is no daemon

            self._lock = taken(self._place.start_lock)
            return self._lock is not None
        if not self._started:
            self._started = True
            start_daemon(self._place, self._environ)
        return False

    def end(self) -> None:
        """Let others start one."""
        if self._lock is not None:
            self._lock.release()


def start_daemon(place: Place, environ: Mapping[str, str]) -> None:
    """Start a daemon that lives on when this process ends. Raises OSError."""
    # Imported here: a relay that finds a daemon needs neither.
    from routerd.relay.surroundings import daemon_environment  # noqa: PLC0415
    from routerd.system.detached import start_detached  # noqa: PLC0415

    try:
        if os.stat(place.log).st_size > _LARGEST_LOG:
            os.truncate(place.log, 0)
    except FileNotFoundError:
        pass
    # This file is PACKAGE/relay/attach.py. A checkout is found from its own folder only.
    own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    installed = own in sys.path[1:]
    command = [sys.executable, *(("-P",) if installed else ()), "-m", "routerd", "daemon", "run"]
    start_detached(command, daemon_environment(environ), "/" if installed else own, place.log)

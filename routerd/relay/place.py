"""Where the user's daemon is found: a folder of its own that nobody else can read or write, and what is in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from routerd.system.local_sockets import AVAILABLE, LONGEST_PATH, own_user, runtime_folders


class Place:
    """The files of the user's daemon."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.socket = os.path.join(folder, "daemon.sock")
        self.info = os.path.join(folder, "daemon.json")
        self.log = os.path.join(folder, "daemon.log")
        self.life_lock = os.path.join(folder, "daemon.lock")
        """Held by the daemon as long as it takes sessions: who holds it may replace the socket."""
        self.start_lock = os.path.join(folder, "start.lock")
        """Held by the one relay that starts a daemon."""


def find_place(environ: Mapping[str, str]) -> Place:
    """The place, made if it is not there. Raises OSError where there is none that this user can trust."""
    if not AVAILABLE:
        raise OSError("there is no shared daemon on this system")
    for folder in runtime_folders(dict(environ)):
        place = Place(folder)
        if len(os.fsencode(place.socket)) < LONGEST_PATH and os.path.isdir(os.path.dirname(folder)):
            _make(folder)
            return place
    raise OSError("no folder for the daemon has a path short enough")


def _make(folder: str) -> None:
    try:  # noqa: SIM105  # contextlib is one more import
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != own_user() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is no folder that only this user can enter")

"""A lock on a file that the operating system gives back when the process that holds it ends, however it ends."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """Held from ``taken`` to ``release``, or to the end of this process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Give it back; the file stays, as another process may be waiting for that very file."""
        os.close(self._descriptor)


def taken(path: str) -> FileLock | None:
    """The lock; ``None`` where another process holds it. Raises OSError where the file cannot be opened."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        _take(descriptor)
    except OSError:
        os.close(descriptor)
        return None
    return FileLock(descriptor)

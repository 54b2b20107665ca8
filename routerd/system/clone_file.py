"""Copies a file; where the file system can, both share their blocks until one is written (copy-on-write)."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from pathlib import Path

if sys.platform == "linux":
    import fcntl

    _FICLONE = 0x40049409
    """ioctl_ficlone(2), which Btrfs and XFS know."""

    def _cloned(read: int, write: int) -> bool:
        try:
            fcntl.ioctl(write, _FICLONE, read)
        except OSError:
            return False  # another file system, or two of them
        return True

else:

    def _cloned(read: int, write: int) -> bool:  # as on Linux
        return False


_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Without these flags opening a pipe waits for its other end, possibly for ever."""


def clone_file(source: Path, goal: Path) -> int:
    """Copies the content and the permission bits of a regular file; returns its size in bytes. Raises OSError."""
    with open(os.open(source, _FLAGS), "rb") as read:
        found = os.fstat(read.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(source))
        with goal.open("wb") as write:
            if not _cloned(read.fileno(), write.fileno()):
                shutil.copyfileobj(read, write, 1 << 20)
    goal.chmod(stat.S_IMODE(found.st_mode) | stat.S_IWUSR)
    return found.st_size

"""Reading what is a regular file and not too large: a folder may hold pipes, devices and files without an end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
"""To open a pipe without these is to wait for its other end, which may be for ever."""


class TooLargeError(OSError):
    """A regular file holds more than is read of it."""


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a file, through symbolic links; never waits for anything but the disk.

    Raises TooLargeError for more than ``most`` bytes, and OSError, which says so, for what is no regular file.
    """
    descriptor = os.open(path, _FLAGS)
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        # Its size may be another by now, or nothing (/proc); where it is too much already, nothing is read.
        content = file.read(most + 1) if found.st_size <= most else b""
    if len(content) > most or found.st_size > most:
        raise TooLargeError(errno.EFBIG, f"it is larger than {most // 1000:,} kB", str(path))
    return content

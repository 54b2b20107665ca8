"""Reads regular files up to a size limit: a folder may contain pipes, devices and endless files."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
"""Without these flags opening a pipe waits for its other end, possibly for ever."""


class TooLargeError(OSError):
    """A regular file exceeds the size limit."""


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a file, following symbolic links; waits for nothing but the disk.

    Raises TooLargeError above ``most`` bytes, and OSError if it is no regular file.
    """
    descriptor = os.open(path, _FLAGS)
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        # Its size may have changed, or be 0 (/proc); if it is already too large, nothing is read.
        content = file.read(most + 1) if found.st_size <= most else b""
    if len(content) > most or found.st_size > most:
        raise TooLargeError(errno.EFBIG, f"it is larger than {most // 1000:,} kB", str(path))
    return content

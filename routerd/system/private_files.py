"""Files and folders that only their owner may read: what a user asked, was answered and has spent."""

from __future__ import annotations

import os
from pathlib import Path

_FILE, _FOLDER = 0o600, 0o700


def private_folder(path: Path) -> None:
    """Creates a folder with its parents, and closes it to others where it is one of the user's own. Raises OSError."""
    path.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
    _close(path, _FOLDER)


def private_file(path: Path) -> None:
    """Creates an empty file where there is none, and closes it to others. Raises OSError if it cannot be created."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE))
    except FileExistsError:
        if path.is_file():
            _close(path, _FILE)


def append_durably(path: Path, content: bytes) -> None:
    """Appends to a private file; returns once the disk has it. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), _FILE)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _close(path: Path, mode: int) -> None:
    """Takes the rights of group and others; a file of another user, or a file system without rights, stays."""
    try:
        if os.stat(path).st_mode & 0o077:
            os.chmod(path, mode)
    except OSError:
        return

"""Starts a process that belongs to nobody: it outlives this one, and holds none of its streams and files."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

if sys.platform == "win32":

    def start_detached(command: Sequence[str], environ: Mapping[str, str], folder: str, log: str) -> None:
        """Start a program. Always raises OSError: nothing on Windows needs it."""
        raise OSError("no program is started apart from this one on Windows")

else:
    _DESCRIPTORS = 4_096
    """Those above it are closed by nobody; editors pass a handful."""

    def start_detached(command: Sequence[str], environ: Mapping[str, str], folder: str, log: str) -> None:
        """Start a program in a folder, with its standard error appended to a file that only this user can read.

        The process that this one forks ends at once, so that init looks after the program's end. Raises OSError.
        """
        written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        child = os.fork()
        if child:
            os.close(written)
            os.waitpid(child, 0)
            return
        try:
            os.setsid()
            if os.fork():
                os._exit(0)
            nothing = os.open(os.devnull, os.O_RDWR)
            for descriptor, source in enumerate((nothing, nothing, written)):
                os.dup2(source, descriptor)
            os.closerange(3, _DESCRIPTORS)
            os.chdir(folder)
            os.execve(command[0], list(command), dict(environ))  # noqa: S606  # this program itself
        finally:
            os._exit(127)

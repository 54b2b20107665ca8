"""Whether the editor's process is still there: some editors leave their servers running when they die."""

from __future__ import annotations

import asyncio
import os
import sys

_EVERY_S = 2.0
"""Looking costs a microsecond; an orphan lives this long at the most."""


async def wait_for_death(pid: int) -> None:
    """Return once a process is gone; never for one that is not there to begin with (a container's editor)."""
    if pid <= 0 or not alive(pid):
        await asyncio.Event().wait()
    while alive(pid):
        await asyncio.sleep(_EVERY_S)


if sys.platform == "win32":
    import ctypes

    _SYNCHRONIZE, _STILL_RUNNING = 0x00100000, 258
    """winnt.h, and WAIT_TIMEOUT of winerror.h."""

    def alive(pid: int) -> bool:
        """Whether a process with this id runs."""
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(_SYNCHRONIZE, False, pid)
        if not handle:
            return False
        try:
            return bool(kernel.WaitForSingleObject(handle, 0) == _STILL_RUNNING)
        finally:
            kernel.CloseHandle(handle)

else:

    def alive(pid: int) -> bool:
        """Whether a process with this id runs."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

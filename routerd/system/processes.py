"""Whether a process is alive, such as the editor of a server or the daemon of a reservation."""

from __future__ import annotations

import os
import sys

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
        """Whether a process with this id runs: signal 0 succeeds, or it belongs to another user."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

"""Whether a process still lives, so that what a dead one had reserved can be settled."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import ctypes

    _QUERY_LIMITED = 0x1000
    _STILL_ACTIVE = 259

    def alive(pid: int) -> bool:
        """Whether a process with this id runs (Windows: it can be opened and has no exit code yet)."""
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(_QUERY_LIMITED, False, pid)
        if not handle:
            return False
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return code.value == _STILL_ACTIVE

else:

    def alive(pid: int) -> bool:
        """Whether a process with this id runs (POSIX: signal 0 reaches it, or it is another user's)."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

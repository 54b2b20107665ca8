"""Processes: whether one still lives, how one is started apart from this one, and how all that it started is ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

if sys.platform == "win32":
    import ctypes

    _SYNCHRONIZE, _STILL_RUNNING = 0x00100000, 258
    """winnt.h, and WAIT_TIMEOUT of winerror.h."""

    NO_WINDOW = subprocess.CREATE_NO_WINDOW
    """For ``creationflags``: Windows would show a console for each process."""

    OWN_GROUP = False
    """For ``start_new_session``, which Windows does not have."""

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

    def running(pid: int) -> bool:
        """The same."""
        return alive(pid)

    def end_group(pid: int, *, ended: bool) -> None:
        """Kill a process and all that it started; where it has ended, its id may be another's, and nothing is done."""
        if not ended:
            command = ["taskkill", "/F", "/T", "/PID", str(pid)]
            subprocess.run(command, check=False, capture_output=True)

else:
    NO_WINDOW = 0
    """For ``creationflags``, which only Windows has."""

    OWN_GROUP = True
    """For ``start_new_session``: the process and all that it starts can be ended together."""

    def alive(pid: int) -> bool:
        """Whether a process with this id runs: signal 0 succeeds, or it belongs to another user."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def running(pid: int) -> bool:
        """Whether a process with this id runs, and has not ended unnoticed by whoever started it."""
        try:
            state = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]
        except OSError:  # it is gone, or the system shows no processes as files
            return alive(pid) and not Path("/proc/self/stat").exists()
        return state not in {"Z", "X"}

    def end_group(pid: int, *, ended: bool) -> None:  # Windows' half needs to know
        """Kill a process that has a group of its own, and all of that group, also what outlived the process."""
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

"""The parent's handle of one worker process: starts it on the first call and ends it by killing it."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import routerd
from routerd.adapters.worker.frames import receive, send
from routerd.domain.errors import WorkerFailed
from routerd.system.processes import NO_WINDOW

_BEGIN = "import sys; sys.path[:] = sys.argv[1:]; from routerd.adapters.worker.child import main; main()"


class WorkerProcess:
    """``call`` blocks and runs in a thread; ``end`` may be called from any other thread meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether it accepts no further call."""
        return self._ended or (self._process is not None and self._process.poll() is not None)

    def call(self, work: Callable[..., object], arguments: tuple[object, ...]) -> Any:
        """The result of the work. Raises WorkerFailed if there is none; the process has then ended."""
        task = pickle.dumps((work, arguments), pickle.HIGHEST_PROTOCOL)
        try:
            process = self._started()
        except OSError as fault:
            raise WorkerFailed(f"the worker process could not be started ({fault.strerror or fault})") from None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            send(process.stdin, task)
            answer = receive(process.stdout)
        except (OSError, ValueError):  # ValueError: the pipe was closed by ``end``
            answer = None
        if answer is None:
            self.end()
            raise WorkerFailed("the worker process ended before it was done")
        good, value = pickle.loads(answer)  # noqa: S301  # from a process that this one started
        if not good:
            self.end()  # an exception may have left its memory in an undefined state
            raise WorkerFailed(f"it met a fault of routerd's own ({value})")
        return value

    def end(self) -> None:
        """Kills it and waits until it has ended, which takes milliseconds; frees its memory and pipes."""
        with self._lock:
            self._ended = True
            process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            # Pending data cannot be sent any more; a pipe that another thread reads closes after its read.
            with contextlib.suppress(OSError, ValueError, RuntimeError):
                assert pipe is not None
                pipe.close()

    def kill(self) -> None:
        """Kills it without waiting: a call in another thread then fails and cleans up."""
        with self._lock:
            self._ended = True
            if self._process is not None:
                self._process.kill()

    def _started(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._ended:
                raise ProcessLookupError("it was ended")
            if self._process is None:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-c", _BEGIN, *_path()],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    creationflags=NO_WINDOW,
                )
            return self._process


def _path() -> list[str]:
    """The module search path of this process, without the working folder, which may be an untrusted project."""
    own = str(Path(routerd.__file__).parents[1])
    return list(dict.fromkeys(entry for entry in (*sys.path, own) if entry and os.path.isabs(entry)))

"""One worker process as its parent sees it: started on its first call, and ended by being killed."""

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
    """``call`` blocks and is for a thread; ``end`` may be called from any other meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether it can take no further call."""
        return self._ended or (self._process is not None and self._process.poll() is not None)

    def call(self, work: Callable[..., object], arguments: tuple[object, ...]) -> Any:
        """The result of the work. Raises WorkerFailed where there is none; the process is gone then."""
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
            self.end()  # what a fault left behind in its memory is nobody's to guess
            raise WorkerFailed(f"it met a fault of routerd's own ({value})")
        return value

    def end(self) -> None:
        """Kill it and wait until it is gone, which takes milliseconds; its memory and pipes go with it."""
        with self._lock:
            self._ended = True
            process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            # What was not sent yet cannot be sent; a pipe that another thread reads from closes after it.
            with contextlib.suppress(OSError, ValueError, RuntimeError):
                assert pipe is not None
                pipe.close()

    def kill(self) -> None:
        """Let it end without waiting for that: a call in another thread then fails and tidies up."""
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
    """Where this process finds its modules; never the working folder as such, which may be anybody's project."""
    own = str(Path(routerd.__file__).parents[1])
    return list(dict.fromkeys(entry for entry in (*sys.path, own) if entry and os.path.isabs(entry)))

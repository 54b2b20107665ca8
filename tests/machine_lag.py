"""Time that other programs took from this machine, so that a deadline can be held while they run."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_NAP_S = 0.01


class OwnTime:
    """Measures wall-clock seconds less those by which a sleeping thread woke too late meanwhile.

    A deadline on it fails for a wait that the program chose, not for one that a busy machine imposed. Of a process
    whose id is given, what its main thread waited for a processor is left out where that is more (Linux tells it).
    """

    def __init__(self, pid: int | None = None) -> None:
        self._queue = Path(f"/proc/{pid}/schedstat") if pid is not None else None

    def __enter__(self) -> Self:
        self._begin, self._late, self._done = time.monotonic(), 0.0, threading.Event()
        self._queued = self._before = self._waited()
        self._thread = threading.Thread(target=self._nap, name="machine-lag", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.monotonic() - self._begin - max(self._late, self._queued - self._before)
        self._done.set()
        self._thread.join()

    def _nap(self) -> None:
        while not self._done.is_set():
            before = time.monotonic()
            time.sleep(_NAP_S)
            self._late += time.monotonic() - before - _NAP_S
            self._queued = max(self._queued, self._waited())

    def _waited(self) -> float:
        """Seconds that the process's main thread was ready and waited for a processor; 0 where nobody tells."""
        if self._queue is not None:
            with suppress(OSError, ValueError, IndexError):
                return int(self._queue.read_text("ascii").split()[1]) / 1e9
        return 0.0

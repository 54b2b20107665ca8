"""Time that other programs took from this machine, so that a deadline can be held while they run."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

_NAP_S = 0.01


class OwnTime:
    """Measures wall-clock seconds less those by which a sleeping thread woke too late meanwhile.

    A deadline on it fails for a wait that the program chose, not for one that a busy machine imposed.
    """

    def __enter__(self) -> Self:
        self._begin, self._late, self._done = time.monotonic(), 0.0, threading.Event()
        self._thread = threading.Thread(target=self._nap, name="machine-lag", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.monotonic() - self._begin - self._late
        self._done.set()
        self._thread.join()

    def _nap(self) -> None:
        while not self._done.is_set():
            before = time.monotonic()
            time.sleep(_NAP_S)
            self._late += time.monotonic() - before - _NAP_S

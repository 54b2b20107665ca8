"""routerd as ever, with each step of its event loop measured: `python -m tests.promises.measured serve --solo`.

Steps that take more CPU time of the loop's thread than ``LIMIT_S`` are written to the file that the variable
``MEASURED`` names, with what they called when half of it was over, once that file exists: a test makes it when the
daemon has loaded what it loads once.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from asyncio import events
from typing import Any

LIMIT_S = 0.1


class Watch:
    """Looks at what the loop's thread is doing, again and again."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.began = 0.0
        """On the clock; 0 between two steps."""
        self.seen = ""
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            time.sleep(LIMIT_S / 4)
            if self.began and time.monotonic() - self.began > LIMIT_S / 2:
                frame = sys._current_frames().get(self.thread)
                rows = traceback.extract_stack(frame)[-14:]
                self.seen = " < ".join(
                    f"{os.path.basename(row.filename)}:{row.lineno} {row.name}" for row in rows[::-1]
                )


def measure(path: str) -> None:
    """Measure every step of every event loop of this process from now on."""
    step: Any = getattr(events.Handle, "_run")  # noqa: B009  # asyncio has no public place to measure at
    watch = Watch()

    def measured(handle: Any) -> None:
        before, watch.began = time.thread_time(), time.monotonic()
        step(handle)
        watch.began = 0.0
        spent = time.thread_time() - before
        if spent > LIMIT_S and os.path.exists(path):
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"{spent:.3f} {watch.seen}\n")

    setattr(events.Handle, "_run", measured)  # noqa: B010  # as above


if __name__ == "__main__":
    measure(os.environ["MEASURED"])
    sys.argv[0] = "routerd"
    from routerd.__main__ import main

    main()

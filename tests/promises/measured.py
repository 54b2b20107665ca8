"""routerd as ever, with each step of its event loop measured: `python -m tests.promises.measured serve --solo`.

Steps that take more CPU time of the loop's thread than ``LIMIT_S`` are written to the file that the variable
``MEASURED`` names, once that file exists: a test makes it when the daemon has loaded what it loads once.
"""

from __future__ import annotations

import os
import sys
import time
from asyncio import events
from typing import Any

LIMIT_S = 0.1


def measure(path: str) -> None:
    """Measure every step of every event loop of this process from now on."""
    step: Any = getattr(events.Handle, "_run")  # noqa: B009  # asyncio has no public place to measure at

    def measured(handle: Any) -> None:
        before = time.thread_time()
        step(handle)
        spent = time.thread_time() - before
        if spent > LIMIT_S and os.path.exists(path):
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"{spent:.3f} {handle._callback!r}".replace("\n", " ")[:600] + "\n")

    setattr(events.Handle, "_run", measured)  # noqa: B010  # as above


if __name__ == "__main__":
    measure(os.environ["MEASURED"])
    sys.argv[0] = "routerd"
    from routerd.__main__ import main

    main()

"""The main loop of a worker process: calls functions for its parent, and ends when the parent is gone.

Its standard output carries the results to the parent, so prints are redirected.
"""

from __future__ import annotations

import gc
import os
import pickle
import threading
from queue import SimpleQueue
from typing import BinaryIO

from routerd.adapters.worker.frames import receive, send
from routerd.system.signals import ignore_interrupts
from routerd.system.streams import take_stdin, take_stdout


def main() -> None:
    """Answer until the parent closes the pipe or dies; an interrupt of the terminal is the parent's business."""
    ignore_interrupts()
    source, sink = open(take_stdin(), "rb"), open(take_stdout(), "wb")  # noqa: SIM115  # open until the process ends
    # Syntax trees are hundreds of thousands of objects without cycles: looking for some takes half of the time.
    gc.disable()
    tasks: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_pump, args=(source, tasks), daemon=True).start()
    while True:
        send(sink, _answer(tasks.get()))
        gc.collect()


def _pump(source: BinaryIO, tasks: SimpleQueue[bytes]) -> None:
    """Reads in a thread, as the death of the parent must end the work as well."""
    while (task := receive(source)) is not None:
        tasks.put(task)
    os._exit(0)


def _answer(task: bytes) -> bytes:
    """Whether the work succeeded, and its result or the exception's name, pickled."""
    try:
        work, arguments = pickle.loads(task)  # noqa: S301  # from the process that started this one
        return pickle.dumps((True, work(*arguments)))
    except Exception as fault:  # every exception is reported to the parent
        return pickle.dumps((False, type(fault).__name__))

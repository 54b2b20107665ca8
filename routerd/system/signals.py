"""Signals: those that ask a process to end, with its exit codes, and where an event loop can hear them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""

EXIT_CODES = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: 0}
"""The signals that ask the daemon to end, each with the exit code that answers it."""


def on_end(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    """Call at each signal that asks to end; on Windows ``asyncio.run`` turns Ctrl-C into a cancellation itself."""
    with contextlib.suppress(NotImplementedError):
        for number in EXIT_CODES:
            loop.add_signal_handler(number, call)


def ignore_interrupts() -> None:
    """Leave Ctrl-C to the parent process: a terminal sends it to both."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

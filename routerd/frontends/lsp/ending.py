"""Ends the process soon after it was asked to, whatever its event loop is doing.

Signals, the end of stdin and the editor's death are noticed by threads of their own, which a busy loop cannot hold
up. The loop hears of it first, so that jobs are cancelled and booked in their own way; if that takes too long, what can
be booked without it is booked, and the process ends.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from routerd.system.processes import alive
from routerd.system.signals import EXIT_CODES

LOOP_S = 1.3
"""Time that the event loop gets to end by itself."""
_LAST_WORDS_S = 0.4
"""Time for the ledger after that; with the look at the editor, all three are less than the two seconds after which
editors and systems kill."""
_LOOK_S = 0.25
"""Between two looks at the editor's process; one costs a microsecond."""


class Ending:
    """Told once that the process must end, sees to it that it does."""

    def __init__(self, last_words: Callable[[], object]) -> None:
        """``last_words`` books what can be booked without the event loop; any thread may call it."""
        self._last_words = last_words
        self._lock = threading.Lock()
        self._code: int | None = None

    def begin(self, code: int) -> None:
        """From now on the process has a second and a half, and then ends with this code; the first one counts."""
        with self._lock:
            if self._code is not None:
                return
            self._code = code
        threading.Thread(target=self._end, args=(code,), name="routerd-ending", daemon=True).start()

    def _end(self, code: int) -> None:
        time.sleep(LOOP_S)
        booking = threading.Thread(target=self._last_words, name="routerd-last-words", daemon=True)
        booking.start()
        booking.join(_LAST_WORDS_S)
        leave(code)

    def follow(self, process_id: int) -> None:
        """Begin, with code 1, once a process is gone."""

        def look() -> None:
            while alive(process_id):
                time.sleep(_LOOK_S)
            self.begin(1)

        threading.Thread(target=look, name="routerd-editor", daemon=True).start()


def heed_signals(stop: Callable[[int], object]) -> None:
    """Call ``stop`` with the exit code in a thread of its own, at SIGINT and SIGTERM.

    A handler in Python would wait for the main thread's next instruction; the byte that the interpreter writes for
    each signal does not.
    """
    receiving, sending = socket.socketpair()
    sending.setblocking(False)
    for number in EXIT_CODES:
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(sending.fileno(), warn_on_full_buffer=False)

    def receive() -> None:
        with sending:  # kept open by this thread, for as long as the process lives
            while octets := receiving.recv(64):
                for octet in octets:
                    if octet in EXIT_CODES:
                        stop(EXIT_CODES[signal.Signals(octet)])

    threading.Thread(target=receive, name="routerd-signals", daemon=True).start()


def leave(code: int) -> NoReturn:
    """End the process now: nothing that is left to do is worth the half second that threads take to be joined."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue  # whoever read it is gone, or it was closed
    os._exit(code)

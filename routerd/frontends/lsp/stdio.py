"""Standard input and output as LSP's own: nothing else in this process, nor a child of it, can use them."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable

from routerd.frontends.lsp.frames import FrameError, Frames
from routerd.system.streams import take_stdin, take_stdout_for_stderr

_log = logging.getLogger(__name__)

_CHUNK = 65_536
"""The size of a Linux pipe."""


class Stdio:
    """The two streams, taken away from everything that prints or asks."""

    def __init__(self) -> None:
        sys.stdout.flush()
        self._in, self._out = take_stdin(), take_stdout_for_stderr()
        # Opened raw: it sets binary mode on Windows, and a thread that waits in it holds no lock at exit.
        self._source = open(self._in, "rb", buffering=0)  # noqa: SIM115  # open until the process ends
        self._sink = open(self._out, "wb")  # noqa: SIM115  # as above
        self._lost: Callable[[], None] = lambda: None

    def read(
        self, receive: Callable[[bytes], None], lost: Callable[[], None], at_end: Callable[[], None] = lambda: None
    ) -> None:
        """Hand every body to ``receive`` on the running loop, and call ``lost`` there when the client is gone.

        ``at_end`` is called before that in the thread that reads, which needs no loop.
        A daemon thread of its own: no thread pool can be too full for it, and none has to wait for it.
        """
        self._lost = lost
        loop = asyncio.get_running_loop()

        def pump() -> None:
            frames = Frames()
            try:
                while data := self._source.read(_CHUNK):
                    for body in frames.feed(data):
                        loop.call_soon_threadsafe(receive, body)
            except OSError:
                pass  # the pipe broke, which is an end as well
            except FrameError as fault:
                _log.error("the client sent %s; the connection is closed", fault)
            except RuntimeError:
                return  # the loop was closed before the client was
            at_end()
            try:
                loop.call_soon_threadsafe(lost)
            except RuntimeError:
                return

        threading.Thread(target=pump, name="routerd-stdin", daemon=True).start()

    def write(self, data: bytes) -> None:
        """Send bytes; a client that is gone ends the connection instead of raising."""
        try:
            self._sink.write(data)
            self._sink.flush()
        except (OSError, ValueError):
            self._lost()

    def close(self) -> None:
        """Nothing: the streams live as long as the process."""

"""Copies bytes between an editor and the daemon, both ways at once, and finds out how the session ended."""

from __future__ import annotations

import _thread
import os
import time

from routerd.relay.protocol import END
from routerd.system.local_sockets import Channel

STDIN, STDOUT, STDERR = 0, 1, 2
_CHUNK = 65_536
"""The size of a Linux pipe."""
_LAST_S = 5.0
"""The daemon needs less than two seconds to end the session of an editor that is gone, unless it is stuck."""
_HEADER_END = b"\r\n\r\n"

_DIED = b"""{"jsonrpc":"2.0","method":"window/showMessage","params":{"type":1,"message":\
"routerd's daemon has ended. An editor that does not start routerd again by itself has to be told to; \
answers that were paid are kept and cost nothing again."\
}}"""


def copy(channel: Channel) -> int:
    """Copy until the daemon ends the session; the exit code, which is 1 where the daemon died."""
    _thread.start_new_thread(_send, (channel,))
    position = _Position()
    ending: bytes | None = None
    while data := _received(channel):
        if ending is not None:
            ending += data
            continue
        text, end, rest = data.partition(END)
        if end:
            ending = rest
        if text:
            position.pass_over(text)
            if not _written(STDOUT, text):
                return 1
    if ending is not None and ending.isdigit():
        return int(ending)
    if position.between_messages:
        _written(STDOUT, b"Content-Length: %d%s%s" % (len(_DIED), _HEADER_END, _DIED))
    _written(STDERR, b"routerd: the daemon has ended; see `routerd daemon log`.\n")
    return 1


def _received(channel: Channel) -> bytes:
    try:
        return channel.read(_CHUNK)
    except OSError:  # it was killed with something unread
        return b""


def _send(channel: Channel) -> None:
    """Until the editor closes its end, or the daemon does, which the other thread finds out.

    No relay outlives its editor for long: where the daemon does not end the session, the process ends here.
    """
    try:
        while data := os.read(STDIN, _CHUNK):
            channel.write(data)
    except OSError:
        pass
    channel.end_writing()
    time.sleep(_LAST_S)
    os._exit(1)


def _written(descriptor: int, data: bytes) -> bool:
    """Whether all of it was written, waiting for whoever reads."""
    try:
        done = os.write(descriptor, data)
        while done < len(data):
            done += os.write(descriptor, memoryview(data)[done:])
    except OSError:
        return False
    return True


def _length(header: bytes) -> int:
    """Of a message by its header, which the daemon wrote."""
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


class _Position:
    """Where a stream stands: a message of the relay's own must not be put into the middle of another."""

    def __init__(self) -> None:
        self._missing = 0
        """Bytes until the end of the message that has begun."""
        self._header = b""

    @property
    def between_messages(self) -> bool:
        """Whether the next byte would begin a message."""
        return not self._missing and not self._header

    def pass_over(self, data: bytes) -> None:
        """The stream went on with these bytes."""
        at = min(self._missing, len(data))
        self._missing -= at
        while at < len(data):
            header = self._header + data[at:]
            end = header.find(_HEADER_END)
            if end < 0:
                self._header = header
                return
            at += end + len(_HEADER_END) - len(self._header)
            self._header = b""
            length = _length(header[:end])
            step = min(length, len(data) - at)
            self._missing = length - step
            at += step

"""LSP's framing: bodies cut out of a stream of bytes by their Content-Length; it knows no JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_HEADER = 8 * 1024
"""Bytes; the longest that any client sends is below 100, and HTTP servers allow as much."""
LONGEST_BODY = 64_000_000
"""Bytes; JSON makes at most six of one byte of a text, and the largest file that is read has ten million."""

_END = b"\r\n\r\n"
_LONE_LF = re.compile(rb"(?<!\r)\n")
_FIELDS = frozenset((b"content-length", b"content-type"))
"""All that LSP has; whatever else begins like a header is another protocol."""


class FrameError(Exception):
    """The stream is not LSP, or a message is too long, so that the next cannot be found. Its text says what came."""


class Frames:
    """Fed with bytes as they come, gives the bodies that are whole."""

    def __init__(self, longest: int = LONGEST_BODY) -> None:
        """``longest`` is the size of a body in bytes, and may be set anew between two of them."""
        self.longest = longest
        self._bytes = bytearray()
        self._missing: int | None = None
        """Length of the body whose header was read; ``None`` while a header is awaited."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that these bytes complete, in order. Raises FrameError, after which there are no more."""
        self._bytes += data
        while True:
            if self._missing is None:
                header = bytes(self._bytes[: LONGEST_HEADER + len(_END)])
                end = header.find(_END)
                if end < 0:
                    _begun(header)
                    return
                self._missing = _length(header[:end], self.longest)
                del self._bytes[: end + len(_END)]
                continue
            if len(self._bytes) < self._missing:
                return
            body = bytes(self._bytes[: self._missing])
            del self._bytes[: self._missing]
            self._missing = None
            yield body


def _begun(header: bytes) -> None:
    """Refuse a header that has no end yet as soon as it cannot become a right one."""
    if len(header) > LONGEST_HEADER:
        raise FrameError(f"a header of more than {LONGEST_HEADER} bytes")
    _fields(header.rpartition(b"\r\n")[0])
    if _LONE_LF.search(header):
        raise FrameError("a header whose lines end with LF instead of CRLF")


def _length(header: bytes, longest: int) -> int:
    lengths = [value for name, value in _fields(header) if name == b"content-length"]
    if len(lengths) != 1 or not lengths[0].isdigit():
        raise FrameError("a header without one Content-Length")
    # Compared by its digits first: Python refuses to make a number of thousands of them.
    if len(lengths[0].lstrip(b"0")) > len(str(longest)) or int(lengths[0]) > longest:
        raise FrameError(f"a message of more than {longest} bytes")
    return int(lengths[0])


def _fields(header: bytes) -> list[tuple[bytes, bytes]]:
    if _LONE_LF.search(header):
        raise FrameError("a header whose lines end with LF instead of CRLF")
    fields = []
    for line in header.split(b"\r\n") if header else ():
        name, colon, value = line.partition(b":")
        if not colon or name.strip().lower() not in _FIELDS:
            raise FrameError("a header that is none of LSP's")
        fields.append((name.strip().lower(), value.strip()))
    return fields


def framed(body: bytes) -> bytes:
    """A body with its header."""
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)

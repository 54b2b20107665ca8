"""LSP's framing: bodies cut out of a stream of bytes by their Content-Length; it knows no JSON."""

from __future__ import annotations

from collections.abc import Iterator

_END = b"\r\n\r\n"


class Frames:
    """Fed with bytes as they come, gives the bodies that are whole."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._missing: int | None = None
        """Length of the body whose header was read; ``None`` while a header is awaited."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that these bytes complete, in order. A header without a length is skipped."""
        self._bytes += data
        while True:
            if self._missing is None:
                end = self._bytes.find(_END)
                if end < 0:
                    return
                self._missing = _length(bytes(self._bytes[:end]))
                del self._bytes[: end + len(_END)]
                continue
            if len(self._bytes) < self._missing:
                return
            body = bytes(self._bytes[: self._missing])
            del self._bytes[: self._missing]
            self._missing = None
            yield body


def _length(header: bytes) -> int | None:
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return None


def framed(body: bytes) -> bytes:
    """A body with its header."""
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)

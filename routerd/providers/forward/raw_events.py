"""Server-sent events cut from bytes as they arrive, each with its bytes as they came."""

from __future__ import annotations

import re

from routerd.providers.sse import MOST_BYTES, TooLong

_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LONGEST_EVENT = 16 * MOST_BYTES
"""8 MB: the last event of a responses stream repeats the whole answer, with images as base64."""


class RawEvents:
    """Feed it bytes, get each whole event with the blank line behind it."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, piece: bytes) -> list[bytes]:
        """The events that this piece completes. Raises TooLong."""
        searched = max(len(self._held) - 3, 0)
        data = self._held + piece if self._held else piece
        found, at = [], 0
        for end in _END.finditer(data, searched):
            found.append(data[at : end.end()])
            at = end.end()
        self._held = data[at:]
        if len(self._held) > _LONGEST_EVENT:
            raise TooLong
        return found

    def rest(self) -> bytes:
        """What came behind the last whole event: some providers leave out the last blank line."""
        held, self._held = self._held, b""
        return held


def fields(event: bytes) -> tuple[str, bytes]:
    """The name and the data of an event; comments have neither."""
    if event.startswith(b"data: ") and event.find(b"\n") == len(event) - 2 and b"\r" not in event:
        return "", event[6:-2]  # as most providers write all of their events
    name, data = b"", []
    for line in event.splitlines():
        if line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))
        elif line.startswith(b"event:"):
            name = line[6:].strip()
        elif line.startswith(b"error:"):  # llama.cpp, as in ``sse``
            return "error", line[6:].strip()
    return name.decode("utf-8", "replace"), b"\n".join(data)

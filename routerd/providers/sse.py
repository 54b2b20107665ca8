"""Server-sent events cut from bytes as they arrive; knows nothing of what they mean and does no I/O."""

from __future__ import annotations

import re

_LINE_END = re.compile(rb"\r\n|\n|\r")

MOST_BYTES = 1 << 19
"""Of one line, and of one event: a token takes a few hundred, and json parses these in 40 ms at worst."""


class TooLong(ValueError):
    """A line or an event is longer than any that a model sends."""


class Events:
    """Feed it bytes, get the ``data`` of each whole event. Comments and other fields are passed over."""

    def __init__(self) -> None:
        self._line: list[bytes] = []
        """The beginning of a line, in the pieces that it came in: each is looked through once."""
        self._line_size = 0
        self._after_cr = False
        self._data: list[bytes] = []
        self._data_size = 0

    def feed(self, piece: bytes) -> list[str]:
        """The events that this piece completes. Raises TooLong."""
        if not piece:
            return []
        halved, self._after_cr = self._after_cr, piece.endswith(b"\r")
        if halved:  # the CR ended its line already: the LF of the same CRLF ends none
            piece = piece.removeprefix(b"\n")
        first, *others = _LINE_END.split(piece)
        self._grow(first)
        found = []
        for line in others:
            if (data := self._ended()) is not None:
                found.append(data)
            self._grow(line)
        return found

    def end(self) -> list[str]:
        """What is complete but for its blank line: some providers leave out the last one."""
        ends = (self._ended(), self._ended())
        return [data for data in ends if data is not None]

    def _grow(self, piece: bytes) -> None:
        self._line_size += len(piece)
        if self._line_size > MOST_BYTES:
            raise TooLong
        self._line.append(piece)

    def _ended(self) -> str | None:
        """The event that this line completes, where it is a blank one."""
        line, self._line, self._line_size = b"".join(self._line), [], 0
        if line:
            if line.startswith(b"data:"):
                self._data_size += len(line)
                if self._data_size > MOST_BYTES:
                    raise TooLong
                self._data.append(line[5:].removeprefix(b" "))
            return None
        if not self._data:
            return None
        data, self._data, self._data_size = b"\n".join(self._data), [], 0
        return data.decode("utf-8", "replace")

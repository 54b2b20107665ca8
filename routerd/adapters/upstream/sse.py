"""Server-sent events cut from bytes as they arrive; knows nothing of what they mean and does no I/O."""

from __future__ import annotations

import re

_LINE_END = re.compile(rb"\r\n|\n|\r")


class Events:
    """Feed it bytes, get the ``data`` of each whole event. Comments and other fields are passed over."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[str]:
        """The events that this piece completes."""
        piece = self._rest + piece
        # A CR at the very end may be half of a CRLF: it waits for the next piece.
        held = piece.endswith(b"\r")
        lines = _LINE_END.split(piece[:-1] if held else piece)
        self._rest = lines.pop() + (b"\r" if held else b"")
        return [data for line in lines if (data := self._line(line)) is not None]

    def end(self) -> list[str]:
        """What is complete but for its blank line: some providers leave out the last one."""
        lines, self._rest = [self._rest.rstrip(b"\r"), b""], b""
        return [data for line in lines if (data := self._line(line)) is not None]

    def _line(self, line: bytes) -> str | None:
        """The event that a blank line completes."""
        if line:
            if line.startswith(b"data:"):
                self._data.append(line[5:].removeprefix(b" "))
            return None
        if not self._data:
            return None
        data, self._data = b"\n".join(self._data), []
        return data.decode("utf-8", "replace")

"""Server-sent events cut from bytes as they arrive; knows nothing of what they mean and does no I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE_END = re.compile(rb"\r\n|\n|\r")

_BOM = b"\xef\xbb\xbf"

MOST_BYTES = 1 << 19
"""Of one line, and of one event: a token takes a few hundred, and json parses these in 40 ms at worst."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its data, and its name where it has one."""

    data: str
    name: str = ""


class TooLong(ValueError):
    """A line or an event is longer than any that a model sends."""


class Events:
    """Feed it bytes, get each whole event. Comments are passed over; an ``error:`` line is an event."""

    def __init__(self) -> None:
        self._line: list[bytes] = []
        """The beginning of a line, in the pieces that it came in: each is looked through once."""
        self._line_size = 0
        self._after_cr = False
        self._data: list[bytes] = []
        self._data_size = 0
        self._name = b""
        self._begun = False

    def feed(self, piece: bytes) -> list[Event]:
        """The events that this piece completes. Raises TooLong."""
        if not piece:
            return []
        if not self._begun:
            return self._first(piece)
        halved, self._after_cr = self._after_cr, piece.endswith(b"\r")
        if halved:  # the CR ended its line already: the LF of the same CRLF ends none
            piece = piece.removeprefix(b"\n")
        first, *others = _LINE_END.split(piece)
        self._grow(first)
        found: list[Event] = []
        for line in others:
            if (event := self._ended()) is not None:
                found.append(event)
            self._grow(line)
        return found

    def _first(self, piece: bytes) -> list[Event]:
        """A stream may begin with a byte order mark, which is no part of it (the standard, 9.2.5)."""
        held, self._line, self._line_size = b"".join([*self._line, piece]), [], 0
        if len(held) < len(_BOM) and _BOM.startswith(held):
            self._line, self._line_size = [held], len(held)
            return []
        self._begun = True
        return self.feed(held.removeprefix(_BOM))

    def end(self) -> list[Event]:
        """What is complete but for its blank line: some providers leave out the last one."""
        ends = (self._ended(), self._ended())
        return [event for event in ends if event is not None]

    def _grow(self, piece: bytes) -> None:
        self._line_size += len(piece)
        if self._line_size > MOST_BYTES:
            raise TooLong
        self._line.append(piece)

    def _ended(self) -> Event | None:
        """The event that this line completes: where it is a blank one, or an error by itself (llama.cpp)."""
        line, self._line, self._line_size = b"".join(self._line), [], 0
        if line.startswith(b"data:"):
            self._data_size += len(line)
            if self._data_size > MOST_BYTES:
                raise TooLong
            self._data.append(line[5:].removeprefix(b" "))
        elif line.startswith(b"event:"):
            self._name = line[6:].strip()
        elif line.startswith(b"error:"):
            return Event(line[6:].decode("utf-8", "replace"), "error")
        if line:
            return None
        name, self._name = self._name, b""
        if not self._data:
            return None
        data, self._data, self._data_size = b"\n".join(self._data), [], 0
        return Event(data.decode("utf-8", "replace"), name.decode("utf-8", "replace"))

"""Bodies decompressed in pieces of bounded size, as a few compressed bytes can stand for a thousand times as many."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

ACCEPTED = "gzip"
"""What is asked for, and all that is taken besides plain bytes."""
_PIECE = 1 << 16
"""Bytes that come out at once."""
_GZIP = 16 + zlib.MAX_WBITS


class Inflate:
    """The content coding of one body."""

    def __init__(self, coding: str) -> None:
        """Raises ValueError for a coding that was not asked for."""
        coding = coding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise ValueError("a content coding that was not asked for")
        self._zip = zlib.decompressobj(_GZIP) if coding.endswith("gzip") else None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What these bytes stand for, in pieces. Raises ValueError where they are garbled."""
        if self._zip is None:
            yield data
            return
        while data:
            try:
                piece = self._zip.decompress(data, _PIECE)
            except zlib.error:
                raise ValueError("garbled gzip") from None
            data = self._zip.unconsumed_tail
            if self._zip.eof:  # a body may be several gzip members
                data, self._zip = self._zip.unused_data, zlib.decompressobj(_GZIP)
            yield piece

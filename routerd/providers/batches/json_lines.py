"""JSON objects of a body, one a line, read as they arrive; a line that is none is ``None``."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any

from routerd.providers.bounded import MOST_CHARS, parsed


async def json_lines(pieces: AsyncIterator[bytes]) -> AsyncGenerator[Mapping[str, Any] | None]:
    """The objects; blank lines are passed over. Raises what reading the pieces raises."""
    line, too_long = bytearray(), False
    async for piece in pieces:
        *whole, rest = piece.split(b"\n")
        for part in whole:
            line += part
            if too_long or line.strip():
                yield None if too_long else _object(bytes(line))
            line.clear()
            too_long = False
        line += rest
        if len(line) > MOST_CHARS:  # no answer is as long: what comes until the end of the line is dropped
            line.clear()
            too_long = True
    if too_long or line.strip():
        yield None if too_long else _object(bytes(line))


def _object(line: bytes) -> Mapping[str, Any] | None:
    try:
        found = parsed(line.decode("utf-8-sig", "replace"))
    except ValueError:
        return None
    return found if isinstance(found, Mapping) else None

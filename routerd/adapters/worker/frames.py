"""Bytes between this process and a worker: eight bytes that say how many follow, and those."""

from __future__ import annotations

from typing import IO

_LENGTH = 8


def send(sink: IO[bytes], body: bytes) -> None:
    """Write one body. Raises OSError where nobody reads any more."""
    sink.write(len(body).to_bytes(_LENGTH, "big"))
    sink.write(body)
    sink.flush()


def receive(source: IO[bytes]) -> bytes | None:
    """The next body; ``None`` where the other side is gone."""
    length = source.read(_LENGTH)
    if len(length) < _LENGTH:
        return None
    wanted = int.from_bytes(length, "big")
    body = source.read(wanted)
    return body if len(body) == wanted else None

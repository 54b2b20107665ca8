"""Frames between this process and a worker: a length of eight bytes and the body."""

from __future__ import annotations

from typing import IO

_LENGTH = 8


def send(sink: IO[bytes], body: bytes) -> None:
    """Writes one body. Raises OSError if the other side is gone."""
    sink.write(len(body).to_bytes(_LENGTH, "big"))
    sink.write(body)
    sink.flush()


def receive(source: IO[bytes]) -> bytes | None:
    """Reads the next body; ``None`` if the other side is gone."""
    length = source.read(_LENGTH)
    if len(length) < _LENGTH:
        return None
    wanted = int.from_bytes(length, "big")
    body = source.read(wanted)
    return body if len(body) == wanted else None

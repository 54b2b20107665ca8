"""What a relay and a daemon say to each other before the first byte of LSP, and the last word after it.

The relay begins with ``routerd PROTOCOL VERSION KIND``, the daemon answers ``routerd PROTOCOL VERSION PID``. These two
lines and the word ``drain`` are the same for every protocol number, so that different versions understand each other.
Then a session sends its greeting and is answered ``attached`` or ``solo REASON``; from there on both copy bytes. After
the last message the daemon sends a zero byte, which no JSON contains, and the exit code; without it, the daemon died.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

PROTOCOL = 1
"""Another number where a relay of the one and a daemon of the other would misunderstand each other."""

SESSION, CONTROL = "session", "control"
"""The kinds of connections: an editor's, and that of a command which asks the daemon about itself."""

DRAIN, DRAINED, ATTACHED, SOLO = b"drain\n", b"drained\n", b"attached\n", b"solo "
END = b"\0"
"""Begins the exit code at the end of a session."""

LONGEST_LINE = 512
"""Bytes."""
LONGEST_GREETING = 8_000_000
"""Bytes; Linux lets an environment have six million."""


def hello(version: str, last: str) -> bytes:
    """The first line of either side; ``last`` is the relay's kind of connection or the daemon's process id."""
    return f"routerd {PROTOCOL} {version} {last}\n".encode()


def parsed_hello(line: bytes) -> tuple[int, str, str] | None:
    """Protocol, version and last word of the other side's first line; ``None`` for anything else."""
    words = line.decode("ascii", "replace").split(" ")
    if len(words) != 4 or words[0] != "routerd" or not words[3].endswith("\n"):
        return None
    if not (words[1].isascii() and words[1].isdigit() and len(words[1]) < 6):
        return None
    return int(words[1]), words[2], words[3][:-1]


def greeting(config: str, environ: Mapping[str, str]) -> bytes:
    """A session's configuration file, which may be empty, and its environment, with the length before them."""
    fields = [config, *(f"{name}={value}" for name, value in environ.items())]
    body = b"\0".join(map(os.fsencode, fields))
    return b"%d\n%s" % (len(body), body)


def parsed_greeting(body: bytes) -> tuple[str, dict[str, str]]:
    """What ``greeting`` was made of. Raises ValueError for anything else."""
    config, *fields = (os.fsdecode(field) for field in body.split(b"\0"))
    environ = {}
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals or not name:
            raise ValueError("an environment without names")
        environ[name] = value
    return config, environ

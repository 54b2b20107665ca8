"""Runs a program to its end and keeps what it prints up to a limit: of bytes, and of seconds."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from routerd.system.processes import NO_WINDOW

_CHUNK = 1 << 16


class OutputTooLarge(subprocess.SubprocessError):  # beside subprocess.TimeoutExpired
    """A program printed more than it may."""


def run_bounded(
    command: Sequence[str],
    most: int,
    seconds: float,
    *,
    stdin: bytes = b"",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """What a program prints and its exit code; it is killed where it prints more than ``most`` bytes or takes longer.

    Of its messages (stderr) only the first ``most`` bytes are kept. What the program started may hold its output open
    after it: nothing waits for that beyond ``seconds``. Raises OutputTooLarge, TimeoutExpired, and OSError where the
    program cannot be started.
    """
    ends = time.monotonic() + seconds
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=cwd, env=env, bufsize=0, creationflags=NO_WINDOW
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    printed, said = bytearray(), bytearray()

    workers = [
        threading.Thread(target=_keep, args=(process.stdout, printed, most, process), daemon=True),
        threading.Thread(target=_keep, args=(process.stderr, said, most), daemon=True),
        threading.Thread(target=_feed, args=(process.stdin, stdin), daemon=True),
    ]
    for worker in workers:
        worker.start()
    try:
        for worker in workers[:2]:
            worker.join(max(0.0, ends - time.monotonic()))
            if worker.is_alive() and len(printed) <= most:
                raise subprocess.TimeoutExpired(command, seconds)
        code = process.wait(max(0.01, ends - time.monotonic()))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if len(printed) > most:
        raise OutputTooLarge(f"'{command[0]}' printed more than {most:,} bytes")
    return subprocess.CompletedProcess(command, code, bytes(printed), bytes(said))


def _feed(into: IO[bytes], given: bytes) -> None:
    """Write all of it; a program need not read it."""
    with suppress(OSError), into:
        left = memoryview(given)
        while left:
            left = left[into.write(left) :]


def _keep(source: IO[bytes], kept: bytearray, most: int, ended: subprocess.Popen[bytes] | None = None) -> None:
    """Read to the end and keep the beginning; a program that is to be ``ended`` by it may not say more."""
    with suppress(OSError, ValueError), source:
        while chunk := source.read(_CHUNK):
            kept += chunk[: most + 1 - len(kept)]
            if ended is not None and len(kept) > most:
                ended.kill()
                return

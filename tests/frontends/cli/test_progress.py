"""Work that takes longer than a second shows a bar on a terminal, and prints nothing anywhere else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from routerd.frontends.cli.progress import working
with working("looking at files", 10) as tell:
    tell(3)
    sys.stdin.readline()
"""
QUICK = PROGRAM.replace("sys.stdin.readline()", "pass")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_a_terminal_sees_what_is_done_of_how_much_and_nothing_of_quick_work() -> None:
    seen = terminal_of(PROGRAM, until=b"3/10")
    assert b"looking at files" in seen
    assert terminal_of(QUICK, until=b"3/10") == b""


def test_without_a_terminal_nothing_is_printed() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], input=b"\n", capture_output=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == (b"", b"")


def terminal_of(program: str, until: bytes) -> bytes:
    """What a program writes to the terminal of its standard error until a word stands there, or until its end."""
    if sys.platform == "win32":
        raise AssertionError
    import pty  # noqa: PLC0415  # POSIX only

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    try:
        while until not in seen:
            piece = os.read(ours, 4096)  # blocks until there is one
            if not piece:
                break
            seen += piece
    except OSError:  # the program ended: Linux says so by an error
        pass
    process.communicate(b"\n", timeout=60)
    os.close(ours)
    return seen

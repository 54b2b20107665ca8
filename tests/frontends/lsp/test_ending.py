"""The end of a process whose event loop never comes back."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.machine_lag import OwnTime

BUSY = """
import asyncio, sys
from pathlib import Path
from routerd.frontends.lsp.ending import Ending, heed_signals
from routerd.frontends.lsp.stdio import Stdio

said = Path(sys.argv[1])
ending = Ending(lambda: said.write_text("booked"))

async def main():
    heed_signals(ending.begin)
    pipes = Stdio()
    pipes.read(lambda body: None, lambda: None, lambda: ending.begin(1))
    if len(sys.argv) > 2:
        ending.follow(int(sys.argv[2]))
    print("ready", file=sys.stderr, flush=True)
    while True:
        sum(range(1000))

asyncio.run(main())
"""


@contextmanager
def _busy(said: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", BUSY, str(said), *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            assert process.stderr.readline().strip() == b"ready"
            yield process
        finally:
            process.kill()


def _ended(process: subprocess.Popen[bytes], said: Path) -> int:
    with OwnTime() as taken:
        code = process.wait(30)
    assert taken.seconds < 2.0
    assert said.read_text() == "booked"
    return code


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_busy_loop_does_not_outlive_a_signal(number: signal.Signals, code: int, tmp_path: Path) -> None:
    with _busy(tmp_path / "said") as process:
        process.send_signal(number)
        assert _ended(process, tmp_path / "said") == code


def test_a_busy_loop_does_not_outlive_its_input(tmp_path: Path) -> None:
    with _busy(tmp_path / "said") as process:
        assert process.stdin is not None
        process.stdin.close()
        assert _ended(process, tmp_path / "said") == 1


def test_a_busy_loop_does_not_outlive_its_editor(tmp_path: Path) -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen(sleep) as editor, _busy(tmp_path / "said", str(editor.pid)) as process:
        editor.kill()
        editor.wait()
        assert _ended(process, tmp_path / "said") == 1

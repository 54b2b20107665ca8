"""Work in another process: its results, its faults, and that it never outlives who asked for it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from routerd.adapters.worker import WorkerPool
from routerd.adapters.worker.pool import MOST
from routerd.domain.errors import WorkerFailed
from routerd.domain.text import Text
from routerd.system.processes import alive
from tests.machine_lag import OwnTime


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    made = WorkerPool()
    yield made
    made.close()


async def gone(pid: int, within_s: float = 5.0) -> None:
    async with asyncio.timeout(within_s):
        while alive(pid):
            await asyncio.sleep(0.02)


async def test_a_function_is_called_in_another_process_which_is_used_again(pool: WorkerPool) -> None:
    first = await pool.run(os.getpid)
    assert first != os.getpid()
    assert await pool.run(os.getpid) == first
    assert await pool.run(str.upper, "ä\ud800") == "Ä\ud800"


async def test_a_text_arrives_as_it_is(pool: WorkerPool) -> None:
    text = Text("a\r\nb\rc\x0cd\u2028e\n\udcff")
    assert await pool.run(Text.replaced, text, text.whole, "x\r") == Text("x\r")
    assert await pool.run(getattr, text, "lines") == text.lines


async def test_what_the_work_prints_or_reads_is_no_part_of_the_answer(
    pool: WorkerPool, capfd: pytest.CaptureFixture[str]
) -> None:
    assert await pool.run(os.write, 1, b"x" * 10_000) == 10_000
    assert await pool.run(os.read, 0, 10) == b""
    assert await pool.run(str, "still in step") == "still in step"
    assert capfd.readouterr().out == ""


async def test_a_fault_of_the_work_is_told_by_its_kind(pool: WorkerPool) -> None:
    with pytest.raises(WorkerFailed, match="ZeroDivisionError"):
        await pool.run(divmod, 1, 0)
    assert await pool.run(divmod, 7, 2) == (3, 1)


async def test_a_process_that_dies_at_work_is_a_failure_and_the_next_one_works(pool: WorkerPool) -> None:
    with pytest.raises(WorkerFailed, match="ended before"):
        await pool.run(os._exit, 3)
    assert await pool.run(len, "abc") == 3


async def test_a_process_that_died_while_it_waited_is_replaced(pool: WorkerPool) -> None:
    pid = await pool.run(os.getpid)
    subprocess.run([sys.executable, "-c", f"import os, signal; os.kill({pid}, 9)"], check=True)
    await asyncio.sleep(0.2)
    assert await pool.run(os.getpid) != pid


async def test_work_that_hangs_is_ended_with_a_sentence() -> None:
    pool = WorkerPool(limit_s=1.0)
    try:
        pid = await pool.run(os.getpid)
        with pytest.raises(WorkerFailed, match="longer than 1 seconds"):
            await pool.run(time.sleep, 60)
        await gone(pid)
    finally:
        pool.close()


async def test_cancelling_ends_the_process_at_once(pool: WorkerPool) -> None:
    pid = await pool.run(os.getpid)
    work = asyncio.ensure_future(pool.run(time.sleep, 60))
    await asyncio.sleep(0.1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await gone(pid, 1.0)
    assert await pool.run(len, "ab") == 2


async def test_many_at_once_wait_for_their_turn(pool: WorkerPool) -> None:
    found = await asyncio.gather(*(pool.run(abs, -n) for n in range(3 * MOST + 2)))
    assert found == list(range(3 * MOST + 2))
    assert len(pool._idle) <= MOST


async def test_a_process_without_work_leaves() -> None:
    pool = WorkerPool(idle_s=0.2)
    try:
        await gone(await pool.run(os.getpid))
        assert await pool.run(len, "a") == 1
    finally:
        pool.close()


async def test_closing_ends_what_is_at_work() -> None:
    pool = WorkerPool()
    pid = await pool.run(os.getpid)
    work = asyncio.ensure_future(pool.run(time.sleep, 60))
    await asyncio.sleep(0.1)
    with OwnTime() as taken:
        pool.close()
    assert taken.seconds < 2
    with pytest.raises(WorkerFailed):
        await work
    await gone(pid, 1.0)


KILLED = """
import asyncio, os, sys, time
from routerd.adapters.worker import WorkerPool
async def main():
    pool = WorkerPool()
    print(await pool.run(os.getpid), flush=True)
    await pool.run(time.sleep, 60)
asyncio.run(main())
"""


async def test_a_parent_that_is_killed_takes_its_worker_with_it() -> None:
    parent = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    time.sleep(0.2)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    await gone(pid)


async def test_a_module_in_the_working_folder_is_never_taken_for_a_part_of_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pickle", "routerd", "queue"):
        (tmp_path / f"{name}.py").write_text("import os\nos._exit(9)\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    pool = WorkerPool()
    try:
        assert await pool.run(len, "abc") == 3
    finally:
        pool.close()

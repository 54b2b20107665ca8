"""New tests run in a copy of the project: they pass, fail, hang or cannot start, and the project stays as it is."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from routerd.adapters.test_runner import CommandTestRunner
from routerd.domain.document import Document
from routerd.domain.position import Edit, Position, Range
from routerd.domain.project import Project
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange
from routerd.domain.text import Text
from tests.offline.asking import question

COMMAND = (sys.executable, "{file}")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "cart.py").write_text("def total():\n    return 1\n", "utf-8")
    (tmp_path / "data.txt").write_text("3", "utf-8")
    return Project(tmp_path.as_uri(), ("cart.py", "data.txt"))


def asked(project: Project) -> Question:
    """The question of an editor whose copy of the file is newer than the one on disk."""
    found = question("test", "def total():\n    return 2\n", "total", path="cart.py", project=project)
    return replace(found, request=replace(found.request, document=replace(found.request.document, version=2)))


def adding(project: Project, code: str) -> Change:
    start = Range(Position(0, 0), Position(0, 0))
    return Change((FileChange(project.uri("tests/test_cart.py"), Text(""), (Edit(start, code),), create=True),))


async def failure(project: Project, code: str, command: tuple[str, ...] = COMMAND, limit_s: float = 30) -> str | None:
    runner = CommandTestRunner(lambda _: project, limit_s=limit_s)
    return await runner.failure(command, adding(project, code), asked(project))


IMPORTING = "import sys\nsys.path.insert(0, '.')\nfrom cart import total\n"


async def test_tests_that_pass_are_no_failure_and_see_the_unsaved_text_and_the_other_files(project: Project) -> None:
    assert await failure(project, IMPORTING + "assert total() == 2\nassert open('data.txt').read() == '3'\n") is None


async def test_a_failing_test_says_why_in_its_own_words(project: Project, tmp_path: Path) -> None:
    reason = await failure(project, IMPORTING + "assert total() == 7, 'seven is wanted'\n")
    assert reason is not None
    assert reason.startswith("exit code 1\n")
    assert "seven is wanted" in reason


async def test_nothing_is_written_into_the_project(project: Project, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    await failure(project, "open('cart.py', 'w').write('gone')\nopen('new.txt', 'w').write('x')\n")
    assert sorted(tmp_path.rglob("*")) == before
    assert "return 1" in (tmp_path / "cart.py").read_text("utf-8")


async def test_no_variable_that_looks_like_a_secret_reaches_the_tests(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    monkeypatch.setenv("HARMLESS", "1")
    code = "import os\nassert 'SOME_API_KEY' not in os.environ and os.environ['HARMLESS'] == '1'\n"
    assert await failure(project, code) is None


async def test_a_command_that_does_not_exist_is_a_reason_and_no_fault(project: Project) -> None:
    reason = await failure(project, "", ("no-such-program-here",))
    assert reason is not None
    assert "could not be started" in reason


async def test_tests_that_do_not_end_are_ended(project: Project) -> None:
    reason = await failure(project, "import time\ntime.sleep(60)\n", limit_s=0.5)
    assert reason == "they did not end within 0.5 seconds"


@pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX's")
async def test_cancelling_ends_the_process_and_its_children(project: Project, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\ntime.sleep(60)\n"
    )
    task = asyncio.create_task(failure(project, code))
    while not (pids.exists() and len(pids.read_text().split()) == 2):
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    end = time.monotonic() + 5
    while any(map(_runs, map(int, pids.read_text().split()))) and time.monotonic() < end:
        await asyncio.sleep(0.02)
    assert not any(map(_runs, map(int, pids.read_text().split())))


def _runs(pid: int) -> bool:
    """Whether a process lives; one that waits to be reaped by its parent does not."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        return "State:\tZ" not in status.read_text()
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return not Path("/proc").exists()


def test_a_file_alone_has_a_project_of_itself(tmp_path: Path) -> None:
    alone = Document((tmp_path / "cart.py").as_uri(), 1, "python", Text("def total():\n    return 2\n"))
    found = question("test", alone.text.string, "total", path="cart.py")
    lone = replace(found, request=replace(found.request, document=alone))
    change = Change(
        (
            FileChange(
                (tmp_path / "test_cart.py").as_uri(),
                Text(""),
                (Edit(Range(Position(0, 0), Position(0, 0)), "x = 1\n"),),
                create=True,
            ),
        )
    )
    assert asyncio.run(CommandTestRunner(lambda _: Project("")).failure(COMMAND, change, lone)) is None

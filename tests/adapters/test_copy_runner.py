"""New tests run in a copy of the project: they pass, fail, hang or cannot start, and the project stays as it is."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from routerd.adapters.tests_in_copy import CopyRunner
from routerd.adapters.tests_in_copy.project_copy import MAX_FILES
from routerd.domain.document import Document
from routerd.domain.position import Edit, Position, Range
from routerd.domain.project import Project
from routerd.domain.prompt import Question
from routerd.domain.reply import Change, FileChange
from routerd.domain.test_run import EndOfTests, ProjectCommand, RanTests
from routerd.domain.text import Text
from tests.offline.asking import question

COMMAND = (sys.executable, "{file}")
CONTROL = "import cart\n"


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


async def ran(
    project: Project,
    code: str,
    words: tuple[str, ...] = COMMAND,
    limit_s: float = 30,
    mutants: tuple[str, ...] = (),
    cannot_start: tuple[int, ...] = (),
) -> RanTests:
    runner = CopyRunner(lambda _: project, limit_s=limit_s)
    command = ProjectCommand(words, "", CONTROL, cannot_start)
    return await runner.ran(command, adding(project, code), asked(project), tuple(map(Text, mutants)))


IMPORTING = "import sys\nsys.path.insert(0, '.')\nfrom cart import total\n"


async def test_tests_that_pass_are_no_failure_and_see_the_unsaved_text_and_the_other_files(project: Project) -> None:
    found = await ran(project, IMPORTING + "assert total() == 2\nassert open('data.txt').read() == '3'\n")
    assert found == RanTests(EndOfTests.PASSED)


async def test_a_failing_test_says_why_in_its_own_words(project: Project, tmp_path: Path) -> None:
    found = await ran(project, IMPORTING + "assert total() == 7, 'seven is wanted'\n")
    assert found.end is EndOfTests.FAILED
    assert found.reason.startswith("exit code 1\n")
    assert "seven is wanted" in found.reason


async def test_nothing_is_written_into_the_project(project: Project, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    await ran(project, "open('cart.py', 'w').write('gone')\nopen('new.txt', 'w').write('x')\n")
    assert sorted(tmp_path.rglob("*")) == before
    assert "return 1" in (tmp_path / "cart.py").read_text("utf-8")


async def test_no_variable_that_looks_like_a_secret_reaches_the_tests(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    monkeypatch.setenv("HARMLESS", "1")
    code = "import os\nassert 'SOME_API_KEY' not in os.environ and os.environ['HARMLESS'] == '1'\n"
    assert (await ran(project, code)).end is EndOfTests.PASSED


async def test_a_command_that_does_not_exist_is_a_reason_and_no_fault(project: Project) -> None:
    found = await ran(project, "", ("no-such-program-here",))
    assert found.end is EndOfTests.NOT_STARTED
    assert not found.against
    assert "could not be started" in found.reason


async def test_tests_that_do_not_end_are_ended(project: Project) -> None:
    found = await ran(project, "import time\ntime.sleep(60)\n", limit_s=0.5)
    assert found == RanTests(EndOfTests.TIMED_OUT, "they did not end within 0.5 seconds")
    assert not found.against


@pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX's")
async def test_cancelling_ends_the_process_and_its_children(project: Project, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\ntime.sleep(60)\n"
    )
    task = asyncio.create_task(ran(project, code))
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
    ended = asyncio.run(CopyRunner(lambda _: Project("")).ran(ProjectCommand(COMMAND, "", CONTROL), change, lone))
    assert ended.end is EndOfTests.PASSED


async def test_a_project_whose_own_tests_do_not_start_is_not_the_answers_fault(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("", "utf-8")
    broken = "import sys\nsys.exit('a missing database')\n"
    found = await ran(project, "assert False\n", (sys.executable, "-c", broken, "{file}"))
    assert found.end is EndOfTests.NOT_STARTED
    assert not found.against
    assert found.reason.startswith("the project's own tests do not start (exit code 1)\n")
    assert "a missing database" in found.reason


async def test_an_exit_code_that_says_that_no_test_ran_needs_no_second_run(project: Project) -> None:
    found = await ran(project, "import sys\nsys.exit(4)\n", cannot_start=(4,))
    assert found.end is EndOfTests.NOT_STARTED


async def test_the_second_run_meets_the_project_and_not_what_the_tests_made_of_it(project: Project) -> None:
    found = await ran(project, "import os\nos.remove('cart.py')\nassert False\n")
    assert found.end is EndOfTests.FAILED


async def test_tests_that_pass_for_every_fault_check_nothing(project: Project) -> None:
    code = IMPORTING + "assert total() is not None\n"
    faults = ("def total():\n    return 3\n", "def total():\n    return 0\n")
    found = await ran(project, code, mutants=faults)
    assert found == RanTests(EndOfTests.SURVIVED, "they also pass with each of 2 faults in what they test")
    assert found.against
    found = await ran(project, code, mutants=(*faults, "def total():\n    return None\n"))
    assert found.end is EndOfTests.PASSED


async def test_installed_packages_are_linked_and_what_tools_cache_beside_them_stays_in_the_copy(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "node_modules" / "left").mkdir(parents=True)
    (tmp_path / "node_modules" / "left" / "index.js").write_text("1", "utf-8")
    (tmp_path / "node_modules" / ".cache").mkdir()
    before = sorted(tmp_path.rglob("*"))
    code = (
        "import os\nassert open('node_modules/left/index.js').read() == '1'\n"
        "os.makedirs('node_modules/.cache/tool')\nopen('node_modules/.new', 'w').close()\n"
    )
    command = ProjectCommand(COMMAND, "", CONTROL, linked=("node_modules",))
    found = await CopyRunner(lambda _: project).ran(command, adding(project, code), asked(project))
    assert found.end is EndOfTests.PASSED, found.reason
    assert sorted(tmp_path.rglob("*")) == before


async def test_a_project_that_is_too_large_is_not_copied(project: Project) -> None:
    many = replace(project, files=tuple(f"{number}.txt" for number in range(MAX_FILES + 1)))
    found = await ran(many, "")
    assert found == RanTests(EndOfTests.NOT_STARTED, "the project has 20,001 files, and at most 20,000 are copied")


async def test_nothing_of_a_copy_stays(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    assert (await ran(project, "assert False\n")).end is EndOfTests.FAILED
    assert list(place.iterdir()) == []

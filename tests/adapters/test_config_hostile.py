"""Settings files as a folder of somebody else's may hold them: each is told in a sentence, none is waited for."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from routerd.adapters.file_watcher import Contents, watch
from tests.posix import make_pipe

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes, devices and links like these are not made there")


def _pipe(path: Path) -> None:
    make_pipe(path)


def _zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(3_000_000_000)


def _loop(path: Path) -> None:
    other = path.with_name("other")
    other.symlink_to(path)
    path.symlink_to(other)


def _folder(path: Path) -> None:
    path.mkdir()


def _dots(path: Path) -> None:
    path.write_text("a." * 120_000 + "a = 1")


def _brackets(path: Path) -> None:
    path.write_text("a = " + "[" * 900)


def _signs(path: Path) -> None:
    path.write_text("=[" * 120_000)


HOSTILE = (_pipe, _zero, _huge, _loop, _folder, _dots, _brackets, _signs)

LOADED = """
import sys
from pathlib import Path
from routerd.adapters import config
from tests.posix import make_pipe
user, workspace = map(Path, sys.argv[1:])
loaded = config.begin(config.Sources(user, "", workspace), lenient=True)
print("\\n".join((*loaded.problems, *config.check(config.Sources(user, "", workspace)))))
"""
"""In a process of its own, within 2 GB: what waits for a pipe or reads without an end cannot be stopped otherwise."""


@pytest.mark.parametrize("make", HOSTILE)
@pytest.mark.parametrize("whose", ["user", "workspace"])
def test_what_cannot_be_read_is_told_in_a_sentence(make: Callable[[Path], None], whose: str, tmp_path: Path) -> None:
    paths = {"user": tmp_path / "config.toml", "workspace": tmp_path / ".routerd.toml"}
    make(paths[whose])
    limited = 'ulimit -v 2000000; exec "$@"'
    command = ["sh", "-c", limited, "sh", sys.executable, "-c", LOADED, *map(str, paths.values())]
    answer = subprocess.run(command, timeout=10, check=True, capture_output=True, text=True)
    said = answer.stdout.splitlines()
    assert len(said) == 2
    assert all(str(paths[whose]) in sentence and sentence.endswith(".") for sentence in said)


def test_thousands_of_unknown_settings_do_not_take_long(tmp_path: Path) -> None:
    workspace = tmp_path / ".routerd.toml"
    workspace.write_text("".join(f"k{number} = 1\n" for number in range(1_400)))
    command = [sys.executable, "-c", LOADED, str(tmp_path / "none.toml"), str(workspace)]
    answer = subprocess.run(command, timeout=60, check=True, capture_output=True, text=True)
    assert len(answer.stdout.splitlines()) == 200, "a hundred of them, by each of two questions"


@pytest.mark.parametrize("make", HOSTILE)
async def test_a_watcher_survives_what_cannot_be_read(make: Callable[[Path], None], tmp_path: Path) -> None:
    """The loop it runs on would wait for a pipe itself, so this test ends only where it does not."""
    path = tmp_path / ".routerd.toml"
    path.write_text("a = 1")
    told: asyncio.Queue[Contents] = asyncio.Queue()
    task = asyncio.create_task(watch([path], told.put))
    async with asyncio.timeout(20):
        assert await told.get() == {path: b"a = 1"}
        path.unlink()
        make(path)
        await told.get()
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
        path.write_text("a = 2")
        while (await told.get())[path] != b"a = 2":
            pass
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

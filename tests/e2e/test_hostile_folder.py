"""A folder that means harm: the daemon answers in it, and ends when it is told to."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.raw_editor import RawEditor
from tests.e2e.test_stdio import NAME, at
from tests.posix import make_pipe

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and signals like these are not there")

ENDS_S = 2.0
QUICK_S = 0.3


@pytest.fixture
def hostile(project: Path) -> Path:
    """The project with all that was found to stop a daemon, and an index that takes minutes."""
    (project / ".gitignore").write_text("*a" * 10 + "b\n")
    (project / ("a" * 120)).touch()
    make_pipe(project / ".routerd.toml")
    for number in range(60):
        (project / f"deep{number}.rs").write_text("mod a{" * 20_000 + "}" * 20_000)
    (project / "open.js").write_text("[" * 100_000)
    (project / "types.cs").write_text("<a=" * 20_000)
    return project


async def _hovered(editor: RawEditor, project: Path) -> None:
    for name, language in (("open.js", "javascript"), ("types.cs", "csharp")):
        hard = editor.open(project / name, language=language)
        await editor.request("textDocument/hover", at(hard, {"line": 0, "character": 5_000}), 20)
    uri = editor.open(project / "labels.py")
    hover = await editor.request("textDocument/hover", at(uri, NAME), 20)
    assert "\ndocument " in hover["contents"]["value"]


async def _ended(editor: RawEditor) -> float:
    began = time.monotonic()
    try:
        async with asyncio.timeout(20):
            await editor.process.wait()
    finally:
        if editor.process.returncode is None:
            editor.process.kill()
    return time.monotonic() - began


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "stdin"])
async def test_it_is_answered_in_and_the_daemon_ends_when_told(env: dict[str, str], hostile: Path, how: str) -> None:
    editor = RawEditor(env, hostile)
    await editor.launch()
    await editor.initialize()
    try:
        await _hovered(editor, hostile)
        told = [params["message"] for method, params in editor.told if method == "window/showMessage"]
        assert any(".routerd.toml" in message for message in told)
    except BaseException:
        editor.process.kill()
        raise
    if how == "stdin":
        assert editor.process.stdin is not None
        editor.process.stdin.close()
    else:
        editor.process.send_signal(getattr(signal, how))
    assert await _ended(editor) < ENDS_S
    assert editor.process.returncode == {"SIGTERM": 0, "SIGINT": 130, "stdin": 1}[how]


async def test_it_ends_when_the_editors_process_is_gone(env: dict[str, str], hostile: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    editor = RawEditor(env, hostile, process_id=parent.pid)
    await editor.launch()
    await editor.initialize()
    await _hovered(editor, hostile)
    parent.kill()
    parent.wait()
    assert await _ended(editor) < ENDS_S


async def test_an_ordinary_exit_takes_less_than_an_editor_waits(env: dict[str, str], project: Path) -> None:
    editor = RawEditor(env, project)
    await editor.launch()
    await editor.initialize()
    uri = editor.open(project / "labels.py")
    await editor.request("textDocument/hover", at(uri, NAME))
    await asyncio.sleep(1)  # until the watcher watches
    await editor.request("shutdown", None)
    editor.notify("exit", None)
    assert await _ended(editor) < QUICK_S
    assert editor.process.returncode == 0

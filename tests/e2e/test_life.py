"""How the daemon begins and ends: exit codes, lost editors and signals."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.raw_editor import RawEditor, RefusedError
from tests.e2e.test_stdio import NAME, at


async def ends(editor: RawEditor, within_s: float = 30) -> int:
    async with asyncio.timeout(within_s):
        code = await editor.process.wait()
        assert (await editor.stderr).decode().count("Traceback") == 0
        await editor._reading
    return code


async def test_exit_without_shutdown_is_a_failure(env: dict[str, str], project: Path) -> None:
    editor = RawEditor(env, project)
    await editor.launch()
    await editor.initialize()
    editor.notify("exit", None)
    assert await ends(editor) == 1


async def test_nothing_is_answered_before_initialize_or_after_shutdown(env: dict[str, str], project: Path) -> None:
    editor = RawEditor(env, project)
    await editor.launch()
    with pytest.raises(RefusedError) as early:
        await editor.request("textDocument/hover", at("file:///a.py", NAME))
    assert early.value.code == -32002
    await editor.initialize()
    await editor.request("shutdown", None)
    with pytest.raises(RefusedError) as late:
        await editor.request("textDocument/hover", at("file:///a.py", NAME))
    assert late.value.code == -32600
    editor.notify("exit", None)
    assert await ends(editor) == 0


async def test_the_daemon_ends_when_its_input_closes(env: dict[str, str], project: Path) -> None:
    editor = RawEditor(env, project)
    await editor.launch()
    await editor.initialize()
    assert editor.process.stdin is not None
    editor.process.stdin.close()
    assert await ends(editor) == 1


async def test_the_daemon_ends_when_the_editors_process_is_gone(env: dict[str, str], project: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    editor = RawEditor(env, project, process_id=parent.pid)
    await editor.launch()
    await editor.initialize()
    parent.kill()
    parent.wait()
    assert await ends(editor) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_a_signal_ends_the_daemon_without_a_word(
    number: signal.Signals, code: int, env: dict[str, str], project: Path
) -> None:
    editor = RawEditor(env, project)
    await editor.launch()
    await editor.initialize()
    editor.process.send_signal(number)
    assert await ends(editor) == code

"""A file of thousands of lines in a real daemon: while its answer is checked, hovers and cancelling are answered."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from routerd.system.processes import alive
from tests import brain
from tests.bench.check import TARGET, source
from tests.e2e.conftest import with_upstream
from tests.e2e.raw_editor import Json, RawEditor
from tests.e2e.test_stdio import at
from tests.loopback import Upstream
from tests.machine_lag import OwnTime

HOVERED = {"line": 0, "character": 6}


async def opened(editor: RawEditor, project: Path, lines: int) -> tuple[str, Json]:
    """A large file that was looked at, and the request to document a function of three lines in it."""
    path = project / "large.py"
    path.write_text(source(lines), "utf-8")
    uri = editor.open(path)
    assert await editor.request("textDocument/hover", at(uri, HOVERED), 60)
    line = path.read_text("utf-8").splitlines(True).index(TARGET.splitlines(True)[0])
    position = {"line": line, "character": 5}
    estimate = {"textDocument": {"uri": uri}, "position": position}
    assert await editor.request("routerd/estimate", estimate, 60)
    return uri, {"action": "document", "uri": uri, "range": {"start": position, "end": position}}


@pytest.mark.parametrize("lines", [9_000])
async def test_hovers_are_answered_while_an_answer_is_checked(env: dict[str, str], project: Path, lines: int) -> None:
    answered = asyncio.Event()

    def reply(body: Mapping[str, Any]) -> str:
        answered.set()
        return brain.reply(body)

    async with (
        Upstream(reply=reply) as upstream,
        RawEditor(with_upstream(env, upstream.base_url), project) as editor,
    ):
        uri, request = await opened(editor, project, lines)
        applied = asyncio.ensure_future(editor.until("workspace/applyEdit"))
        _, outcome = editor.ask("routerd/run", request)
        await answered.wait()
        hovers = 0
        while not applied.done():
            assert await editor.request("textDocument/hover", at(uri, HOVERED))
            hovers += not applied.done()
        assert hovers >= 5, "the check holds nobody up"
        assert (await outcome)["status"] == "applied"
        assert "Do what target does." in editor.texts[uri]


async def test_a_check_is_cancelled_within_a_second(env: dict[str, str], project: Path) -> None:
    async with (
        Upstream(reply=brain.reply) as upstream,
        RawEditor(with_upstream(env, upstream.base_url), project) as editor,
    ):
        uri, request = await opened(editor, project, 36_000)
        number, outcome = editor.ask("routerd/run", request)
        await upstream.wait_for(lambda now: bool(now.seen) and now.seen[0].finished_at is not None, 30)
        await asyncio.sleep(0.3)
        with OwnTime() as taken:
            editor.notify("$/cancelRequest", {"id": number})
            end = await outcome
        assert taken.seconds < 1
        assert end["status"] == "cancelled"
        assert [attempt["reason"] for attempt in end["attempts"]] == ["cancelled while it was checked"]
        assert float(end["cost"]) > 0, json.dumps(end)
        assert "Do what target does." not in editor.texts[uri]


@pytest.mark.skipif(sys.platform != "linux", reason="looks up a process's children in /proc")
@pytest.mark.parametrize("end", ["SIGTERM", "SIGKILL", "stdin"])
async def test_a_daemon_that_ends_in_a_check_takes_its_worker_with_it(
    end: str, env: dict[str, str], project: Path
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        editor = RawEditor(with_upstream(env, upstream.base_url), project)
        await editor.launch()
        await editor.initialize()
        _, request = await opened(editor, project, 36_000)
        editor.ask("routerd/run", request)
        children: list[int] = []
        async with asyncio.timeout(30):
            while not children:
                await asyncio.sleep(0.02)
                threads = Path(f"/proc/{editor.process.pid}/task").glob("*/children")
                children = [int(child) for found in threads for child in found.read_text("ascii").split()]
        await asyncio.sleep(0.3)
        assert editor.process.stdin is not None
        if end == "stdin":
            editor.process.stdin.close()
        else:
            editor.process.send_signal(signal.Signals[end])
        async with asyncio.timeout(60):
            await editor.process.wait()
            await editor.stderr
            while any(alive(child) for child in children):
                await asyncio.sleep(0.02)
        await editor._reading

"""Bytes that are no message, on a real daemon's stdin: an error or an end with its reason, never a deaf daemon."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from routerd.frontends.lsp.frames import framed
from tests.e2e.raw_editor import RawEditor, RefusedError

ENDS = {
    "a length of 5,000 digits": (b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n{}", "more than 64000000 bytes"),
    "a length of 65 MB": (b"Content-Length: 65000000\r\n\r\n{}", "more than 64000000 bytes"),
    "lines that end with LF": (b"Content-Length: 2\n\n{}", "LF instead of CRLF"),
    "a header without an end": (b"Content-Length: " + b" " * 20_000, "more than 8192 bytes"),
    "a header without a length": (b"Content-Type: x\r\n\r\n", "without one Content-Length"),
    "HTTP": (b"POST / HTTP/1.1\r\n", "none of LSP's"),
}


@pytest.mark.parametrize("name", ENDS)
async def test_a_stream_that_is_no_lsp_ends_the_daemon_with_the_reason(
    name: str, env: dict[str, str], project: Path
) -> None:
    stream, reason = ENDS[name]
    editor = RawEditor(env, project)
    await editor.launch()
    await editor.initialize()
    assert editor.process.stdin is not None
    editor.process.stdin.write(stream)
    async with asyncio.timeout(20):
        assert await editor.process.wait() == 1
        said = (await editor.stderr).decode()
        await editor._reading
    assert reason in said
    assert "Traceback" not in said


@pytest.mark.parametrize("levels", [101, 900, 100_000])
async def test_a_message_of_too_many_levels_is_refused_and_the_next_one_answered(
    levels: int, env: dict[str, str], project: Path
) -> None:
    async with RawEditor(env, project) as editor:
        assert editor.process.stdin is not None
        body = b'{"jsonrpc":"2.0","id":"deep","method":"routerd/route","params":%s%s}'
        editor._waiting["deep"] = answer = asyncio.get_running_loop().create_future()  # type: ignore[index]  # as sent
        editor.process.stdin.write(framed(body % (b"[" * levels, b"]" * levels)))
        if levels < sys.getrecursionlimit():
            with pytest.raises(RefusedError, match="100 levels"):
                await asyncio.wait_for(answer, 20)
        else:
            error = await editor.until("error")
            assert error["code"] == -32700
            answer.cancel()
        assert await editor.request("routerd/providers", {})


async def test_a_message_of_many_brackets_but_few_levels_is_answered(env: dict[str, str], project: Path) -> None:
    async with RawEditor(env, project) as editor:
        params = {"text": "rename it", "more": [[{}]] * 5_000}
        assert len(json.dumps(params)) > 10_000
        assert await editor.request("routerd/route", params)

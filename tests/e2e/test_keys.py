"""Keys that the editor keeps: asked for at the start, used at once, taken back, and in no log."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.e2e.conftest import KEY
from tests.e2e.raw_editor import CAPABILITIES, Json, RawEditor

KEEPS_KEYS = {**CAPABILITIES, "experimental": {"routerd": {"keys": True}}}
NAME = {"line": 3, "character": 6}


async def test_a_key_from_the_editors_safe_is_used_and_can_be_taken_back(env: dict[str, str], project: Path) -> None:
    keys: dict[str, str | None] = {"n1n": KEY}
    editor = RawEditor(env, project, KEEPS_KEYS)
    editor.handlers["routerd/key"] = lambda params: {"key": keys.get(params["provider"])}
    async with editor:
        uri = editor.open(project / "labels.py")
        where = {"textDocument": {"uri": uri}, "position": NAME}

        async def models() -> set[str]:
            found: Json = await editor.request("routerd/estimate", where)
            return {estimate["model"] for estimate in found["estimates"]}

        assert "n1n/deepseek-v3" in await models()
        assert {"name": "n1n"} in (await editor.request("routerd/providers", {}))["providers"]
        keys["n1n"] = None
        editor.notify("routerd/keyChanged", {"provider": "n1n"})
        async with asyncio.timeout(10):
            while await models() != {"offline/built-in"}:
                await asyncio.sleep(0.05)
    assert KEY not in (await editor.stderr).decode()


async def test_an_editor_that_keeps_no_keys_is_not_asked(env: dict[str, str], project: Path) -> None:
    async with RawEditor(env, project) as editor:
        uri = editor.open(project / "labels.py")
        await editor.request("routerd/estimate", {"textDocument": {"uri": uri}, "position": NAME})
        assert "routerd/key" not in [method for method, _ in editor.asked]

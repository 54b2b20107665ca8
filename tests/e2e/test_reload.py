"""The daemon watches its configuration: an editor's user changes a string, and the next hover has its price."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.e2e.conftest import with_upstream
from tests.e2e.raw_editor import RawEditor
from tests.loopback import Upstream

NAME = {"line": 3, "character": 6}
SOON_S = 5.0


async def models(editor: RawEditor, uri: str) -> set[str]:
    """The models that the next actions would ask."""
    answer: Any = await editor.request("routerd/estimate", {"textDocument": {"uri": uri}, "position": NAME})
    return {estimate["model"] for estimate in answer["estimates"]}


async def until_asked(editor: RawEditor, uri: str, model: str) -> None:
    async with asyncio.timeout(SOON_S):
        while await models(editor, uri) != {model}:
            await asyncio.sleep(0.05)


async def test_a_changed_file_counts_without_a_word_from_the_editor_and_a_broken_one_is_told(
    env: dict[str, str], project: Path
) -> None:
    async with Upstream() as upstream:
        env = with_upstream(env, upstream.base_url)
        file = Path(env["ROUTERD_CONFIG"])
        text = file.read_text("utf-8")
        async with RawEditor(env, project) as editor:
            uri = editor.open(project / "labels.py")
            await until_asked(editor, uri, "local/test-model")
            file.write_text(text.replace("local/test-model", "local/other"), "utf-8")
            await until_asked(editor, uri, "local/other")
            file.write_text("[tiers\n", "utf-8")
            message = (await editor.until("window/showMessage"))["message"]
            assert f"{file}, line 1" in message
            assert "stays as it was" in message
            assert await models(editor, uri) == {"local/other"}
            workspace = project / ".routerd.toml"
            file.write_text(text, "utf-8")
            tiers = "".join(f'{tier} = "local/theirs"\n' for tier in ("utility", "logic", "architect"))
            workspace.write_text(f"[tiers]\n{tiers}", "utf-8")
            await until_asked(editor, uri, "local/theirs")

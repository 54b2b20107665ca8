"""Where the user switched hover, menu or lens off, for all, a language or a folder; and which entries ask a model."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests import brain
from tests.e2e.conftest import with_upstream
from tests.e2e.raw_editor import CAPABILITIES, Json, RawEditor
from tests.e2e.test_stdio import NAME, at, menu, request_for
from tests.loopback import Upstream

CONFIGURABLE: Json = {**CAPABILITIES, "workspace": {**CAPABILITIES["workspace"], "configuration": True}}
LITERALS = CAPABILITIES["textDocument"]["codeAction"]

ALL = frozenset(("hover", "menu", "lens"))
OFF = [
    ({}, ALL),
    ({"hover": False}, ALL - {"hover"}),
    ({"menu": False}, ALL - {"menu"}),
    ({"off_languages": ["python"]}, frozenset[str]()),
    ({"off_languages": ["go"]}, ALL),
    ({"off_folders": ["vendor/"]}, frozenset[str]()),
    ({"off_folders": ["vend"]}, ALL),
]


async def seen(editor: RawEditor, uri: str) -> frozenset[str]:
    """Which of the three a file has."""
    shown = {
        "hover": await editor.request("textDocument/hover", at(uri, NAME)),
        "menu": await menu(editor, uri, NAME),
        "lens": await editor.request("textDocument/codeLens", {"textDocument": {"uri": uri}}),
    }
    return frozenset(name for name, answer in shown.items() if answer)


@pytest.mark.parametrize(("offers", "wanted"), OFF)
async def test_each_is_off_where_the_user_wants_none_and_an_action_by_name_still_runs(
    env: dict[str, str], project: Path, offers: dict[str, object], wanted: frozenset[str]
) -> None:
    (project / "vendor").mkdir()
    path = (project / "labels.py").rename(project / "vendor" / "labels.py")
    async with RawEditor(env, project, CONFIGURABLE) as editor:
        editor.handlers["workspace/configuration"] = lambda _: [{"offers": offers, "code_lens": True}]
        uri = editor.open(path)
        editor.notify("workspace/didChangeConfiguration", {"settings": None})
        async with asyncio.timeout(20):
            while await seen(editor, uri) != wanted:
                await asyncio.sleep(0.05)
        outcome = await editor.request("routerd/run", request_for(uri, "document"))
        assert outcome["status"] == "applied"


async def test_the_lens_alone_is_off_where_a_folder_or_the_user_says_so(env: dict[str, str], project: Path) -> None:
    (project / ".routerd.toml").write_text("code_lens = false\n", "utf-8")
    async with RawEditor(env, project, CONFIGURABLE) as editor:
        editor.handlers["workspace/configuration"] = lambda _: [{"code_lens": False}]
        uri = editor.open(project / "labels.py")
        assert await seen(editor, uri) == ALL - {"lens"}


@pytest.mark.parametrize("shows_tags", [True, False])
async def test_an_entry_that_would_ask_a_model_has_the_tag_of_ai_for_a_client_that_shows_it(
    env: dict[str, str], project: Path, shows_tags: bool
) -> None:
    tags = {"tagSupport": {"valueSet": [1]}} if shows_tags else {}
    capabilities = {**CAPABILITIES, "textDocument": {"codeAction": {**LITERALS, **tags}}}
    async with (
        Upstream(reply=brain.reply) as upstream,
        RawEditor(with_upstream(env, upstream.base_url), project, capabilities) as editor,
    ):
        entries = await menu(editor, editor.open(project / "labels.py"), NAME)
    assert len(entries) == 5
    assert [entry.get("tags") for entry in entries] == [[1] if shows_tags else None] * 5


async def test_an_entry_of_the_built_in_engine_has_no_tag_of_ai(env: dict[str, str], project: Path) -> None:
    capabilities = {**CAPABILITIES, "textDocument": {"codeAction": {**LITERALS, "tagSupport": {"valueSet": [1]}}}}
    async with RawEditor(env, project, capabilities) as editor:
        entries = await menu(editor, editor.open(project / "labels.py"), NAME)
    assert entries
    assert not [entry for entry in entries if "tags" in entry]

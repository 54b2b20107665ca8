"""Settings per session and workspace: two folders in one editor, and two editors at one daemon, each with its own."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests import brain
from tests.e2e.conftest import CODE, with_upstream
from tests.e2e.raw_editor import CAPABILITIES, Json, RawEditor
from tests.e2e.tcp_daemon import Client, TcpDaemon
from tests.loopback import Upstream
from tests.loopback.thread import InThread

NAME = {"line": 3, "character": 6}
ASKS = {**CAPABILITIES, "workspace": {**CAPABILITIES["workspace"], "configuration": True}}
SOON_S = 10.0


@pytest.fixture
def other(tmp_path: Path) -> Path:
    root = tmp_path / "other"
    root.mkdir()
    (root / "labels.py").write_bytes(CODE.encode())
    return root


def tiers(model: str, more: str = "") -> str:
    lines = "".join(f'{tier} = "{model}"\n' for tier in ("utility", "speed", "logic", "architect"))
    return f"[tiers]\n{lines}{more}"


class TwoFolders(RawEditor):
    """An editor with two workspace folders."""

    second: Path

    async def initialize(self) -> Json:
        folders = [{"uri": root.as_uri(), "name": root.name} for root in (self._root, self.second)]
        capabilities = {"workspaceFolders": folders, "processId": None, "rootUri": folders[0]["uri"]}
        answer: Json = await self.request("initialize", {**capabilities, "capabilities": self._capabilities})
        self.notify("initialized", {})
        return answer


def two_folders(env: dict[str, str], first: Path, second: Path, capabilities: Any = CAPABILITIES) -> TwoFolders:
    editor = TwoFolders(env, first, capabilities)
    editor.second = second
    return editor


async def models(editor: RawEditor, uri: str) -> set[str]:
    found = await editor.request("routerd/estimate", {"textDocument": {"uri": uri}, "position": NAME})
    return {estimate["model"] for estimate in found["estimates"]}


async def document(editor: RawEditor, uri: str) -> Json:
    start = {"start": NAME, "end": NAME}
    outcome: Json = await editor.request("routerd/run", {"action": "document", "uri": uri, "range": start, "version": 1})
    return outcome


async def test_each_folder_has_its_own_tiers_and_a_change_in_one_leaves_the_other(
    env: dict[str, str], project: Path, other: Path, tmp_path: Path
) -> None:
    (project / ".routerd.toml").write_text(tiers("local/first"))
    (other / ".routerd.toml").write_text(tiers("local/second"))
    (tmp_path / "loose.py").write_bytes(CODE.encode())
    async with Upstream() as upstream, two_folders(with_upstream(env, upstream.base_url), project, other) as editor:
        one, two = editor.open(project / "labels.py"), editor.open(other / "labels.py")
        loose = editor.open(tmp_path / "loose.py")
        assert await models(editor, one) == {"local/first"}
        assert await models(editor, two) == {"local/second"}
        assert await models(editor, loose) == {"local/test-model"}, "of no folder: no workspace file"
        (other / ".routerd.toml").write_text(tiers("local/third"))
        async with asyncio.timeout(SOON_S):
            while await models(editor, two) != {"local/third"}:
                await asyncio.sleep(0.05)
        assert await models(editor, one) == {"local/first"}
        assert await models(editor, loose) == {"local/test-model"}


async def test_a_folders_lower_budget_counts_what_that_folder_spent_and_the_users_own_counts_all(
    env: dict[str, str], project: Path, other: Path
) -> None:
    (project / ".routerd.toml").write_text('[budget]\ndaily = "0.004"\n')
    async with Upstream(reply=brain.reply) as upstream:
        env = with_upstream(env, upstream.base_url, daily="0.009", per_action="0.004")
        async with two_folders(env, project, other) as editor:
            editor.handlers["workspace/applyEdit"] = lambda _: {"applied": False}
            one, two = editor.open(project / "labels.py"), editor.open(other / "labels.py")
            spent = Decimal(0)
            while spent <= Decimal("0.0045"):
                outcome = await document(editor, two)
                assert outcome["cost"] is not None, outcome["message"]
                spent += Decimal(outcome["cost"])
                editor.type(two, 0, f"# {spent}\n")
                editor.versions[two] = editor.versions[two]
                if len(upstream.seen) > 60:
                    break
            assert spent > Decimal("0.004"), "more than the first folder may spend"
            sent = len(upstream.seen)
            outcome = await document(editor, one)
            assert len(upstream.seen) > sent, outcome["message"]

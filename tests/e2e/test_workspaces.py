"""Settings per session and workspace: two folders in one editor, and two editors at one daemon, each with its own."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any

import pytest

from tests import brain
from tests.e2e.conftest import CODE, with_upstream
from tests.e2e.raw_editor import CAPABILITIES, Json, RawEditor
from tests.e2e.tcp_daemon import TcpDaemon
from tests.loopback import Upstream, fingerprint
from tests.loopback.thread import InThread

NAME = {"line": 3, "character": 6}
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


async def test_documents_follow_the_folders_that_are_opened_and_closed(
    env: dict[str, str], project: Path, other: Path
) -> None:
    (project / ".routerd.toml").write_text(tiers("local/first"))
    (other / ".routerd.toml").write_text(tiers("local/second"))
    folder = {"uri": other.as_uri(), "name": "other"}
    async with Upstream() as upstream, RawEditor(with_upstream(env, upstream.base_url), project) as editor:
        uri = editor.open(other / "labels.py")
        assert await models(editor, uri) == {"local/test-model"}
        for event, model in (
            ({"added": [folder], "removed": []}, "local/second"),
            ({"added": [], "removed": [folder]}, "local/test-model"),
        ):
            editor.notify("workspace/didChangeWorkspaceFolders", {"event": event})
            async with asyncio.timeout(SOON_S):
                while await models(editor, uri) != {model}:
                    await asyncio.sleep(0.05)


class AtOneDaemon:
    """A client over TCP whose editor has settings and keys of its own."""

    def __init__(self, daemon: TcpDaemon, root: Path, settings: Json, keys: Json) -> None:
        announced: Json = {"workspace": {"configuration": True}, "experimental": {"routerd": {"keys": True}}}
        self.settings = settings
        self._numbers = itertools.count(2)
        self.client = daemon.initialized(root, **announced)
        self.client.handlers = {
            "workspace/configuration": lambda params: [self.settings for _ in params["items"]],
            "routerd/key": lambda params: {"key": keys.get(params["provider"])},
        }
        self.uri = (root / "labels.py").as_uri()
        self.client.open(self.uri, CODE)

    def models(self) -> set[str]:
        params = {"textDocument": {"uri": self.uri}, "position": NAME}
        found = self.client.ask(next(self._numbers), "routerd/estimate", params)
        return {estimate["model"] for estimate in found["estimates"]}

    def review(self) -> Json:
        argument = {"action": "review", "uri": self.uri, "range": {"start": NAME, "end": NAME}, "version": 1}
        outcome: Json = self.client.ask(next(self._numbers), "routerd/run", argument)
        return outcome


def test_a_budget_that_one_editor_lowers_stays_as_it_is_for_the_other(env: dict[str, str], project: Path) -> None:
    with InThread(Upstream(reply=brain.reply)) as upstream:
        env = with_upstream(env, upstream.base_url, daily="5.00")
        with TcpDaemon(env, project, "--root", str(project)) as daemon:
            lowering = AtOneDaemon(daemon, project, {"budget": {"daily": "0.000001"}}, {})
            other = AtOneDaemon(daemon, project, {"actions": {"review": "utility"}}, {})
            lowering.models()  # it answers for its settings while it waits: a daemon does not wait for them for ever
            assert other.review()["attempts"], "its own budget allows it"
            sent = len(upstream.seen)
            refused = lowering.review()
            assert (refused["status"], refused["attempts"]) == ("refused", [])
            assert "The daily budget of $0.000001" in refused["message"]
            assert len(upstream.seen) == sent
            assert other.review()["status"] != "refused", "and the other's settings took nothing from it"
            for one in (lowering, other):
                one.client.close()


def test_a_key_is_sent_for_the_session_whose_editor_handed_it_over(env: dict[str, str], project: Path) -> None:
    with InThread(Upstream(reply=brain.reply)) as upstream:
        env = with_upstream(env, upstream.base_url)
        del env["ROUTERD_E2E_KEY"]
        with TcpDaemon(env, project, "--root", str(project)) as daemon:
            first, second, keyless = (
                AtOneDaemon(daemon, project, {"cache": {"enabled": False}}, keys)
                for keys in ({"local": "sk-of-the-first"}, {"local": "sk-of-the-second"}, {})
            )
            for one in (first, second, first):
                assert one.models() == {"local/test-model"}
                assert one.review()["attempts"]
            assert keyless.models() == {"offline/built-in"}
            sent = [seen.headers["authorization"] for seen in upstream.seen]
            assert set(sent) == {fingerprint("sk-of-the-first"), fingerprint("sk-of-the-second")}
            assert sent[0] == sent[-1] != sent[1]
            for one in (first, second, keyless):
                one.client.close()


@pytest.mark.parametrize("announced", [True, False])
async def test_who_set_a_setting_is_believed_of_a_client_that_announced_it_and_of_no_setting(
    announced: bool, env: dict[str, str], project: Path
) -> None:
    """A folder's settings could say so as well, where an editor hands them on: Zed's, Helix' and Neovim's do."""
    env = with_upstream(env, "http://127.0.0.1:9/v1", daily="0.01")
    can = {**CAPABILITIES, "experimental": {"routerd": {"origins": announced}}}
    can["workspace"] = {**CAPABILITIES["workspace"], "configuration": True}
    said = {"budget": {"daily": "0.02"}}
    editor = RawEditor(env, project, can)
    answer = {**said, "origins": {"user": said, "workspace": {}}}
    editor.handlers["workspace/configuration"] = lambda params: [answer for _ in params["items"]]
    async with editor:
        limit = "0.02" if announced else "0.01"
        editor.notify("workspace/didChangeConfiguration", {"settings": {}})
        status = await editor.until("routerd/status", lambda params: params["budget_daily"] == limit)
        assert status["budget_daily"] == limit
        if not announced:
            told = await editor.until("window/showMessage", lambda params: "daily" in params["message"])
            assert "cannot raise" in told["message"]

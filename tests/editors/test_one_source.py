"""The VS Code manifest, the Lua commands and the help text name what `routerd manifest` names, and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from routerd.domain.tier import Tier
from tests.e2e.neovim.editor import PLUGIN, program

EDITORS = Path(__file__).parents[2] / "editors"
HELP = PLUGIN / "doc" / "routerd.txt"
PACKAGE = EDITORS / "vscode" / "package.json"

CLIENTS_OWN = {"path", "apply"}
"""Settings of the VS Code extension itself."""
FILES_ONLY = {"routing.examples"}
"""A list of tables has no editor in VS Code's settings; it belongs into a file."""


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "routerd", "manifest"], capture_output=True, text=True, encoding="utf-8", check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """The subcommands of `:Routerd`, and whether each is an action."""
    script = tmp_path_factory.mktemp("lua") / "commands.lua"
    script.write_text(
        "vim.opt.runtimepath:prepend(arg[1]) local found = {} "
        'for name, command in pairs(require("routerd.commands").commands) do found[name] = command.action == true end '
        "io.stdout:write(vim.json.encode(found))"
    )
    command = [program(), "--headless", "--clean", "-l", str(script), str(PLUGIN)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    found: dict[str, bool] = json.loads(done.stdout)
    return found


def settable(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The settings that an editor may set."""
    return {setting["key"]: setting for setting in manifest["settings"] if not setting["users_only"]}


def test_the_manifest_says_what_each_action_is_and_what_each_setting_takes(manifest: dict[str, Any]) -> None:
    assert [action["name"] for action in manifest["actions"]] == ["document", "test", "review", "design", "ask"]
    kinds = {action["name"]: action["kind"] for action in manifest["actions"]}
    assert kinds["document"] == "refactor.rewrite.routerd.document"
    assert {"routerd.run", "routerd.cancel", "routerd.clearReview", "routerd.stats", "routerd.reload"} <= set(
        manifest["commands"]
    )
    found = {setting["key"]: setting for setting in manifest["settings"]}
    assert (found["actions.document"]["type"], found["actions.document"]["default"]) == ("string", "utility")
    assert (found["limits.total_s"]["type"], found["limits.total_s"]["default"]) == ("number", 120.0)
    assert found["tiers.utility"]["type"] == "array"
    assert found["budget.daily"]["default"] is None
    assert found["providers.*.api_key"]["users_only"]
    assert all(setting["help"].endswith(".") for setting in found.values())


def test_neovim_has_a_command_for_every_action_and_no_other_action(
    manifest: dict[str, Any], commands: dict[str, bool]
) -> None:
    assert {name for name, action in commands.items() if action} == {action["name"] for action in manifest["actions"]}


def test_neovim_asks_only_for_commands_that_the_daemon_has(manifest: dict[str, Any]) -> None:
    sources = [*(PLUGIN / "lua").rglob("*.lua"), PLUGIN / "lsp" / "routerd.lua"]
    told = {name for path in sources for name in re.findall(r'"(routerd\.\w+)"', path.read_text("utf-8"))}
    modules = {f"routerd.{path.stem}" for path in (PLUGIN / "lua" / "routerd").iterdir()}
    assert "routerd.clearReview" in told
    assert told - modules <= set(manifest["commands"])


def test_the_help_has_every_command_and_every_setting_and_no_other(
    manifest: dict[str, Any], commands: dict[str, bool]
) -> None:
    text = HELP.read_text("utf-8")
    assert set(re.findall(r"\*:Routerd-([\w-]+)\*", text)) == set(commands)
    section = text.partition("*routerd-settings*")[2].partition("=====")[0]
    rows = dict(re.findall(r"^  ([a-z]+[\w.]*) {2,}(\S.*)$", section, re.M))
    assert rows == {key: setting["help"] for key, setting in settable(manifest).items()}


def test_every_link_of_the_help_to_itself_leads_somewhere() -> None:
    text = HELP.read_text("utf-8")
    tags = set(re.findall(r"\*(\S+)\*", text))
    links = set(re.findall(r"\|((?::Routerd|routerd|Routerd)\S*)\|", text))
    assert len(links) > 8
    assert links <= tags


def test_the_files_of_the_plugin_are_short_and_begin_with_what_they_are() -> None:
    for path in PLUGIN.rglob("*.lua"):
        lines = path.read_text("utf-8").splitlines()
        assert len(lines) < 200, path.name
        assert re.match(r"-- [A-Z`].*[.:]", lines[0]), path.name


def test_vs_code_has_a_command_for_every_action(manifest: dict[str, Any]) -> None:
    package = json.loads(PACKAGE.read_text("utf-8"))
    offered = {command["command"] for command in package["contributes"]["commands"]}
    assert {f"routerd.{action['name']}" for action in manifest["actions"]} <= offered


def test_vs_code_has_the_settings_that_an_editor_may_set_and_says_of_them_what_the_daemon_says(
    manifest: dict[str, Any],
) -> None:
    package = json.loads(PACKAGE.read_text("utf-8"))
    properties = package["contributes"]["configuration"]["properties"]
    offered = {key.removeprefix("routerd."): shape for key, shape in properties.items()}
    wanted = settable(manifest)
    assert set(offered) - CLIENTS_OWN == set(wanted) - FILES_ONLY
    for key in set(offered) - CLIENTS_OWN:
        types = {offered[key]["type"]} if isinstance(offered[key]["type"], str) else set(offered[key]["type"])
        assert types & {wanted[key]["type"], "number" if wanted[key]["type"] == "integer" else ""}, key
        assert offered[key]["description"] == wanted[key]["help"], key


def test_the_order_of_the_tiers_is_the_daemons_alone() -> None:
    """Neovim completes their names, in the order of the alphabet; nothing else in a client tells one from another."""
    sources = [*(PLUGIN / "lua").rglob("*.lua"), *(EDITORS / "vscode" / "src").rglob("*.ts")]
    named = {
        path.name: names for path in sources if (names := re.findall(rf'"({"|".join(Tier)})"', path.read_text("utf-8")))
    }
    assert named == {"commands.lua": sorted(Tier)}

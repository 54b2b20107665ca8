"""Every copy of the manifest is the one that `routerd manifest --write` writes, and an action stands in all of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from routerd.domain.errors import RouterdError
from routerd.domain.tier import Tier
from routerd.frontends.cli.copies import COPIES, Copy, stale
from routerd.frontends.cli.copies.marks import between
from routerd.frontends.cli.manifest import CHECKOUT, described
from routerd.frontends.lsp.to_proto import ASK
from tests.e2e.neovim.editor import PLUGIN, program

EDITORS = Path(__file__).parents[2] / "editors"
HELP = PLUGIN / "doc" / "routerd.txt"
PACKAGE = EDITORS / "vscode" / "package.json"
COMMAND = "python -m routerd manifest --write"

ACTION = {
    "name": "polish",
    "title": "Polish {target}",
    "command": "Polish",
    "help": "Polish the symbol.",
    "demand": "shine",
    "kind": "refactor.rewrite.routerd.polish",
    "tier": "utility",
    "in_menu": True,
    "instructed": False,
    "diagnosed": False,
    "replaces": True,
    "rewrites": False,
    "placed": True,
    "scopes": ["symbol"],
}
"""An action that there is not."""


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return described()


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


def test_the_command_prints_the_manifest(manifest: dict[str, Any]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "routerd", "manifest"], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert json.loads(done.stdout) == json.loads(json.dumps(manifest))


def test_every_copy_says_what_the_manifest_says(manifest: dict[str, Any]) -> None:
    found = [path.relative_to(CHECKOUT).as_posix() for path in stale(CHECKOUT, manifest)]
    assert not found, f"{found} say something else than the declarations; this fixes it: {COMMAND}"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for copy in COPIES:
        (tmp_path / copy.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(CHECKOUT / copy.path, tmp_path / copy.path)
    return tmp_path


@pytest.mark.parametrize("copy", COPIES, ids=lambda copy: copy.path)
def test_a_copy_in_which_an_action_is_missing_or_one_too_many_is_seen(
    copy: Copy, manifest: dict[str, Any], checkout: Path
) -> None:
    """Each place by itself: VS Code's handlers, Neovim's list and the command line's help were unguarded once."""
    file = checkout / copy.path
    assert stale(checkout, manifest) == {}
    actions = manifest["actions"]
    # `routerd run` takes only actions that have a place, and its words are all that the table of commands has of them.
    held = [action for action in actions if action["placed"] or "command_table" not in copy.path]
    fewer = [[one for one in actions if one is not action] for action in held]
    for others in (*fewer, [*actions, ACTION]):
        file.write_text(copy.render(manifest | {"actions": others}, file.read_text("utf-8")), "utf-8", newline="\n")
        assert set(stale(checkout, manifest)) == {file}


@pytest.mark.parametrize("copy", COPIES, ids=lambda copy: copy.path)
def test_to_write_twice_is_to_write_once_and_what_is_taken_back_leaves_nothing(
    copy: Copy, manifest: dict[str, Any]
) -> None:
    text = (CHECKOUT / copy.path).read_text("utf-8")
    more = copy.render(manifest | {"actions": [*manifest["actions"], ACTION]}, text)
    assert "polish" in more.lower()
    assert copy.render(manifest | {"actions": [*manifest["actions"], ACTION]}, more) == more
    assert copy.render(manifest, more) == text


def test_no_code_beside_the_copies_lists_the_actions_by_hand(manifest: dict[str, Any]) -> None:
    names = [action["name"] for action in manifest["actions"]]
    frontends = CHECKOUT / "routerd" / "frontends"
    sources = [*(EDITORS / "vscode" / "src").rglob("*.ts"), *PLUGIN.rglob("*.lua"), *frontends.rglob("*.py")]
    assert len(sources) > 60
    for path in sources:
        if path.relative_to(CHECKOUT).as_posix() in {copy.path for copy in COPIES}:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            words = re.findall(r"\w+", line) if path.suffix == ".py" else re.findall(r"""["'](\w+)["']""", line)
            # A sentence may name two of them as an example; three are a list.
            assert len(set(names) & set(words)) < 3, f"{path}:{number} lists actions: take them from the manifest"


def test_a_file_that_lost_its_marks_is_an_error_and_not_left_as_it_is() -> None:
    for text in ("", "begin\n", "end\nbegin\n", "begin\nbegin\nend\n"):
        with pytest.raises(RouterdError):
            between(text, "begin", "end", "new\n")
    assert between("a\n# begin\nold\n# end\nb\n", "begin", "end", "new\n") == "a\n# begin\nnew\n# end\nb\n"


def test_the_manifest_says_what_each_action_is_and_what_each_setting_takes(manifest: dict[str, Any]) -> None:
    assert [action["name"] for action in manifest["actions"]] == [
        "document",
        "test",
        "review",
        "design",
        "ask",
        "explain",
        "fix",
        "commit",
    ]
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


def test_neovim_asks_only_for_commands_that_the_daemon_has(manifest: dict[str, Any]) -> None:
    sources = [*(PLUGIN / "lua").rglob("*.lua"), PLUGIN / "lsp" / "routerd.lua"]
    told = {name for path in sources for name in re.findall(r'"(routerd\.\w+)"', path.read_text("utf-8"))}
    modules = {f"routerd.{path.stem}" for path in (PLUGIN / "lua" / "routerd").iterdir()}
    assert "routerd.clearReview" in told
    assert told - modules <= {*manifest["commands"], ASK}


def test_the_help_has_every_command_and_no_other(commands: dict[str, bool]) -> None:
    assert set(re.findall(r"\*:Routerd-([\w-]+)\*", HELP.read_text("utf-8"))) == set(commands)


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


def test_the_order_of_the_tiers_is_the_daemons_alone() -> None:
    """Only the generated list for completion names tiers; nothing else in a client tells one from another."""
    sources = [*(PLUGIN / "lua").rglob("*.lua"), *(EDITORS / "vscode" / "src").rglob("*.ts")]
    named = {path.name for path in sources if re.search(rf'"({"|".join(Tier)})"', path.read_text("utf-8"))}
    assert named <= {"manifest.lua", "manifest.ts"}


def test_money_is_put_into_words_by_the_daemon_alone() -> None:
    """No client rounds an amount or turns one into a number: it shows the daemon's ``price``."""
    for path in (*(PLUGIN / "lua").rglob("*.lua"), *(EDITORS / "vscode" / "src").rglob("*.ts")):
        text = path.read_text("utf-8")
        assert not re.search(r"toFixed|log10|%\.\d*f|[(.]cost\b|\$\$\{|[\"']\$[\"']", text), path.name


def test_a_setting_of_an_action_has_the_default_that_the_action_declares(manifest: dict[str, Any]) -> None:
    defaults = {setting["key"]: setting["default"] for setting in manifest["settings"]}
    for action in manifest["actions"]:
        assert defaults[f"actions.{action['name']}"] == (action["tier"] or "auto")


@pytest.mark.parametrize("client", ["vscode", "neovim"])
def test_no_client_downloads_a_program_by_a_name_that_nobody_owns(client: str) -> None:
    shipped = [path for path in (EDITORS / client).rglob("*") if path.suffix in {".ts", ".lua", ".json", ".md"}]
    runners = re.compile(r"\b(uvx|pipx|uv tool|npx)\b[^\n]{0,20}routerd|[\"'`](uvx|pipx|npx)[\"'`]")
    found = [path for path in shipped if "node_modules" not in path.parts and runners.search(path.read_text("utf-8"))]
    assert shipped
    assert found == []


@pytest.mark.parametrize("folder", ["vscode", "vscode/lint"])
def test_a_lock_names_each_package_by_its_hash_and_no_address(folder: str) -> None:
    lock = json.loads((EDITORS / folder / "package-lock.json").read_text("utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name and not one.get("link")}
    assert len(packages) > 10
    assert all(one.get("integrity", "").startswith("sha512-") for one in packages.values())
    assert not any("resolved" in one for one in packages.values())

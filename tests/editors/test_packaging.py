"""What is submitted to registries: made from the project's own files, and never with an address that nobody gave."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from routerd import __version__
from routerd.frontends.cli.manifest import CHECKOUT
from tests.e2e.neovim.editor import program

PACKAGING = CHECKOUT / "editors" / "packaging"
ADDRESS = "https://forge.example/someone/routerd"


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(PACKAGING))
    import release  # type: ignore[import-not-found]  # noqa: PLC0415  # a script beside the package

    module: ModuleType = release
    return module


@pytest.fixture
def lua(tmp_path: Path) -> Callable[[str, str], Any]:
    def run(text: str, script: str) -> Any:
        """What a script, which is given the path of a Lua file, writes as JSON."""
        (tmp_path / "file.lua").write_text(text, "utf-8")
        (tmp_path / "script.lua").write_text(script, "utf-8")
        command = [program(), "--headless", "--clean", "-l", str(tmp_path / "script.lua"), str(tmp_path / "file.lua")]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    return run


def test_the_check_of_a_release_fails_while_the_project_has_no_address(release: ModuleType) -> None:
    done = subprocess.run(
        [sys.executable, PACKAGING / "release.py", "check"], capture_output=True, text=True, check=False
    )
    told = "editors/packaging/repository.txt holds no address: write the project's there, https://…\n"
    assert (done.returncode, done.stderr) == ((0, "") if release.repository() else (1, told))
    assert release.problems(ADDRESS) == []
    assert len(release.problems("http://forge.example/x")) == 1


def test_no_file_of_the_project_invents_an_address(release: ModuleType) -> None:
    package = json.loads((CHECKOUT / "editors" / "vscode" / "package.json").read_text("utf-8"))
    assert {name: package.get(name) for name in ("repository", "bugs", "homepage")} == dict.fromkeys(
        ("repository", "bugs", "homepage")
    )
    made = json.loads(release.entries(ADDRESS)["vscode/package.json"])
    assert (made["repository"]["url"], made["bugs"]["url"], made["homepage"]) == (ADDRESS, f"{ADDRESS}/issues", ADDRESS)


def test_the_entry_for_mason_names_the_package_and_its_program(release: ModuleType) -> None:
    text = release.entries(ADDRESS)["mason/packages/routerd/package.yaml"]
    assert f"id: pkg:pypi/routerd@{__version__}\n" in text
    assert f"homepage: {ADDRESS}\n" in text
    assert "routerd: pypi:routerd\n" in text


def test_the_entry_for_nvim_lspconfig_starts_routerd_for_the_files_of_the_plugin(
    release: ModuleType, lua: Callable[[str, str], Any]
) -> None:
    script = (
        "local config = dofile(arg[1]) "
        "io.stdout:write(vim.json.encode({ config.cmd, config.filetypes, config.root_markers }))"
    )
    plugin = (CHECKOUT / "editors" / "neovim" / "lsp" / "routerd.lua").read_text("utf-8")
    assert lua(release.entries(ADDRESS)["nvim-lspconfig/lsp/routerd.lua"], script) == lua(plugin, script)


def test_the_rockspec_holds_every_module_of_the_plugin(release: ModuleType, lua: Callable[[str, str], Any]) -> None:
    text = release.entries(ADDRESS)[f"routerd.nvim-{__version__}-1.rockspec"]
    script = (
        "local env = {} local chunk = assert(loadfile(arg[1])) setfenv(chunk, env) chunk() "
        "io.stdout:write(vim.json.encode(env))"
    )
    spec = lua(text, script)
    plugin = CHECKOUT / "editors" / "neovim"
    modules = spec["build"]["modules"]
    assert sorted(modules.values()) == sorted(
        path.relative_to(plugin).as_posix() for path in (plugin / "lua").rglob("*.lua")
    )
    assert modules["routerd"] == "lua/routerd/init.lua"
    assert all((plugin / name).is_dir() for name in spec["build"]["copy_directories"])
    assert spec["version"] == f"{__version__}-1"


@pytest.mark.slow
def test_wheel_and_source_distribution_are_what_an_index_takes(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for name in ("routerd", "editors/packaging"):
        shutil.copytree(CHECKOUT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"):
        shutil.copy(CHECKOUT / name, checkout / name)
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path / "dist")]
    subprocess.run(build, cwd=checkout, check=True, capture_output=True)
    made = sorted((tmp_path / "dist").iterdir())
    assert sorted(path.suffix for path in made) == [".gz", ".whl"]
    checked = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *map(str, made)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    wheel = next(path for path in made if path.suffix == ".whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert f"routerd-{__version__}.data/data/share/man/man1/routerd.1" in names

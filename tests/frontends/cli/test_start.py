"""What a command imports before it works: nothing for the version and the completion, elsewhere only what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.home import FOLDERS

LIBRARIES = {
    "genai_prices", "httpx2", "keyring", "lsprotocol", "model2vec", "numpy", "openai", "pathspec", "pygls", "rich",
    "sqlite3", "tiktoken", "tomlkit", "tree_sitter", "typer", "watchfiles",
}  # fmt: skip
"""Whose import costs something that a person notices."""

OWN = {"__future__", "routerd", "routerd.frontends", "routerd.frontends.cli"}
COMPLETION = OWN | {"routerd.frontends.cli.completion", "routerd.frontends.cli.command_table"}
APP = {"typer", "rich", "sqlite3", "pathspec"}
"""What stands behind an open app: the ledger, and the ignore files of a project."""


def imports(tmp_path: Path, *words: str) -> set[str]:
    """Modules that a program imports, its own start included."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *words],
        cwd=tmp_path,
        env={**os.environ, **dict.fromkeys(FOLDERS, str(tmp_path))},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines[1:]}


@pytest.fixture
def bare(tmp_path: Path) -> set[str]:
    """What `python -m` of an empty program imports here, with whatever this environment adds to each start."""
    (tmp_path / "nothing.py").write_text("", "utf-8")
    return imports(tmp_path, "-m", "nothing")


@pytest.mark.parametrize("words", [["--version"], ["-V"], ["--stdio", "--version"]], ids=" ".join)
def test_the_version_imports_nothing(tmp_path: Path, bare: set[str], words: list[str]) -> None:
    assert imports(tmp_path, "-m", "routerd", *words) - bare <= {"__future__", "routerd"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("line", [[], ["--", "run", ""]], ids=["script", "answer"])
def test_completion_imports_its_table_and_no_library(
    tmp_path: Path, bare: set[str], shell: str, line: list[str]
) -> None:
    found = imports(tmp_path, "-m", "routerd", "completion", shell, *line) - bare
    assert found <= COMPLETION
    assert "routerd.frontends.cli.command_table" in found


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (["--help"], {"typer"}),
        (["--config", "x", "stats"], APP),
        (["config", "show"], {"typer", "rich"}),
        (["config", "check"], {"typer", "rich"}),
        (["serve", "--tcp", "nonsense"], {"typer", "rich"}),
        (["serve", "--log-level", "loud"], {"typer", "rich"}),
        (["stats"], APP),
        (["report"], APP),
        (["route", "add unit tests"], APP | {"numpy"}),
        (["estimate", "none.py"], APP),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_imports_only_the_libraries_that_it_needs(
    tmp_path: Path, bare: set[str], words: list[str], needed: set[str]
) -> None:
    found = {module.partition(".")[0] for module in imports(tmp_path, "-m", "routerd", *words) - bare}
    # typer brings rich for its help, whatever the command.
    assert (found & LIBRARIES) - needed <= {"rich"}
    assert "typer" in found

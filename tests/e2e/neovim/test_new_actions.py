"""Explain, fix and commit in Neovim: a document, a proposal for a diagnostic, and a commit's buffer."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import CODE
from tests.e2e.neovim.editor import Neovim
from tests.e2e.neovim.test_actions import REPLACES
from tests.loopback import InThread, Turn

pytestmark = pytest.mark.editor

DIAGNOSE = """
local space = vim.api.nvim_create_namespace("checker")
vim.diagnostic.set(space, 0, { { lnum = 3, col = 4, message = "'line' is never empty here", source = "checker" } })
"""


def prompt(upstream: InThread) -> str:
    return str(upstream.seen[-1].body["messages"][1]["content"])


def test_explain_opens_as_markdown_and_edits_nothing(nvim: Neovim, project: Path) -> None:
    assert nvim.run("explain")["status"] == "applied"
    assert nvim.text().startswith("It does one thing.")
    assert nvim.lua("return vim.bo.filetype") == "markdown"
    assert (project / "labels.py").read_bytes() == CODE.encode()


def test_fix_asks_about_the_diagnostic_at_the_cursor_and_is_looked_at_first(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(reply=REPLACES))
    nvim.lua(DIAGNOSE)
    outcome = nvim.run("fix")
    assert outcome["status"] == "proposed"
    assert "- line 4: 'line' is never empty here (checker)" in prompt(upstream)
    nvim.ex("Routerd accept")
    assert 'raise ValueError("there is no name")' in nvim.text()


def test_fix_without_a_diagnostic_asks_for_words(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(reply=REPLACES))
    nvim.ex("Routerd fix")
    nvim.lua('vim.api.nvim_input("no name is no error<CR>")')
    assert nvim.outcome(1)["status"] == "proposed"
    assert "no name is no error" in prompt(upstream)
    nvim.ex("Routerd discard")


def test_the_menu_offers_fix_where_a_client_names_a_diagnostic_and_nowhere_else(
    nvim: Neovim, upstream: InThread
) -> None:
    titles = """
        vim.ui.select = function(items, options)
          Titles = vim.tbl_map(function(item) return options.format_item(item) end, items)
        end
        Titles = nil
        vim.lsp.buf.code_action({ context = { diagnostics = vim.json.decode(...) } })"""
    nvim.lua(titles, "[]")
    assert not [title for title in nvim.wait("Titles") if title.startswith("Fix")]
    at = {"line": 3, "character": 4}
    diagnostic = {"range": {"start": at, "end": at}, "message": "is never empty", "source": "checker"}
    nvim.lua(titles, json.dumps([diagnostic]))
    assert any(title.startswith("Fix `parse_header` · logic → test-model · ≈ $0.0") for title in nvim.wait("Titles"))
    assert not upstream.seen
    upstream.then(Turn(reply=REPLACES))
    nvim.lua(
        "vim.lsp.buf.code_action({ apply = true, context = { diagnostics = vim.json.decode(...) }, "
        'filter = function(action) return action.kind == "quickfix.routerd.fix" end })',
        json.dumps([diagnostic]),
    )
    assert nvim.outcome(1)["status"] == "proposed"
    assert "- line 4: is never empty (checker)" in prompt(upstream)
    nvim.ex("Routerd discard")


@pytest.fixture
def repository(project: Path) -> Iterator[Path]:
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    subprocess.run(["git", "add", "labels.py"], cwd=project, check=True)
    yield project
    subprocess.run(["rm", "-rf", str(project / ".git")], check=True)


def test_commit_opens_the_message_in_a_buffer_of_its_own(nvim: Neovim, repository: Path, upstream: InThread) -> None:
    assert nvim.run("commit")["status"] == "applied"
    assert nvim.text() == "Say what the change does\n\nThe reason stands here."
    assert nvim.lua("return vim.bo.filetype") == "gitcommit"
    assert "+def parse_header" in prompt(upstream)


def test_commit_writes_into_the_buffer_that_git_opened(nvim: Neovim, repository: Path) -> None:
    message = repository / ".git" / "COMMIT_EDITMSG"
    message.write_text("\n# Please enter the commit message\n")
    nvim.lua("vim.cmd.edit(...) vim.bo.filetype = 'gitcommit'", str(message))
    assert nvim.run("commit")["status"] == "applied"
    assert nvim.text() == "Say what the change does\n\nThe reason stands here.\n\n# Please enter the commit message"


def test_commit_with_nothing_staged_says_what_to_do(nvim: Neovim, project: Path, upstream: InThread) -> None:
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    try:
        nvim.ex("Routerd commit")
        nvim.wait('vim.iter(Seen.messages):any(function(m) return m:find("Nothing is staged", 1, true) ~= nil end)')
    finally:
        subprocess.run(["rm", "-rf", str(project / ".git")], check=True)
    assert not upstream.seen

"""`:Routerd changes`: the findings of all changed files stand in a quickfix list."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import new_env
from tests.e2e.neovim.editor import Neovim
from tests.e2e.test_review_changes import FAULTY, git

pytestmark = pytest.mark.editor

LISTED = (
    "vim.iter(vim.fn.getqflist()):map(function(item) "
    'return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(item.bufnr), ":t") end):totable()'
)


def test_the_findings_of_all_changed_files_stand_in_a_quickfix_list(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    for name in ("a", "b"):
        (root / f"{name}.py").write_text(f"def {name}():\n    return 1\n")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "as it was")
    for name in ("a", "b"):
        (root / f"{name}.py").write_text(FAULTY.format(name=name))
    with Neovim(new_env(tmp_path), root) as nvim:
        nvim.open(root / "a.py")
        nvim.ex("Routerd changes")
        nvim.wait("#vim.fn.getqflist() == 2")
        assert sorted(nvim.lua(f"return {LISTED}")) == ["a.py", "b.py"]
        title = nvim.lua("return vim.fn.getqflist({ title = 1 }).title")
        assert title == "routerd: review of the changes"

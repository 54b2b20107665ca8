"""Two real Neovims over their relays on one daemon: each with its own file and prices."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import CODE
from tests.e2e.daemon.user import User, until
from tests.e2e.neovim.editor import Neovim
from tests.posix import kill

pytestmark = pytest.mark.editor

RELAYED = f'vim.lsp.config("routerd", {{ cmd = {{ {json.dumps(sys.executable)}, "-m", "routerd" }} }})'


def test_two_neovims_have_one_daemon_which_outlives_both(user: User, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "second"
    other.mkdir()
    (other / "second.py").write_text(CODE, "utf-8")
    with Neovim(user.env, project, RELAYED) as one, Neovim(user.env, other, RELAYED) as two:
        one.open(project / "labels.py")
        two.open(other / "second.py")
        daemon = user.daemon
        assert user.status()["sessions"] == 2
        for nvim in (one, two):
            nvim.cursor(4, 6)
            nvim.run("document")
            assert "built-in" in json.dumps(nvim.lua("return Seen.outcomes"))
    until(lambda: user.status()["sessions"] == 0)
    assert user.daemon == daemon


def test_neovim_has_another_daemon_by_itself_when_its_own_was_killed(user: User, project: Path) -> None:
    with Neovim(user.env, project, RELAYED) as nvim:
        nvim.open(project / "labels.py")
        for _ in range(2):
            killed = user.daemon
            kill(killed)
            until(lambda gone=killed: user.daemons() not in ([], [gone]))  # type: ignore[misc]  # bound now
            nvim.wait('#vim.lsp.get_clients({ bufnr = 0 }) == 1 and require("routerd").statusline() ~= ""')
        nvim.cursor(4, 6)
        nvim.run("document")
        assert "built-in" in json.dumps(nvim.lua("return Seen.outcomes"))

"""Code lenses in Neovim: off until a setting turns them on, priced, run from their line, and fresh after a change.

What stands behind a line is looked at in 0.11 only: 0.12 draws lenses anew with each screen, and here is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import brain
from tests.e2e.conftest import new_env, new_project, with_upstream
from tests.e2e.neovim.editor import VERSIONS, Neovim, version
from tests.e2e.neovim.test_session import OTHER
from tests.loopback import InThread, Upstream

pytestmark = pytest.mark.editor

ON = 'vim.lsp.config("routerd", { settings = { routerd = { code_lens = true } } })'
SHOWN = """(function()
  local client = vim.lsp.get_clients({ name = "routerd" })[1]
  local space = vim.api.nvim_create_namespace("nvim.lsp.codelens:" .. (client and client.id or 0))
  local found = vim.empty_dict()
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })) do
    local words = vim.tbl_map(function(chunk) return chunk[1] end, mark[4].virt_text)
    found[tostring(mark[2] + 1)] = table.concat(words)
  end
  return next(found) and found
end)()"""
"""The words that stand behind the lines of the buffer, by line from 1."""


@pytest.fixture
def upstream() -> Iterator[InThread]:
    with InThread(Upstream(reply=brain.reply)) as running:
        yield running


def neovim(folder: Path, upstream: InThread, init: str = "", binary: str | None = None) -> Neovim:
    return Neovim(with_upstream(new_env(folder), upstream.base_url), new_project(folder), init, binary)


def test_a_lens_shows_its_price_runs_its_action_and_goes_when_the_function_is_documented(
    tmp_path: Path, upstream: InThread
) -> None:
    with neovim(tmp_path, upstream, ON) as nvim:
        nvim.open(tmp_path / "project" / "labels.py")
        shown = nvim.wait(SHOWN)
        assert set(shown) == {"4", "14"}, "what has no documentation"
        assert shown["4"].startswith("Document `parse_header` · utility → test-model · ≈ $0.0")
        assert upstream.seen == [], "a lens asks no model"
        nvim.cursor(4, 0)
        nvim.lua("vim.lsp.codelens.run()")
        outcome = nvim.outcome(1)
        assert outcome["status"] == "applied", outcome["message"]
        assert "Do what parse_header does." in nvim.text()
        shown = nvim.wait(f"(function() local shown = {SHOWN} return not shown['4'] and shown end)()")
        assert set(shown) == {"15"}
        nvim.ex("undo")
        nvim.wait(f"({SHOWN} or {{}})['4']")


def test_a_lens_runs_at_once_after_lines_came_in_above_it(tmp_path: Path, upstream: InThread) -> None:
    with neovim(tmp_path, upstream, ON) as nvim:
        nvim.open(tmp_path / "project" / "labels.py")
        nvim.wait(SHOWN)
        nvim.ex("call append(0, ['# one', '# two'])")
        shown = nvim.wait(f"(function() local shown = {SHOWN} return shown['6'] and shown end)()")
        assert "parse_header" in shown["6"]
        nvim.wait("vim.iter(vim.lsp.codelens.get(0)):any(function(lens) return lens.range.start.line == 5 end)")
        nvim.cursor(6, 0)
        nvim.lua("vim.lsp.codelens.run()")
        assert nvim.outcome(1)["status"] == "applied"
        lines = nvim.text().split("\n")
        assert lines[5].startswith("def parse_header")
        assert lines[6] == '    """Do what parse_header does."""'


def test_only_what_is_in_view_is_priced_and_the_rest_when_it_comes_into_view(
    tmp_path: Path, upstream: InThread
) -> None:
    with neovim(tmp_path, upstream, ON) as nvim:
        path = tmp_path / "project" / "long.py"
        path.write_text("".join(f"def f{number}(a):\n    return a\n" for number in range(500)), "utf-8")
        nvim.open(path)
        shown = nvim.wait(SHOWN)
        assert "`f0`" in shown["1"]
        assert len(shown) < 100
        nvim.keys("G")
        nvim.lua("vim.cmd.redraw()")
        shown = nvim.wait(f"(function() local shown = {SHOWN} return shown['999'] and shown end)()")
        assert "`f499`" in shown["999"]
        assert len(shown) < 200


def test_there_is_no_lens_until_the_setting_is_on_and_it_works_from_then_on(tmp_path: Path, upstream: InThread) -> None:
    with neovim(tmp_path, upstream) as nvim:
        nvim.open(tmp_path / "project" / "labels.py")
        assert nvim.lua('return vim.lsp.buf_request_sync(0, "textDocument/codeLens", ...)[1].result', uri(nvim)) == []
        assert nvim.lua(f"return {SHOWN}") is None
        (tmp_path / "project" / ".routerd.toml").write_text("code_lens = true\n", "utf-8")
        nvim.ex("Routerd reload")
        assert "parse_header" in nvim.wait(SHOWN)["4"]
        (tmp_path / "project" / ".routerd.toml").unlink()
        nvim.ex("Routerd reload")
        nvim.wait(f"not {SHOWN}")


@pytest.mark.parametrize("end", ['vim.lsp.get_clients({ name = "routerd" })[1]:stop()', 'vim.cmd("bwipeout!")'])
@pytest.mark.parametrize("name", VERSIONS)
def test_a_server_or_a_buffer_that_ends_right_after_a_change_leaves_nothing_behind_that_fails(
    tmp_path: Path, upstream: InThread, name: str, end: str
) -> None:
    with neovim(tmp_path, upstream, ON, version(name)) as nvim:
        nvim.open(tmp_path / "project" / "labels.py")
        nvim.wait("#vim.lsp.codelens.get(vim.fn.has('nvim-0.12') == 1 and { bufnr = 0 } or 0) == 2")
        nvim.lua(f'vim.fn.append(0, "# a line") {end} vim.wait(500, function() return false end)')
        assert nvim.lua("return vim.v.errmsg") == ""


def test_the_lenses_of_other_servers_are_not_turned_on(tmp_path: Path, upstream: InThread) -> None:
    asked = OTHER.replace("local replies", 'Asked = (Asked or "") .. method local replies')
    asked = asked.replace("hoverProvider = true", "codeLensProvider = {}")
    with neovim(tmp_path, upstream, f'{ON} {asked} vim.lsp.enable("other")') as nvim:
        nvim.open(tmp_path / "project" / "labels.py")
        nvim.wait(SHOWN)
        assert "initialize" in nvim.lua("return Asked")
        assert "codeLens" not in nvim.lua("return Asked")


def uri(nvim: Neovim) -> object:
    return {"textDocument": {"uri": nvim.lua("return vim.uri_from_bufnr(0)")}}

"""Hover, menu and lens in Neovim are off where a folder's file says so, for all, a language or a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.neovim.editor import Neovim
from tests.e2e.neovim.test_actions import FLOAT

pytestmark = pytest.mark.editor

SHOWN = """(function()
  local document = { uri = vim.uri_from_bufnr(0) }
  local at = { line = 3, character = 6 }
  local range = { start = at, ["end"] = at }
  local asked = {
    hover = { "textDocument/hover", { textDocument = document, position = at } },
    lens = { "textDocument/codeLens", { textDocument = document } },
    menu = { "textDocument/codeAction", { textDocument = document, range = range, context = { diagnostics = {} } } },
  }
  local found = {}
  for name, one in pairs(asked) do
    local _, first = next(vim.lsp.buf_request_sync(0, one[1], one[2]) or {})
    if first and first.result and not vim.tbl_isempty(first.result) then
      table.insert(found, name)
    end
  end
  table.sort(found)
  return table.concat(found, " ")
end)()"""


@pytest.fixture
def settings(project: Path) -> Iterator[Path]:
    path = project / ".routerd.toml"
    yield path
    path.unlink()


@pytest.mark.parametrize(
    ("offers", "shown"),
    [
        ("", "hover lens menu"),
        ("hover = false", "lens menu"),
        ("menu = false", "hover lens"),
        ('off_languages = ["python"]', ""),
        ('off_languages = ["go"]', "hover lens menu"),
        ('off_folders = ["parts"]', ""),
        ('off_folders = ["part"]', "hover lens menu"),
    ],
)
def test_each_is_off_where_the_folder_says_so(nvim: Neovim, settings: Path, offers: str, shown: str) -> None:
    (settings.parent / "parts").mkdir(exist_ok=True)
    (settings.parent / "parts" / "labels.py").write_bytes((settings.parent / "labels.py").read_bytes())
    nvim.open(settings.parent / "parts" / "labels.py")
    settings.write_text(f"code_lens = true\n[offers]\n{offers}\n", "utf-8")
    nvim.ex("Routerd reload")
    nvim.wait(f"{SHOWN} == ...", shown)
    if "hover" not in shown:
        nvim.cursor(4, 6)
        nvim.lua("vim.lsp.buf.hover()")
        nvim.wait(
            "vim.iter(Seen.messages):any(function(m) return m:find('No information available', 1, true) ~= nil end)"
        )
        assert nvim.lua(f"return {FLOAT}") is None
    assert nvim.run("document")["status"] == "applied", "by its name it runs everywhere"

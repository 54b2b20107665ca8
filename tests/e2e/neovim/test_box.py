"""The box at the cursor: the price of the words as they are typed, mentions, a history, and a refined answer."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import CODE
from tests.e2e.neovim.editor import Neovim
from tests.e2e.neovim.test_inline import NAME, SHOWN, block, proposed
from tests.loopback import InThread, Turn

pytestmark = pytest.mark.editor

FOOTER = """(function()
  local config = vim.api.nvim_win_get_config(0)
  return config.relative ~= "" and config.footer[1][1] or ""
end)()"""


def typed(nvim: Neovim, keys: str) -> None:
    nvim.lua("vim.api.nvim_input(...)", keys)


def test_the_price_changes_with_the_words_and_enter_sends_them(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(reply=NAME))
    nvim.ex("Routerd ask")
    typed(nvim, "whole")
    first = nvim.wait(f"{FOOTER}:match('utility → .- · ≈ %$[%d.]+') or {FOOTER}:match('→ .- · ≈ %$[%d.]+')")
    typed(nvim, " sentences, as in @")
    nvim.wait("vim.fn.pumvisible() == 1")
    typed(nvim, "Lab")
    nvim.wait("vim.fn.pumvisible() == 1 and vim.api.nvim_get_current_line():find('@Lab', 1, true) ~= nil")
    typed(nvim, "<C-y>")
    nvim.wait("vim.api.nvim_get_current_line():find('@Label', 1, true) ~= nil")
    nvim.wait(f"{FOOTER}:match('≈ %$[%d.]+') ~= nil and {FOOTER}:match('≈ %$[%d.]+') ~= ...", first.split("· ")[-1])
    assert upstream.seen == []
    typed(nvim, "<CR>")
    assert nvim.outcome(1)["status"] == "proposed"
    assert "mentioned as @Label" in str(upstream.seen[0].body["messages"][1]["content"])
    assert nvim.lua("return #vim.api.nvim_tabpage_list_wins(0)") == 1


def test_the_price_changes_with_the_selection(nvim: Neovim, upstream: InThread) -> None:
    price, seen = f"{FOOTER}:match('≈ %$[%d.]+')", ""
    for command in ("Routerd ask", "2,15Routerd ask", "4,5Routerd ask"):
        nvim.ex(command)
        typed(nvim, "why is it slow")
        seen = nvim.wait(f"{price} ~= nil and {price} ~= ... and {price}", seen)
        typed(nvim, "<Esc>")
        nvim.wait("vim.fn.mode() == 'n'")
        typed(nvim, "<Esc>")
        nvim.wait("#vim.api.nvim_tabpage_list_wins(0) == 1")
    assert upstream.seen == []


def test_the_menu_has_an_entry_with_a_price_that_opens_the_box(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(reply=NAME))
    nvim.lua(
        "vim.lsp.buf.code_action({ apply = true, filter = function(action) Title = action.title "
        'return action.kind == "refactor.rewrite.routerd.ask" end })'
    )
    nvim.wait("vim.api.nvim_win_get_config(0).relative ~= ''")
    assert nvim.lua("return Title").startswith("Ask about `parse_header`… · logic → test-model · ≈ $0.0")
    typed(nvim, "whole sentences")
    nvim.wait(f"{FOOTER}:match('≈ %$[%d.]+')")
    typed(nvim, "<CR>")
    assert nvim.outcome(1)["status"] == "proposed"
    assert "whole sentences" in str(upstream.seen[0].body["messages"][1]["content"])


def test_a_box_that_is_left_sends_nothing_and_what_was_sent_comes_back_with_up(
    nvim: Neovim, upstream: InThread
) -> None:
    nvim.ex("Routerd ask")
    typed(nvim, "say nothing<Esc>")
    nvim.wait("vim.fn.mode() == 'n'")
    typed(nvim, "<Esc>")
    nvim.wait("#vim.api.nvim_tabpage_list_wins(0) == 1")
    assert upstream.seen == []
    proposed(nvim, upstream, NAME)
    nvim.keys("gX")
    nvim.ex("Routerd ask")
    typed(nvim, "something, at last<CR>")
    nvim.outcome(2)
    nvim.ex("Routerd ask")
    typed(nvim, "<Up>")
    nvim.wait("vim.api.nvim_get_current_line() == 'something, at last'")
    typed(nvim, "<Esc>")
    nvim.wait("vim.fn.mode() == 'n'")
    typed(nvim, "<Esc>")
    nvim.wait("vim.api.nvim_win_get_config(0).relative == ''")


def test_a_proposal_is_refined_in_its_own_conversation(nvim: Neovim, upstream: InThread) -> None:
    proposed(nvim, upstream, NAME)
    upstream.then(Turn(reply=block('        raise ValueError("no name")', '        raise ValueError("nameless")')))
    nvim.ex("Routerd refine one word")
    assert nvim.outcome(2)["status"] == "proposed"
    roles = [message["role"] for message in upstream.seen[1].body["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
    assert upstream.seen[1].body["messages"][:2] == upstream.seen[0].body["messages"]
    assert len([one for one in nvim.lua(f"return {SHOWN}") if one["lines"]]) == 1
    nvim.keys("gA")
    assert nvim.text() == CODE.rstrip("\n").replace("no name", "nameless")

"""Each action in Neovim, from what the menu says to what undo takes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import CODE
from tests.e2e.neovim.editor import Neovim
from tests.loopback import InThread, Turn

pytestmark = pytest.mark.editor

REPLACES = (
    '<<<<<<< SEARCH\n        raise ValueError("no name")\n=======\n'
    '        raise ValueError("there is no name")\n>>>>>>> REPLACE'
)

FLOAT = """(function()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\\n")
    end
  end
end)()"""


def test_hover_shows_prices_on_a_name_and_the_menu_shows_them_in_its_titles(nvim: Neovim) -> None:
    nvim.lua("vim.lsp.buf.hover()")
    shown = nvim.wait(FLOAT)
    rows = [line.ljust(76) for line in shown.split("\n") if "|" in line]
    assert max(map(len, rows)) == 76
    assert [row.split()[0] for row in rows[2:]] == ["document", "test", "review", "design", "explain", "ask"]
    assert len({tuple(position for position, char in enumerate(row) if char == "|") for row in rows}) == 1, (
        "it is aligned"
    )
    assert "$0.0" in shown
    assert "spent today" in shown

    nvim.lua(
        "vim.ui.select = function(items, options) "
        "Titles = vim.tbl_map(function(item) return options.format_item(item) end, items) end "
        "vim.lsp.buf.code_action()"
    )
    titles = nvim.wait("Titles")
    assert [title.split()[0] for title in titles] == ["Document", "Generate", "Review", "Design", "Explain", "Ask"]
    assert "`parse_header` · utility → test-model · ≈ $0.0" in titles[0]


def test_document_from_the_menu_is_applied_and_one_undo_takes_it_back(nvim: Neovim, upstream: InThread) -> None:
    nvim.lua(
        "vim.lsp.buf.code_action({ apply = true, filter = function(action) "
        'return action.kind == "refactor.rewrite.routerd.document" end })'
    )
    outcome = nvim.outcome(1)
    assert outcome["status"] == "applied"
    assert '    """Do what parse_header does."""\n' in nvim.text()
    assert len(upstream.seen) == 1
    kinds = [value["kind"] for value in nvim.lua("return Seen.progress")]
    assert kinds[0] == "begin"
    assert kinds[-1] == "end"
    nvim.ex("undo")
    assert nvim.text() + "\n" == CODE
    nvim.ex("redo")
    assert "Do what parse_header does." in nvim.text()


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("refactor.rewrite.routerd.document", '    """Do what parse_header does."""'),
        ("refactor.rewrite.routerd.test", "def test_parse_header_needs_its_arguments"),
        ("source.routerd.review", "def parse_header"),
        ("source.routerd.design", "## "),
    ],
)
def test_each_entry_of_the_menu_runs_its_action(nvim: Neovim, kind: str, shown: str) -> None:
    nvim.lua(
        "Kind = ... vim.lsp.buf.code_action({ apply = true, filter = function(a) return a.kind == Kind end })", kind
    )
    assert nvim.outcome(1)["status"] == "applied"
    assert shown in nvim.text()
    assert (nvim.lua("return #vim.diagnostic.get(0)") > 0) == kind.endswith("review")


@pytest.mark.parametrize("keys", ["<Plug>(routerd-review)", "jV<Plug>(routerd-review)", ":Rou review<CR>"])
def test_a_plug_map_or_a_short_name_does_as_the_command(nvim: Neovim, upstream: InThread, keys: str) -> None:
    nvim.keys(keys)
    assert nvim.outcome(1)["status"] == "applied"
    assert ("raise ValueError" in prompt(upstream)) == ("V" not in keys), "a selection is what is asked about"


def test_a_range_of_all_lines_is_the_file(nvim: Neovim, upstream: InThread) -> None:
    nvim.ex("%Routerd review")
    assert nvim.outcome(1)["status"] == "applied"
    assert 'return "x" * width' in prompt(upstream)


def prompt(upstream: InThread) -> str:
    """What was asked about: the part of the question from `Target` on."""
    return str(upstream.seen[-1].body["messages"][1]["content"]).partition("Target, ")[2]


def test_an_edit_that_arrives_while_the_user_types_is_undone_by_itself(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(chunk_chars=8, delay_s=0.1))
    nvim.ex("Routerd document")
    nvim.lua('vim.cmd("$") vim.api.nvim_input("oz = 1")')
    assert nvim.outcome(1)["status"] == "applied"
    assert nvim.lua("return vim.fn.mode()") == "i"
    nvim.lua('vim.api.nvim_input(" + 2<Esc>")')
    nvim.wait('vim.fn.mode() == "n"')
    assert nvim.text().endswith("z = 1 + 2")
    nvim.ex("undo")
    assert nvim.text().endswith("z = 1")
    assert "Do what parse_header does." in nvim.text()
    nvim.ex("undo")
    assert "Do what parse_header does." not in nvim.text()
    assert nvim.text().endswith("z = 1")


def test_tests_go_into_a_new_file_that_opens_beside_the_source(nvim: Neovim, project: Path) -> None:
    outcome = nvim.run("test")
    assert outcome["status"] == "applied"
    assert nvim.lua("return #vim.api.nvim_tabpage_list_wins(0)") == 2
    assert "from labels import parse_header" in nvim.text()
    path = Path(nvim.lua("return vim.api.nvim_buf_get_name(0)"))
    nvim.ex("write")
    written = path.read_text("utf-8")
    assert "def test_parse_header_needs_its_arguments" in written
    assert written.endswith("\n")
    assert not written.endswith("\n\n"), "the last line break of the file is no line of its own"
    assert path.is_relative_to(project)
    assert (project / "labels.py").read_bytes() == CODE.encode()


def test_findings_of_a_review_are_diagnostics_until_they_are_cleared(nvim: Neovim) -> None:
    assert nvim.run("review")["status"] == "applied"
    found = nvim.wait("vim.diagnostic.get(0)[1]")
    assert found["message"].startswith("Look here again")
    assert found["source"] == "routerd"
    (listed,) = nvim.lua("return vim.fn.getloclist(0)")
    assert (listed["text"], listed["lnum"]) == (found["message"], found["lnum"] + 1)
    assert nvim.messages[-1].endswith(":lopen lists them.")
    assert nvim.lua("return #vim.api.nvim_tabpage_list_wins(0)") == 1, "it is opened on request"
    nvim.ex("lopen")
    assert "Look here again" in nvim.text()
    nvim.ex("lclose")
    nvim.ex("Routerd clear")
    nvim.wait("#vim.diagnostic.get(0) == 0")


def test_a_design_opens_as_markdown(nvim: Neovim) -> None:
    assert nvim.run("design")["status"] == "applied"
    assert nvim.text().startswith("## ")
    assert nvim.lua("return vim.bo.filetype") == "markdown"


def test_an_answer_in_words_opens_beside_the_file_and_changes_nothing(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(reply="It splits at the first separator.\n\nEverything after it is the value."))
    outcome = nvim.run("ask what does this do?")
    assert outcome["status"] == "applied"
    assert "splits at the first separator" in nvim.text()
    nvim.ex("buffer labels.py")
    assert nvim.text() + "\n" == CODE


def test_a_rewrite_is_a_diff_first_and_is_applied_when_it_is_accepted(nvim: Neovim, upstream: InThread) -> None:
    nvim.lua("vim.g.routerd = { preview = 'split' }")
    upstream.then(Turn(reply=REPLACES), Turn(reply=REPLACES), Turn(reply=REPLACES))
    assert nvim.run("ask say it in whole sentences")["status"] == "proposed"
    assert "there is no name" in nvim.text(), "the proposal is beside the file"
    assert nvim.lua("return vim.wo.diff")
    nvim.ex("Routerd discard")
    assert nvim.lua("return #vim.api.nvim_tabpage_list_wins(0)") == 1
    assert not nvim.lua("return vim.wo.diff")
    assert nvim.text() + "\n" == CODE

    nvim.run("ask say it in full sentences")
    nvim.ex("wincmd p | call append(0, '# typed while the diff is looked at') | Routerd accept")
    assert "there is no name" in nvim.text()
    assert nvim.text().startswith("# typed while")
    nvim.ex("undo")
    assert "there is no name" not in nvim.text()
    assert nvim.text().startswith("# typed while")

    nvim.run("ask say it in good sentences")
    nvim.ex("wincmd p | %s/no name/no such name/ | Routerd accept")
    assert "there is no name" not in nvim.text(), "the very line was changed"
    assert "not applied" in nvim.messages[-1]
    assert nvim.lua("return #vim.api.nvim_tabpage_list_wins(0)") == 2, "what was paid for stays"


def test_a_proposal_can_be_asked_for_again_one_tier_up_until_there_is_none(nvim: Neovim, upstream: InThread) -> None:
    nvim.lua("vim.g.routerd = { preview = 'split' }")
    tiers = ("speed", "utility", "logic", "architect")
    upstream.then(*(Turn(reply=REPLACES) for _ in tiers))
    assert nvim.run("ask tier=speed say it in whole sentences")["tier"] == "speed"
    for number, tier in enumerate(tiers[1:], 2):
        assert "retry" in nvim.lua("return vim.wo.winbar")
        nvim.ex("Routerd retry")
        outcome = nvim.outcome(number)
        assert (outcome["tier"], outcome["status"]) == (tier, "proposed")
        assert "there is no name" in nvim.text()
        assert nvim.lua("return #vim.api.nvim_tabpage_list_wins(0)") == 2, "the earlier proposal is gone"
    assert "retry" not in nvim.lua("return vim.wo.winbar")
    nvim.ex("Routerd retry")
    assert "there is no tier above" in nvim.messages[-1]
    assert "there is no name" in nvim.text(), "what was paid for stays"
    assert len(upstream.seen) == len(tiers)


def test_a_proposal_of_a_named_model_is_asked_for_again_of_another_tier(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(reply=REPLACES), Turn(reply=REPLACES))
    first = nvim.run("ask tier=speed model=local/other-model say it in whole sentences")
    assert first["model"] == "local/other-model"
    nvim.ex("Routerd retry")
    assert nvim.outcome(2)["model"] == "local/test-model"
    assert [sent.body["model"] for sent in upstream.seen] == ["other-model", "test-model"]


def test_what_is_documented_is_rewritten_only_with_a_bang_and_seen_first(nvim: Neovim) -> None:
    nvim.cursor(11, 6)
    outcome = nvim.run("document")
    assert outcome["status"] == "refused"
    assert "documented already" in outcome["message"]
    nvim.ex("Routerd! document")
    assert nvim.outcome(2)["status"] == "proposed"
    nvim.ex("Routerd accept")
    assert "Do what Label" in nvim.text()


def test_a_range_is_the_selection_and_words_are_asked_for(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(reply="```python\n        raise ValueError('empty name')\n```"))
    nvim.keys("7GV:Routerd ask<CR>")
    nvim.lua('vim.api.nvim_input("use other words<CR>")')
    assert nvim.outcome(1)["status"] == "proposed"
    nvim.ex("Routerd accept")
    assert "raise ValueError('empty name')" in nvim.text()


def test_lua_runs_an_action_on_lines_and_without_a_preview_where_the_user_wants_none(
    nvim: Neovim, upstream: InThread
) -> None:
    upstream.then(Turn(reply=REPLACES))
    nvim.lua("vim.g.routerd = { apply = 'direct', notify = false }")
    nvim.lua('require("routerd").run("ask", { instruction = "say it in whole sentences", lines = { 6, 7 } })')
    assert nvim.outcome(1)["status"] == "applied"
    assert "there is no name" in nvim.text()
    assert nvim.messages == []
    nvim.lua("vim.g.routerd = nil")


@pytest.mark.parametrize("apply", ["direct", "preview"])
def test_an_insertion_into_a_file_that_was_not_asked_about_is_always_shown_first(
    nvim: Neovim, upstream: InThread, apply: str
) -> None:
    other = Path(nvim.lua("return vim.fn.expand('%:p:h')")) / "package.json"
    other.write_text("{\n}\n", "utf-8")
    hunk = '<<<<<<< SEARCH\n{\n=======\n{\n  "scripts": {"postinstall": "x"}\n>>>>>>> REPLACE'
    upstream.then(Turn(reply=f"package.json\n{hunk}"))
    nvim.lua(f"vim.g.routerd = {{ apply = '{apply}' }}")
    nvim.lua('require("routerd").run("ask", { instruction = "say it in whole sentences", lines = { 6, 7 } })')
    assert nvim.outcome(1)["status"] == "proposed"
    assert other.read_text("utf-8") == "{\n}\n"
    assert "settings that other programs act on" in nvim.messages[-1]
    nvim.lua("vim.g.routerd = nil")


def test_cancel_with_a_bang_reaches_the_jobs_of_other_buffers(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(chunk_chars=1, delay_s=0.2))
    nvim.ex("Routerd document")
    upstream.wait_for(lambda server: bool(server.seen and server.seen[0].pieces_sent))
    nvim.ex("enew | Routerd cancel")
    assert "nothing is running here" in nvim.messages[-1]
    nvim.ex("Routerd! cancel")
    upstream.wait_for(lambda server: server.seen[0].disconnected_at is not None)
    assert nvim.outcome(1)["status"] == "cancelled"


def test_cancel_closes_the_connection_in_the_middle_of_an_answer(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(chunk_chars=1, delay_s=0.2))
    nvim.ex("Routerd document")
    upstream.wait_for(lambda server: bool(server.seen and server.seen[0].pieces_sent))
    assert "1 running" in nvim.wait('require("routerd").statusline():match(".*running")')
    nvim.ex("Routerd cancel")
    upstream.wait_for(lambda server: server.seen[0].disconnected_at is not None)
    outcome = nvim.outcome(1)
    assert outcome["status"] == "cancelled"
    assert [attempt["status"] for attempt in outcome["attempts"]] == ["cancelled"]
    assert nvim.text() + "\n" == CODE
    nvim.wait('not require("routerd").statusline():match("running")')


PROGRESS = """(function()
  local space = vim.api.nvim_create_namespace("routerd.progress")
  local mark = vim.api.nvim_buf_get_extmarks(vim.fn.bufnr("labels.py"), space, 0, -1, { details = true })[1]
  return mark and { line = mark[2] + 1, words = mark[4].virt_text[1][1] }
end)()"""


def test_while_an_action_runs_its_progress_stands_behind_the_target_and_says_how_to_cancel_it(
    nvim: Neovim, upstream: InThread
) -> None:
    upstream.then(Turn(chunk_chars=1, delay_s=0.2))
    nvim.ex("Routerd document")
    first = nvim.lua(f"return {PROGRESS}")  # the first stage, or the one after it on a busy machine
    assert first["line"] == 4
    assert first["words"].startswith("  routerd: ")
    assert first["words"].endswith(" · :Routerd cancel")
    nvim.wait(f'{PROGRESS}.words:match("asking test%-model · %d+ tokens · ≈ %$0%.%d+ · %d+ s · :Routerd cancel")')
    nvim.ex("call append(0, '# a line above')")
    nvim.wait(f"{PROGRESS}.line == 5")
    nvim.ex("Routerd cancel")
    assert nvim.outcome(1)["status"] == "cancelled"
    assert nvim.lua(f"return {PROGRESS}") is None


def test_progress_is_gone_after_an_action_and_never_shown_to_one_who_does_not_want_it(nvim: Neovim) -> None:
    nvim.run("document")
    assert nvim.lua(f"return {PROGRESS}") is None
    nvim.lua("vim.g.routerd = { progress = false }")
    nvim.ex("Routerd review")
    assert nvim.lua(f"return {PROGRESS}") is None
    assert nvim.outcome(2)["status"] == "applied"
    nvim.lua("vim.g.routerd = nil")

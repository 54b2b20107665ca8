"""Odd moments: no program, no file, windows that come and go, and answers that come while the user is busy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import CODE, new_env, new_project, with_upstream
from tests.e2e.neovim.editor import Neovim
from tests.e2e.neovim.test_actions import REPLACES
from tests.loopback import InThread, Turn, hang_mid_stream

pytestmark = pytest.mark.editor

WINDOWS = "#vim.api.nvim_tabpage_list_wins(0)"
SLOWLY = Turn(reply=REPLACES, chunk_chars=20, delay_s=0.1)


@pytest.mark.parametrize(
    ("init", "path", "said"),
    [
        ('vim.lsp.config("routerd", { cmd = { "no-such-program" } })', "labels.py", "no program `no-such-program`"),
        ('vim.lsp.config("routerd", { filetypes = { "lua" } })', "labels.py", "type 'python' are not among"),
        ('vim.schedule(function() vim.lsp.enable("routerd", false) end)', "labels.py", "put vim.lsp.enable"),
        ("", "", "not a source file"),
    ],
    ids=["no-program", "other-filetypes", "not-enabled", "scratch"],
)
def test_without_a_server_each_command_says_why(tmp_path: Path, init: str, path: str, said: str) -> None:
    with Neovim(new_env(tmp_path), new_project(tmp_path), init) as nvim:
        if path:
            nvim.ex(f"edit {path}")
        assert nvim.messages == [], "nothing is said to one who did not ask"
        for command in ("document", "estimate", "stats", "clear", "reload"):
            nvim.ex(f"Routerd {command}")
            assert said in nvim.messages[-1], command
        assert len(nvim.messages) == 5


def test_a_buffer_without_a_name_is_to_be_written_first_and_nothing_is_spent(nvim: Neovim, upstream: InThread) -> None:
    nvim.ex("enew | setfiletype python | call setline(1, ['def twice(a):', '    return a + a'])")
    nvim.wait('vim.lsp.get_clients({ bufnr = 0, name = "routerd" })[1] ~= nil')
    nvim.ex("Routerd document")
    assert "no name yet" in nvim.messages[-1]
    nvim.lua("vim.lsp.buf.code_action({ apply = true, filter = function(a) return a.title:match('^Document') end })")
    nvim.wait("#Seen.messages == 2")
    assert "no name yet" in nvim.messages[-1]
    assert upstream.seen == []


def test_an_unlisted_buffer_in_two_windows_is_documented_in_both(nvim: Neovim) -> None:
    nvim.ex("setlocal nobuflisted | split")
    assert nvim.run("document")["status"] == "applied"
    nvim.ex("wincmd p")
    assert "Do what parse_header does." in nvim.text()


def test_a_proposal_beside_one_of_two_windows_leaves_both_as_they_were(nvim: Neovim, upstream: InThread) -> None:
    nvim.lua("vim.g.routerd = { preview = 'split' }")
    upstream.then(Turn(reply=REPLACES))
    nvim.ex("setlocal winbar=mine | split")
    nvim.cursor(7, 8)
    before = nvim.lua("return vim.fn.winsaveview()")
    assert nvim.run("ask say it in whole sentences")["status"] == "proposed"
    assert nvim.lua("return vim.api.nvim_win_get_cursor(0)[1]") == 7, "at the first change"
    assert nvim.lua(f"return {WINDOWS}") == 3
    nvim.ex("close")  # as good as :Routerd discard
    nvim.wait("not vim.wo.diff")
    assert nvim.lua("return vim.fn.winsaveview()") == before
    look = "return vim.tbl_map(function(w) return { vim.wo[w].diff, vim.wo[w].winbar } end, ...)"
    windows = nvim.lua("return vim.api.nvim_tabpage_list_wins(0)")
    assert nvim.lua(look, windows) == [[False, "mine"], [False, "mine"]]
    assert nvim.text() + "\n" == CODE
    nvim.ex("set winbar=")


def test_a_proposal_is_accepted_after_the_window_of_its_file_was_closed(nvim: Neovim, upstream: InThread) -> None:
    nvim.lua("vim.g.routerd = { preview = 'split' }")
    upstream.then(Turn(reply=REPLACES))
    nvim.run("ask say it in whole sentences")
    nvim.ex("wincmd p | close")
    nvim.ex("Routerd accept")
    nvim.ex("buffer labels.py")
    assert "there is no name" in nvim.text()
    assert not nvim.lua("return vim.wo.diff")


def test_a_proposal_is_asked_for_again_after_typing_and_from_a_server_that_was_started_anew(
    tmp_path: Path, upstream: InThread
) -> None:
    env = with_upstream(new_env(tmp_path), upstream.base_url)
    upstream.then(Turn(reply=REPLACES), Turn(reply=REPLACES))
    with Neovim(env, new_project(tmp_path)) as nvim:
        nvim.open(tmp_path / "project" / "labels.py")
        nvim.cursor(4, 6)
        nvim.run("ask tier=speed say it in whole sentences")
        nvim.ex("wincmd p | call append(0, ['# one', '# two'])")
        old = nvim.lua('local client = vim.lsp.get_clients({ name = "routerd" })[1] client:stop() return client.id')
        nvim.wait("vim.lsp.get_client_by_id(...) == nil", old)
        nvim.ex("Routerd retry")
        assert "the server is not running; :edit starts it" in nvim.messages[-1]
        nvim.ex("doautocmd FileType")
        nvim.wait('#vim.lsp.get_clients({ name = "routerd", bufnr = 0 }) == 1')
        nvim.ex("Routerd retry")
        assert nvim.outcome(2)["status"] == "proposed"
        assert "About `parse_header`" in upstream.seen[-1].body["messages"][1]["content"]
        nvim.ex("Routerd accept")
        nvim.ex("buffer labels.py")
        assert nvim.text().startswith("# one\n# two\n")
        assert "there is no name" in nvim.text()


def test_a_proposal_does_not_take_the_keyboard_from_one_who_types(nvim: Neovim, upstream: InThread) -> None:
    nvim.lua("vim.g.routerd = { preview = 'split' }")
    upstream.then(SLOWLY)
    nvim.ex("Routerd ask say it in whole sentences")
    nvim.lua('vim.cmd("$") vim.api.nvim_input("oz = 1")')
    assert nvim.outcome(1)["status"] == "proposed"
    assert nvim.lua(f"return {WINDOWS}") == 2
    nvim.lua('vim.api.nvim_input(" + 2<Esc>")')
    nvim.wait('vim.fn.mode() == "n"')
    assert nvim.text().endswith("z = 1 + 2")
    nvim.ex("Routerd accept")
    assert "there is no name" in nvim.text()
    assert nvim.text().endswith("z = 1 + 2")


@pytest.mark.parametrize(("command", "shown"), [("design", "## "), ("ask whole sentences", "there is no name")])
def test_an_answer_waits_until_the_command_line_window_is_closed(
    nvim: Neovim, upstream: InThread, command: str, shown: str
) -> None:
    nvim.lua("vim.g.routerd = { preview = 'split' }")
    upstream.then(Turn(chunk_chars=40, delay_s=0.1) if command == "design" else SLOWLY)
    nvim.ex(f"Routerd {command}")
    nvim.lua('vim.api.nvim_input("q:")')
    nvim.wait('vim.fn.getcmdwintype() ~= ""')
    nvim.wait('#Seen.progress > 0 and Seen.progress[#Seen.progress].kind == "end"')
    nvim.lua('vim.api.nvim_input(":quit<CR>")')
    nvim.outcome(1)
    assert shown in nvim.text()


def test_documentation_arrives_while_the_command_line_window_is_open(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(chunk_chars=8, delay_s=0.1))
    nvim.ex("Routerd document")
    nvim.lua('vim.api.nvim_input("q:")')
    nvim.wait('vim.fn.getcmdwintype() ~= ""')
    nvim.wait('#Seen.progress > 0 and Seen.progress[#Seen.progress].kind == "end"')
    nvim.lua('vim.api.nvim_input(":quit<CR>")')
    assert nvim.outcome(1)["status"] == "applied"
    assert "Do what parse_header does." in nvim.text()


def test_tests_that_join_an_existing_file_are_seen_too(nvim: Neovim, project: Path) -> None:
    # The question whether new tests may be run waits for the user otherwise.
    nvim.lua('vim.lsp.handlers["window/showMessageRequest"] = function() return vim.NIL end')
    nvim.run("test")
    path = Path(nvim.lua("return vim.api.nvim_buf_get_name(0)"))
    nvim.ex("write | bwipeout")
    nvim.cursor(14, 10)
    assert nvim.run("test")["status"] == "applied"
    assert nvim.lua("return vim.api.nvim_buf_get_name(0)") == str(path)
    assert "def test_parse_header_needs_its_arguments():" in nvim.text()
    assert "def test_label_text_needs_its_arguments():" in nvim.text()
    assert nvim.lua("return vim.bo.filetype .. tostring(vim.bo.modified)") == "pythontrue"
    assert "def test_label_text_needs_its_arguments" not in path.read_text("utf-8"), "the user saves it"


def test_leaving_neovim_in_the_middle_closes_the_connection_and_books_what_was_spent(
    tmp_path: Path, upstream: InThread
) -> None:
    env = with_upstream(new_env(tmp_path), upstream.base_url)
    with Neovim(env, new_project(tmp_path)) as nvim:
        nvim.open(tmp_path / "project" / "labels.py")
        nvim.cursor(4, 6)
        upstream.then(hang_mid_stream(after=1))
        nvim.ex("Routerd document")
        upstream.wait_for(lambda server: bool(server.seen and server.seen[0].hanging))
        nvim.lua('vim.schedule(function() vim.cmd("qall!") end)')
        upstream.wait_for(lambda server: server.seen[0].disconnected_at is not None)
    stats = json.loads(routerd("stats", "--json", env=env))
    assert [(model["model"], model["attempts"]) for model in stats["models"]] == [("local/test-model", 1)]
    assert float(stats["spent"]) > 0


def test_no_deprecated_function_is_called_and_no_error_is_shown(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(), Turn(reply=REPLACES))
    nvim.run("document")
    nvim.run("ask say it in whole sentences")
    nvim.ex("Routerd accept | Routerd estimate")
    nvim.run("review")
    nvim.run("test")
    nvim.ex("checkhealth vim.deprecated")
    assert "No deprecated functions detected" in nvim.text()
    assert nvim.lua("return vim.v.errmsg") == ""


def routerd(*words: str, env: dict[str, str]) -> str:
    command = [sys.executable, "-m", "routerd", *words]
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, check=True).stdout

"""Neovim's own company: other servers, odd files, health, help and completion, and a server that dies."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.e2e.conftest import new_env, new_project, with_upstream
from tests.e2e.neovim.editor import PLUGIN, Neovim
from tests.e2e.neovim.test_actions import FLOAT, PROGRESS
from tests.loopback import InThread, Turn, hang_mid_stream

pytestmark = pytest.mark.editor

OTHER = """
vim.lsp.config("other", {
  filetypes = { "python" },
  cmd = function()
    local closing = false
    return {
      request = function(method, params, answer)
        local replies = {
          initialize = { capabilities = { positionEncoding = "utf-16", hoverProvider = true } },
          ["textDocument/hover"] = { contents = { kind = "markdown", value = "from the other" } },
        }
        vim.schedule(function() answer(nil, replies[method] or vim.NIL) end)
        return true, 1
      end,
      notify = function() return true end,
      is_closing = function() return closing end,
      terminate = function() closing = true end,
    }
  end,
})
"""

HEALTH = 'return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\\n")'


def health(nvim: Neovim, name: str) -> str:
    nvim.ex(f"checkhealth {name}")
    return str(nvim.lua(HEALTH))


@pytest.mark.parametrize("late", [False, True], ids=["together", "later"])
def test_beside_another_server_there_is_one_hover_of_both_and_no_warning_about_encodings(
    tmp_path: Path, late: bool
) -> None:
    enable, project = 'vim.lsp.enable("other")', new_project(tmp_path)
    with Neovim(new_env(tmp_path), project, OTHER + ("" if late else enable)) as nvim:
        nvim.open(project / "labels.py")
        if late:
            nvim.lua(f'{enable} vim.cmd("doautocmd FileType")')
        nvim.wait("#vim.lsp.get_clients({ bufnr = 0 }) == 2")
        clients = 'vim.lsp.get_clients({ bufnr = 0, name = "routerd" })[1]'
        nvim.wait(f'({clients} or {{}}).offset_encoding == "utf-16"')
        nvim.wait('require("routerd").statusline() ~= ""')
        nvim.cursor(4, 6)
        nvim.lua("vim.lsp.buf.hover()")
        both = nvim.wait(FLOAT)
        assert "from the other" in both
        assert "\ndocument " in both
        nvim.ex("silent! fclose!")
        nvim.cursor(5, 20)
        nvim.lua("vim.lsp.buf.hover()")
        alone = nvim.wait(FLOAT)
        assert "from the other" in alone
        assert "routerd" not in alone
        assert "No buffers contain mixed position encodings" in health(nvim, "vim.lsp")
        nvim.ex("close")
        assert nvim.run("document")["status"] == "applied"
        assert not [line for line in nvim.messages if "encoding" in line]


def test_a_file_with_crlf_and_emoji_keeps_its_bytes_but_for_the_insertion(
    nvim: Neovim, project: Path, upstream: InThread
) -> None:
    path = project / "odd.py"
    code = 'FACE = "😀é\u2028"\n\n\ndef smile(a: str) -> str:\n    return "😀" + a  # 😀\n'
    path.write_bytes(code.replace("\n", "\r\n").encode())
    nvim.open(path)
    nvim.cursor(4, 5)
    upstream.then(Turn(reply='<doc name="smile">\nPut 😀 before it.\n\nArgs:\n    a: it.\n</doc>'))
    assert nvim.run("document")["status"] == "applied"
    nvim.ex("write")
    written = path.read_bytes().decode()
    doc = '    """Put 😀 before it.\n\n    Args:\n        a: it.\n    """\n'
    assert written == code.replace("    return", f"{doc}    return").replace("\n", "\r\n")

    reply = '<<<<<<< SEARCH\n    return "😀" + a  # 😀\n=======\n    return a + "😀"  # 😀\n>>>>>>> REPLACE'
    upstream.then(Turn(reply=reply))
    nvim.lua('vim.fn.search("return")')
    assert nvim.run("ask the other way round")["status"] == "proposed"
    nvim.ex("Routerd accept")
    nvim.ex("write")
    assert path.read_bytes().decode() == written.replace('"😀" + a', 'a + "😀"')
    nvim.ex("undo")
    nvim.ex("undo")
    nvim.ex("write")
    assert path.read_bytes().decode() == code.replace("\n", "\r\n")


def test_health_is_good_and_says_where_things_are(nvim: Neovim, project: Path) -> None:
    said = health(nvim, "routerd")
    assert "ERROR" not in said
    assert "WARNING" not in said
    for part in (
        'vim.lsp.enable("routerd")',
        "routerd 0.",
        "vocabulary",
        "ledger",
        "provider local",
        f"{project}, 1 buffers",
    ):
        assert part in said
    nvim.lua('Command = vim.lsp.config.routerd.cmd vim.lsp.config("routerd", { cmd = { "no-such-program" } })')
    assert "uv tool install . (in a checkout of routerd)" in health(nvim, "routerd")
    nvim.lua('vim.lsp.config("routerd", { cmd = Command })')


def test_health_names_an_option_that_is_none(nvim: Neovim) -> None:
    nvim.lua('vim.g.routerd = { aply = "direct", apply = "at-once" }')
    said = health(nvim, "routerd")
    nvim.lua("vim.g.routerd = nil")
    assert "vim.g.routerd.aply is not an option" in said
    assert "vim.g.routerd.apply is not an option, or not a value of it" in said


def test_a_start_without_a_source_file_loads_nothing(tmp_path: Path) -> None:
    with Neovim(new_env(tmp_path), new_project(tmp_path)) as nvim:
        loaded = 'return vim.tbl_filter(function(n) return n:match("^routerd") end, vim.tbl_keys(package.loaded))'
        assert nvim.lua("return vim.fn.exists(':Routerd')") == 2
        assert nvim.lua(loaded) == []


def test_commands_are_completed_and_a_wrong_one_is_explained(nvim: Neovim) -> None:
    complete = 'return vim.fn.getcompletion(..., "cmdline")'
    assert nvim.lua(complete, "Routerd re") == ["refine", "reload", "report", "retry", "review"]
    assert nvim.lua(complete, "Routerd! d") == ["design", "discard", "document"]
    assert nvim.lua(complete, "'<,'>Routerd ask tier=l") == ["tier=logic"]
    assert nvim.lua(complete, "Routerd stats t") == []
    nvim.lua('pcall(vim.cmd.Routerd, "no-such")')
    assert "there is no 'no-such'" in nvim.messages[-1]
    nvim.ex("Routerd cancel")
    assert "nothing is running" in nvim.messages[-1]
    nvim.ex("enew")
    nvim.ex("Routerd document")
    assert "not a source file" in nvim.messages[-1]


def test_there_is_a_plug_map_for_every_command_and_no_key_is_mapped(nvim: Neovim) -> None:
    maps = nvim.lua(
        "return vim.tbl_map(function(map) return map.lhs end, vim.tbl_filter(function(map) "
        'return (map.rhs or ""):match("Routerd") ~= nil end, vim.api.nvim_get_keymap(...)))',
        "n",
    )
    commands = nvim.lua('return vim.tbl_keys(require("routerd.commands").commands)')
    assert sorted(maps) == sorted(f"<Plug>(routerd-{name})" for name in commands)


def test_help_is_found(nvim: Neovim, tmp_path: Path) -> None:
    shutil.copytree(PLUGIN / "doc", tmp_path / "doc")  # tags are written beside the text
    nvim.lua("vim.opt.runtimepath:append(...) vim.cmd.helptags(... .. '/doc')", str(tmp_path))
    for tag in ("routerd", ":Routerd", ":Routerd-ask", "RouterdOutcome", "g:routerd"):
        nvim.ex(f"help {tag}")
        assert nvim.lua('return vim.fn.expand("%:t")') == "routerd.txt"


def test_estimates_are_shown_at_the_cursor(nvim: Neovim) -> None:
    nvim.ex("Routerd estimate")
    shown = nvim.wait(FLOAT)
    assert "`parse_header`" in shown
    assert "utility → test-model" in shown


def test_the_numbers_of_an_estimate_have_their_thousands_apart_as_in_the_hover(nvim: Neovim) -> None:
    nvim.lua(
        "local client = require('routerd').client() "
        "local tokens = { low = 7, likely = 1234567, high = 1234567 } "
        "local row = { action = 'document', tier = 'utility', model = 'p/a', model_name = 'a', input_tokens = 1125, "
        "output_tokens = tokens, price = '$1' } "
        "client.request = function(self, method, params, answer, bufnr) "
        "if method ~= 'routerd/estimate' then return vim.lsp.client.request(self, method, params, answer, bufnr) end "
        "client.request = nil "  # its own again
        "answer(nil, { symbol = 'x', estimates = { row } }) end"
    )
    nvim.ex("Routerd estimate")
    assert "1,125 in, ≈ 1,234,567 out" in nvim.wait(FLOAT)


def test_spend_is_shown_at_the_cursor_and_in_the_status_line(nvim: Neovim) -> None:
    nvim.run("review")
    nvim.ex("Routerd stats")
    assert "| local/test-model | " in nvim.wait(FLOAT)
    assert nvim.wait('require("routerd").statusline():match("routerd %$0%.0.*")')


def test_the_report_opens_in_the_browser_and_the_log_in_a_tab(nvim: Neovim) -> None:
    nvim.lua("vim.ui.open = function(page) Opened = page end")
    nvim.ex("Routerd report")
    page = Path(nvim.wait("Opened", seconds=20))
    assert "<html" in page.read_text("utf-8")[:500]
    nvim.ex("Routerd log")
    assert nvim.lua('return vim.fn.expand("%:t")') == "lsp.log"


def test_other_plugins_hear_of_outcomes_and_of_money(nvim: Neovim) -> None:
    nvim.lua(
        'Heard = {} vim.api.nvim_create_autocmd("User", { pattern = "RouterdStatus", '
        "callback = function(event) table.insert(Heard, event.data) end })"
    )
    assert nvim.run("review")["cost"]
    states = nvim.wait('#Heard >= 2 and Heard[#Heard].state == "idle" and Heard')
    assert states[0]["state"] == "busy"
    assert float(states[-1]["spent_today"]) > 0


def test_a_server_that_dies_in_the_middle_says_so_and_is_started_again(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(hang_mid_stream(after=1))
    nvim.ex("Routerd document")
    upstream.wait_for(lambda server: bool(server.seen and server.seen[0].hanging))
    pids = nvim.lua("return vim.api.nvim_get_proc_children(vim.fn.getpid())")
    assert len(pids) == 1
    os.kill(pids[0], getattr(signal, "SIGKILL", signal.SIGTERM))
    nvim.wait('vim.iter(Seen.messages):any(function(words) return words:match("the server ended") end)')
    assert nvim.lua(f"return {PROGRESS}") is None
    nvim.wait('require("routerd").statusline() ~= "" and #vim.lsp.get_clients({ bufnr = 0 }) == 1')
    assert nvim.lua("return vim.api.nvim_get_proc_children(vim.fn.getpid())") != pids
    nvim.wait('require("routerd").statusline() ~= ""')
    nvim.cursor(4, 6)
    assert nvim.run("document")["status"] == "applied"


@pytest.mark.parametrize("answer", ["Yes", "No"])
def test_a_price_above_the_users_limit_is_asked_about_before_anything_is_sent(
    answer: str, tmp_path: Path, upstream: InThread
) -> None:
    env, project = new_env(tmp_path), new_project(tmp_path)
    choose = (
        "vim.ui.select = function(items, options, choose) Asked = options.prompt "
        f'for _, item in ipairs(items) do if item.title == "{answer}" then choose(item) end end end'
    )
    with Neovim(with_upstream(env, upstream.base_url, confirm_above="0.00001"), project, choose) as nvim:
        nvim.open(project / "labels.py")
        nvim.cursor(4, 6)
        outcome = nvim.run("document")
        assert "$0.0" in nvim.lua("return Asked")
        assert outcome["status"] == ("applied" if answer == "Yes" else "refused"), outcome["message"]
        assert len(upstream.seen) == (1 if answer == "Yes" else 0)

"""A proposal in the file itself: what is seen of it, its keys, each change by itself, and what is typed meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import CODE
from tests.e2e.neovim.editor import Neovim
from tests.loopback import InThread, Turn

pytestmark = pytest.mark.editor

SHOWN = """(function()
  local space, found = vim.api.nvim_get_namespaces()["routerd.inline"], {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })) do
    local lines = vim.tbl_map(function(line) return line[1][1]:gsub(" $", "") end, mark[4].virt_lines or {})
    local removed = mark[4].line_hl_group and mark[4].end_row
    table.insert(found, { row = mark[2], last = removed or nil, lines = lines, above = mark[4].virt_lines_above })
  end
  return found
end)()"""
KEYS = """(function()
  local found = {}
  for _, key in ipairs({ "ga", "gx", "gA", "gX", "]c", "[c" }) do
    local map = vim.fn.maparg(key, "n", false, true)
    if map.buffer == 1 then table.insert(found, map.desc or map.rhs) end
  end
  return table.concat(found, ",")
end)()"""


def block(old: str, new: str) -> str:
    return f"<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE"


NAME = block('        raise ValueError("no name")', '        raise ValueError("there is no name")')
TWICE = (
    block("    name, _, value = line.partition(separator)", "    name, found, value = line.partition(separator)")
    + "\n\n"
    + NAME.replace("there is no name", "there is none")
)


def proposed(nvim: Neovim, upstream: InThread, reply: str, number: int = 1) -> list[dict[str, Any]]:
    """What is shown of a proposal."""
    upstream.then(Turn(reply=reply))
    nvim.ex(f"Routerd ask say it in whole sentences {number}")
    outcome = nvim.outcome(number)
    assert outcome["status"] == "proposed", outcome["message"]
    return list(nvim.lua(f"return {SHOWN}"))


def code(*changes: tuple[str, str]) -> str:
    text = CODE.rstrip("\n")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


FOUND, NONE = ("name, _,", "name, found,"), ("no name", "there is none")


def test_a_proposal_is_shown_in_the_file_with_its_price_and_its_keys(nvim: Neovim, upstream: InThread) -> None:
    removed, added = sorted(proposed(nvim, upstream, NAME), key=lambda one: len(one["lines"]))
    assert nvim.text() == CODE.rstrip("\n"), "nothing is changed"
    assert (removed["row"], removed["last"]) == (6, 6)
    head, line = added["lines"]
    assert line == '        raise ValueError("there is no name")'
    assert head.startswith("local/test-model, $0.0")
    assert head.endswith(" · ga accept · gx discard")
    assert nvim.lua("return #vim.api.nvim_tabpage_list_wins(0)") == 1
    assert nvim.lua(f"return {KEYS}").startswith("routerd: accept,routerd: discard,")


def test_a_proposal_at_the_last_rows_of_a_window_is_scrolled_into_sight(nvim: Neovim, upstream: InThread) -> None:
    nvim.lua("vim.o.lines = 10")
    try:
        proposed(nvim, upstream, NAME)
        view = nvim.lua("return vim.fn.winsaveview()")
        assert (view["lnum"], view["topline"] > 1) == (4, True), "the cursor stays"
        nvim.keys("gX")
    finally:
        nvim.lua("vim.o.lines = 24")


@pytest.mark.parametrize("keys", ["ga", ":Routerd accept<CR>", "gA"])
def test_one_key_accepts_it_and_one_undo_takes_it_back(nvim: Neovim, upstream: InThread, keys: str) -> None:
    proposed(nvim, upstream, NAME)
    nvim.keys(keys)
    assert nvim.text() == code(("no name", "there is no name"))
    assert nvim.lua(f"return {SHOWN}") == []
    assert nvim.lua(f"return {KEYS}") == "", "its keys are bound in that state only"
    nvim.ex("undo")
    assert nvim.text() == CODE.rstrip("\n")
    assert nvim.lua(f"return {SHOWN}") == []


@pytest.mark.parametrize("keys", ["gx", ":Routerd discard<CR>", "gX"])
def test_one_key_discards_it_and_the_model_is_asked_again(nvim: Neovim, upstream: InThread, keys: str) -> None:
    proposed(nvim, upstream, NAME)
    nvim.keys(keys)
    assert nvim.text() == CODE.rstrip("\n")
    assert nvim.lua(f"return {SHOWN}") == []
    assert nvim.lua(f"return {KEYS}") == ""
    proposed(nvim, upstream, TWICE, 2)
    assert len(upstream.seen) == 2


def test_each_change_is_decided_by_itself(nvim: Neovim, upstream: InThread) -> None:
    shown = proposed(nvim, upstream, TWICE)
    heads = [one["lines"][0] for one in shown if one["lines"]]
    assert [head[:6] for head in heads] == ["1 of 2", "2 of 2"]
    first = next(one["lines"] for one in shown if one["lines"])
    assert " · ".join(first[:2]).endswith(
        "ga accept · gx discard · gA accept all · gX discard all · ]c next · [c previous"
    )
    assert max(map(len, first)) <= 80, "what is wider than the window would be cut"
    assert heads[1].endswith(" · ga accept · gx discard"), "the keys for all are said once"
    nvim.keys("gg]c]c")
    assert nvim.lua("return vim.fn.line('.')") == 7
    nvim.keys("ga")
    assert nvim.text() == code(NONE)
    (left,) = [one["lines"] for one in nvim.lua(f"return {SHOWN}") if one["lines"]]
    assert left[0].endswith("ga accept · gx discard"), "one is left, and its number is gone"
    nvim.keys("[cga")
    assert nvim.text() == code(NONE, FOUND)
    nvim.ex("undo")
    assert nvim.text() == code(NONE)


def test_all_of_it_is_one_undo_step(nvim: Neovim, upstream: InThread) -> None:
    proposed(nvim, upstream, TWICE)
    nvim.keys("gA")
    assert nvim.text() == code(NONE, FOUND)
    nvim.ex("undo")
    assert nvim.text() == CODE.rstrip("\n")
    nvim.ex("redo")
    assert nvim.text() == code(NONE, FOUND)


def test_one_is_discarded_and_the_rest_accepted(nvim: Neovim, upstream: InThread) -> None:
    proposed(nvim, upstream, TWICE)
    nvim.keys("gg]cgxgA")
    assert nvim.text() == code(NONE)
    assert nvim.lua(f"return {KEYS}") == ""


def test_what_is_typed_elsewhere_moves_it_along_and_stays(nvim: Neovim, upstream: InThread) -> None:
    proposed(nvim, upstream, TWICE)
    nvim.keys("ggO# mine<Esc>jj:call append(6, '    # between')<CR>Go<C-u>z = 1<Esc>")
    nvim.keys("gA")
    text = nvim.text()
    assert text.startswith("# mine\n")
    assert text.endswith("\nz = 1")
    between = "separator)\n    # between\n"
    assert between in text
    assert text.replace("# mine\n", "").replace("    # between\n", "").replace("\nz = 1", "") == code(NONE, FOUND)
    nvim.ex("undo")
    assert "no name" in nvim.text()
    assert between in nvim.text()


def test_what_is_typed_inside_is_never_overwritten(nvim: Neovim, upstream: InThread) -> None:
    proposed(nvim, upstream, TWICE)
    nvim.ex("7s/no name/NO NAME/")
    nvim.keys("gA")
    assert nvim.text() == code(("no name", "NO NAME")), "nothing of it is applied"
    assert "not applied: the lines that it is for were changed meanwhile" in nvim.messages[-1]
    nvim.ex("undo")
    nvim.keys("gA")
    assert nvim.text() == code(NONE, FOUND)


def test_two_proposals_stand_in_one_file_and_each_keeps_its_own_keys(nvim: Neovim, upstream: InThread) -> None:
    proposed(nvim, upstream, TWICE)
    nvim.cursor(14, 8)
    proposed(nvim, upstream, block('        return "x" * width', '        return "y" * width'), 2)
    rows = [one["row"] for one in nvim.lua(f"return {SHOWN}") if one["lines"]]
    assert rows == [4, 6, 14]
    nvim.keys("Gga")
    assert nvim.text() == code(('"x"', '"y"'))
    nvim.keys("gggA")
    assert nvim.text() == code(('"x"', '"y"'), NONE, FOUND)
    assert nvim.lua(f"return {KEYS}") == ""


def test_two_proposals_for_the_same_line_do_not_both_land(nvim: Neovim, upstream: InThread) -> None:
    proposed(nvim, upstream, NAME)
    proposed(nvim, upstream, TWICE, 2)
    nvim.keys("7Gga")
    once = nvim.text()
    assert once in (code(NONE), code(("no name", "there is no name")))
    nvim.keys("7Gga")
    assert nvim.text() == once
    assert "not applied" in nvim.messages[-1]


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize("final", [True, False])
def test_line_ends_emoji_and_the_end_of_the_file_stay_as_they_are(
    nvim: Neovim, upstream: InThread, project: Path, newline: str, final: bool
) -> None:
    lines = ["def crate(n: int) -> str:", '    name = "📦é" + str(n)', "    mark = name", '\treturn mark + "🚚"']
    lines[3] = lines[3].replace("\t", "    ")
    path = project / "crate.py"
    path.write_bytes((newline.join(lines) + newline * final).encode())
    nvim.open(path)
    nvim.cursor(1, 4)
    reply = block(lines[1], '    name = f"📦é{n}"') + "\n\n" + block(lines[3], '    mark += "🚛"\n' + lines[3])
    proposed(nvim, upstream, reply)
    nvim.keys("gA")
    nvim.ex("write")
    wanted = [lines[0], '    name = f"📦é{n}"', lines[2], '    mark += "🚛"', lines[3]]
    assert path.read_bytes() == (newline.join(wanted) + newline * final).encode() or not final
    assert path.read_bytes().rstrip() == newline.join(wanted).encode()
    nvim.ex("undo")
    assert nvim.text() == "\n".join(lines)


def test_lines_that_only_go_and_lines_that_only_come(nvim: Neovim, upstream: InThread) -> None:
    returned = "    return name.strip(), value.strip()"
    gone = block(f'    if not line:\n        raise ValueError("no name")\n{returned}', returned)
    come = block('"""Parcel labels."""\n', 'import os\n\n"""Parcel labels."""\n')
    shown = proposed(nvim, upstream, gone)
    assert [len(one["lines"]) for one in shown if one["lines"]] == [1], "nothing but the keys"
    nvim.keys("gA")
    assert nvim.text() == code(('    if not line:\n        raise ValueError("no name")\n', ""))
    nvim.ex("undo")
    upstream.then(Turn(reply=f"{come}\n\n{NAME}"))
    nvim.lua('require("routerd").run("ask", { instruction = "say it in whole sentences", lines = { 1, 15 } })')
    nvim.outcome(2)
    view, _ = [one for one in nvim.lua(f"return {SHOWN}") if one["lines"]]
    assert nvim.lua("return vim.fn.winsaveview().topfill") == len(view["lines"]), "they are seen above the first line"
    assert (view["row"], view["above"]) == (0, True)
    assert view["lines"][-2:] == ["import os", ""]
    nvim.keys("ggga")
    assert nvim.text() == "import os\n\n" + CODE.rstrip("\n")


def test_a_map_of_the_users_own_is_there_again_afterwards(nvim: Neovim, upstream: InThread) -> None:
    nvim.lua('vim.keymap.set("n", "ga", "<Cmd>let g:mine = 1<CR>", { buffer = 0, desc = "mine" })')
    proposed(nvim, upstream, NAME)
    assert nvim.lua(f"return {KEYS}").startswith("routerd: accept,")
    nvim.keys("gX")
    assert nvim.lua(f"return {KEYS}") == "mine"


def test_the_keys_may_be_the_users_own_or_none(nvim: Neovim, upstream: InThread) -> None:
    nvim.lua('vim.g.routerd = { keys = { accept = "<Leader>y", discard = false } }')
    shown = proposed(nvim, upstream, NAME)
    (head,) = [one["lines"][0] for one in shown if one["lines"]]
    assert head.endswith(" · <Leader>y accept")
    nvim.keys("gx")
    assert len(nvim.lua(f"return {SHOWN}")) == 2, "it is no key of it"
    nvim.keys("\\y")
    assert nvim.text() == code(("no name", "there is no name"))


def test_a_file_that_is_read_again_or_closed_takes_its_proposal_away(nvim: Neovim, upstream: InThread) -> None:
    proposed(nvim, upstream, NAME)
    nvim.ex("edit!")
    assert nvim.lua(f"return {SHOWN}") == []
    assert nvim.lua(f"return {KEYS}") == ""
    nvim.ex("Routerd accept")
    assert "there is no proposal open here" in nvim.messages[-1]


def test_typing_goes_on_while_it_appears(nvim: Neovim, upstream: InThread) -> None:
    upstream.then(Turn(reply=NAME, chunk_chars=8, delay_s=0.05))
    nvim.ex("Routerd ask whole sentences")
    nvim.lua('vim.cmd("$") vim.api.nvim_input("o<C-u>z = 1")')
    assert nvim.outcome(1)["status"] == "proposed"
    assert nvim.lua("return vim.fn.mode()") == "i"
    nvim.lua('vim.api.nvim_input(" + 2<Esc>")')
    nvim.wait('vim.fn.mode() == "n"')
    assert nvim.text() == CODE + "z = 1 + 2"
    nvim.keys("gA")
    assert nvim.text() == code(("no name", "there is no name")) + "\nz = 1 + 2"

"""What is typed while an answer is on its way: applied where that is right, kept as a diff where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import CODE
from tests.e2e.neovim.editor import Neovim
from tests.loopback import InThread, hang_mid_stream

pytestmark = pytest.mark.editor

DOC = '    """Do what parse_header does."""'
WHOLE = "vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(..., '\\n'))"


def answered_after(nvim: Neovim, upstream: InThread, *meanwhile: str) -> dict[str, object]:
    """The outcome of `:Routerd document`, with Ex commands run while the upstream is in the middle of its answer."""
    upstream.then(hang_mid_stream(after=1))
    nvim.ex("Routerd document")
    upstream.wait_for(lambda server: bool(server.seen and server.seen[-1].hanging))
    for command in meanwhile:
        nvim.ex(command)
    until_the_server_knows(nvim)
    upstream.release()
    return nvim.outcome(1)


def until_the_server_knows(nvim: Neovim) -> None:
    """What was typed has arrived: messages are handled in their order, and this one is answered."""
    ask = 'vim.lsp.buf_request_sync(0, "textDocument/codeLens", { textDocument = { uri = vim.uri_from_bufnr(0) } })'
    nvim.lua(ask)


@pytest.mark.parametrize(
    "meanwhile",
    [
        ("call append(0, ['# a line', '# another'])",),
        ("call append('$', '# the end')",),
        ("call append(0, '# a line')", "call append('$', '# the end')", "undo", "undo"),
        ("7s/no name/NO NAME/", "undo"),
        ("undo 0", "1,2delete", "undo"),
    ],
    ids=["above", "below", "both-undone", "inside-undone", "undo-of-everything"],
)
def test_an_answer_goes_to_where_its_function_is_by_then(
    nvim: Neovim, upstream: InThread, meanwhile: tuple[str, ...]
) -> None:
    outcome = answered_after(nvim, upstream, *meanwhile)
    assert outcome["status"] == "applied", outcome["message"]
    lines = nvim.text().split("\n")
    assert lines[lines.index(DOC) - 1].startswith("def parse_header")
    assert sorted(set(CODE.splitlines()) - set(lines)) == []
    nvim.ex("undo")
    assert DOC not in nvim.text()


@pytest.mark.parametrize(
    "meanwhile",
    ["7s/no name/NO NAME/", "lua " + WHOLE.replace("...", "'x = 1\\ny = 2'"), "4delete"],
    ids=["inside", "whole-file", "its-first-line"],
)
def test_an_answer_for_what_was_changed_is_kept_as_a_diff(nvim: Neovim, upstream: InThread, meanwhile: str) -> None:
    outcome = answered_after(nvim, upstream, meanwhile)
    assert outcome["status"] == "proposed"
    assert nvim.lua("return vim.bo.filetype") == "diff"
    assert f"+{DOC}" in nvim.text()
    nvim.ex("wincmd p")
    assert DOC not in nvim.text()
    nvim.ex("undo")
    assert nvim.text() + "\n" == CODE


@pytest.mark.parametrize("line", ["0", "6"], ids=["above", "inside"])
def test_an_answer_that_meets_typing_in_the_very_moment_is_never_put_in_a_wrong_place(
    nvim: Neovim, upstream: InThread, line: str
) -> None:
    upstream.then(hang_mid_stream(after=1))
    nvim.ex("Routerd document")
    upstream.wait_for(lambda server: bool(server.seen and server.seen[-1].hanging))
    # Neovim is held up while the answer comes, so that its change and the edit cross each other.
    upstream.release()
    nvim.lua("vim.uv.sleep(400) vim.fn.append(tonumber(...), '# typed')", line)
    outcome = nvim.outcome(1)
    nvim.ex("buffer labels.py")
    lines = nvim.text().split("\n")
    assert "# typed" in lines
    if outcome["status"] == "applied":
        assert lines[lines.index(DOC) - 1].startswith("def parse_header")
    else:
        assert outcome["status"] == "proposed"
        assert DOC not in lines
        assert f"+{DOC}" in outcome["document"]


def test_closing_the_file_cancels_its_action_and_opening_it_again_leaves_it_alone(
    nvim: Neovim, upstream: InThread
) -> None:
    upstream.then(hang_mid_stream(after=1))
    nvim.ex("Routerd document")
    upstream.wait_for(lambda server: bool(server.seen and server.seen[0].hanging))
    nvim.ex("bwipeout!")
    upstream.wait_for(lambda server: server.seen[0].disconnected_at is not None)
    nvim.ex("edit labels.py")
    assert nvim.outcome(1)["status"] == "cancelled"
    assert nvim.text() + "\n" == CODE


def test_reading_the_file_again_from_the_disk_never_mixes_the_two_texts(
    nvim: Neovim, upstream: InThread, project: Path
) -> None:
    (project / "labels.py").write_text("x = 1\n", "utf-8")
    outcome = answered_after(nvim, upstream, "edit!")
    assert outcome["status"] in ("proposed", "cancelled")
    nvim.ex("buffer labels.py")
    assert nvim.text() == "x = 1"


def test_a_rewrite_of_lines_that_were_changed_meanwhile_is_shown_as_a_diff_that_cannot_be_accepted(
    nvim: Neovim, upstream: InThread
) -> None:
    upstream.then(hang_mid_stream(after=1))
    nvim.ex("Routerd ask return nothing then")
    upstream.wait_for(lambda server: bool(server.seen and server.seen[0].hanging))
    nvim.ex("4,5s/name/label/g")
    until_the_server_knows(nvim)
    upstream.release()
    outcome = nvim.outcome(1)
    assert outcome["status"] == "proposed"
    assert nvim.lua("return vim.bo.filetype") == "diff"
    before = nvim.lua('return vim.fn.getbufline("labels.py", 1, "$")')
    nvim.ex("Routerd accept")
    assert "not applied" in nvim.messages[-1]
    assert nvim.lua('return vim.fn.getbufline("labels.py", 1, "$")') == before

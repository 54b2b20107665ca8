"""Emacs and Vim with the snippets of the README: hover, menu, an applied edit and one undo; the others' syntax."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import CODE
from tests.e2e.others.conftest import README, snippet
from tests.missing import missing, program

HERE = Path(__file__).parent
DOC = '    """Do what parse_header does."""\n'


def seen(command: list[str], user: dict[str, str], project: Path) -> dict[str, Any]:
    """What an editor's script wrote."""
    options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": 90}
    done = subprocess.run(command, env=user, cwd=project, check=False, **options)
    out = Path(user["OUT"])
    assert out.exists(), done.stdout[-3000:] + done.stderr[-3000:]
    found: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return found


def holds(found: dict[str, Any]) -> None:
    assert [title.split()[0] for title in found["titles"]] == ["Document", "Generate", "Review", "Design", "Explain"]
    assert "utility → test-model · ≈ $0.0" in found["titles"][0]
    assert found["before"].rstrip("\n") == CODE.rstrip("\n")
    assert DOC in found["after"]
    assert found["undone"] == found["before"]


@pytest.mark.editor
def test_emacs_with_eglot(user: dict[str, str], project: Path, tmp_path: Path) -> None:
    emacs = program("emacs", "emacs-nox and elpa-eglot")
    probe = subprocess.run([emacs, "--batch", "--eval", "(require 'eglot)"], capture_output=True, check=False)
    if probe.returncode != 0:
        missing("this Emacs has no eglot: install Debian's elpa-eglot")
    init = tmp_path / "init.el"
    init.write_text(snippet("tested: emacs"), "utf-8")
    found = seen([emacs, "--batch", "-l", str(init), "-l", str(HERE / "emacs.el")], user, project)
    holds(found)
    assert "\ndocument | utility → test-model " in found["hover"]
    (question,) = found["asked"]
    assert "Rewrite the documentation of `Label`: apply it?" in question, "once, and never about an insertion"
    assert '    """Do what Label does."""' in found["rewritten"]


@pytest.mark.editor
def test_vim_with_ale(user: dict[str, str], project: Path, tmp_path: Path) -> None:
    vim = program("vim", "vim and vim-ale")
    vimrc = tmp_path / "vimrc"
    before = "set nocompatible\nlet g:ale_linters = {'python': ['routerd']}\npackadd ale\nfiletype plugin on\n"
    vimrc.write_text(before + snippet("tested: vim"), "utf-8")
    look = "if empty(globpath(&packpath, 'pack/*/opt/ale')) | cquit | endif | qall!"
    if subprocess.run([vim, "-es", "-c", look], stdin=subprocess.DEVNULL, check=False, timeout=30).returncode != 0:
        missing("this Vim has no ALE: install Debian's vim-ale")
    holds(seen([vim, "-Nu", str(vimrc), "-i", "NONE", "-es", "-S", str(HERE / "vim.vim")], user, project))


def test_vim_with_vim_lsp_is_told_the_program_and_the_file_types(tmp_path: Path) -> None:
    """The plugin is no package of Debian's, so a function of its name notes what a real Vim hands to it."""
    vim = program("vim", "vim")
    (tmp_path / "autoload").mkdir()
    (tmp_path / "autoload" / "lsp.vim").write_text(
        "function! lsp#register_server(server) abort\n"
        "  call add(g:told, extend(copy(a:server), {'cmd': a:server.cmd(a:server)}))\n"
        "endfunction\n"
    )
    vimrc, out = tmp_path / "vimrc", tmp_path / "out.json"
    vimrc.write_text(f"set nocompatible\nset runtimepath^={tmp_path}\nlet g:told = []\n" + snippet("parsed: vim"))
    then = f"doautocmd User lsp_setup | call writefile([json_encode(g:told)], '{out}') | qall!"
    command = [vim, "-Nu", str(vimrc), "-i", "NONE", "-es", "-c", then]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=30)
    assert out.exists(), done.stdout + done.stderr
    (told,) = json.loads(out.read_text("utf-8"))
    # The keys are those of register_server in vim-lsp's doc/vim-lsp.txt.
    assert set(told) == {"name", "cmd", "allowlist"}
    assert told["cmd"] == ["routerd"]
    assert {"python", "cpp", "cs", "ruby"} <= set(told["allowlist"])


def checked(section: str) -> Any:
    """The block under a heading of the README, read in the language of its file."""
    part = README.read_text("utf-8").partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = re.search(r"<!-- checked: (\w+) -->\n```(\w+)\n(.*?)^```$", part, re.M | re.S)
    assert found, f"the README has lost its block for {section}"
    assert found[1] == found[2] == "json"
    return json.loads(found[3])


def test_helix_is_told_in_the_words_of_its_languages_toml() -> None:
    """As docs.helix-editor.com/languages.html has it: servers by name, and for each language their list."""
    told = tomllib.loads(snippet("tested: helix"))
    assert told["language-server"] == {"routerd": {"command": "routerd"}}
    for language in told["language"]:
        assert set(language) == {"name", "language-servers"}
        assert language["language-servers"][0] == "routerd"
        assert len(language["language-servers"]) > 1, "the list replaces Helix's own"


def test_sublime_is_told_in_the_words_of_its_package_lsp() -> None:
    """As docs/src/client_configuration.md of sublimelsp/LSP has it."""
    (client,) = checked("Sublime Text")["clients"].values()
    assert set(client) == {"enabled", "command", "selector"}
    assert client["enabled"] is True
    assert client["command"] == ["routerd"]
    assert all(scope.strip().startswith("source.") for scope in client["selector"].split("|"))


def test_kate_is_told_in_the_words_of_its_plugin() -> None:
    """As addons/lspclient/settings.json of KDE/kate has it; Kate 22.12 was run with it by hand."""
    (server,) = checked("Kate")["servers"].values()
    assert set(server) == {"command", "rootIndicationFileNames", "highlightingModeRegex"}
    assert server["command"] == ["routerd"]
    assert re.match(server["highlightingModeRegex"], "Python")


def test_zed_is_told_in_the_words_of_its_settings() -> None:
    """As docs/src/configuring-languages.md of zed-industries/zed has it: `binary`, and "..." for the other servers."""
    told = checked("Zed")
    ((name, server),) = told["lsp"].items()
    assert set(server) == {"binary"}
    assert set(server["binary"]) == {"path", "arguments"}
    assert server["binary"]["path"].startswith("/"), "extensions and Zed itself look for a relative one in other places"
    for language in told["languages"].values():
        assert language["language_servers"] == [name, "..."]

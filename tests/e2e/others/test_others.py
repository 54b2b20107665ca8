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
from tests.e2e.others.conftest import README, missing, program, snippet

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
    assert [title.split()[0] for title in found["titles"]] == ["Document", "Generate", "Review", "Design"]
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
    assert "| document | utility → test-model |" in found["hover"]


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


def test_the_snippets_for_other_editors_are_in_the_language_of_their_files() -> None:
    text = README.read_text("utf-8")
    blocks = re.findall(r"<!-- checked: (\w+) -->\n```(\w+)\n(.*?)^```$", text, re.M | re.S)
    assert len(blocks) == 4
    for mark, fence, block in blocks:
        assert mark == fence
        assert "routerd" in str((tomllib.loads if mark == "toml" else json.loads)(block))

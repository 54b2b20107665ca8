"""Paid text that is kept: the diff of a change that could not be applied."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from routerd.domain.position import Edit, span
from routerd.domain.reply import Change, FileChange
from routerd.domain.text import Text
from routerd.frontends.lsp.rescued_text import as_diff


@pytest.mark.parametrize("text", ["one\ntwo\n", "one\ntwo", "\ufeffone\ntwo 😀\n"])
def test_the_diff_is_one_that_git_applies(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(text.encode())
    change = Change((FileChange("file:///x/a.py", Text(text), (Edit(span(1, 0, 1, 0), "new\n"),)),))
    subprocess.run(["git", "apply", "-"], input=as_diff(change).encode(), cwd=tmp_path, check=True, timeout=20)
    assert (tmp_path / "a.py").read_bytes().decode() == change.files[0].after.string

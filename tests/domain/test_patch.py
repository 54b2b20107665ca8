"""Unified diffs are read so that the old text follows from the new one, whoever wrote them."""

from __future__ import annotations

import difflib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.errors import UsageError
from routerd.domain.patch import patches
from routerd.domain.text import Text

_LINE = st.sampled_from(["a", "b", "", "--- x", "+++ y", "@@ -1 +1 @@", "diff --git a/x b/x", "\\", " c", "+d", "-e"])
_LINES = st.lists(_LINE, max_size=12)


@given(_LINES, _LINES, st.integers(0, 3), st.sampled_from(["\n", "\r\n"]))
def test_the_old_text_follows_from_the_new_one_and_the_diff(
    old: list[str], new: list[str], around: int, end: str
) -> None:
    before, after = ("".join(line + end for line in lines) for lines in (old, new))
    diff = "".join(difflib.unified_diff(before.splitlines(True), after.splitlines(True), "a/f.py", "b/f.py", n=around))
    found = patches(diff)
    if before == after:
        assert found == ()
        return
    assert [one.path for one in found] == ["f.py"]
    if after:
        assert found[0].before(Text(after)) == Text(before)
    changed = {row for hunk in found[0].hunks for row in hunk.rows}
    added = {at for at, line in enumerate(difflib.ndiff(old, new)) if line.startswith("+")}
    assert bool(changed) or not added


def test_a_text_that_is_not_the_new_side_is_no_match() -> None:
    (one,) = patches("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n")
    assert one.before(Text("b\n")) == Text("a\n")
    assert one.before(Text("c\n")) is None
    assert one.before(Text("")) is None


def test_git_names_deleted_binary_renamed_and_strange_files(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
        return done.stdout

    git("init", "-q")
    (tmp_path / "gone.py").write_text("a = 1\n")
    (tmp_path / "ä b.py").write_text("a = 1\n")
    git("add", "-A")
    (tmp_path / "gone.py").unlink()
    (tmp_path / "ä b.py").write_text("a = 2\n")
    (tmp_path / "new\tname.py").write_text("a = 3\n")
    (tmp_path / "picture").write_bytes(b"\0\1\2")
    git("add", "-N", "new\tname.py", "picture")
    found = {one.path: one for one in patches(git("diff"))}
    assert {path: one.problem for path, one in found.items()} == {
        "gone.py": "is deleted",
        "ä b.py": None,
        "new\tname.py": None,
        "picture": "is binary",
    }
    assert found["ä b.py"].before(Text("a = 2\n")) == Text("a = 1\n")


@pytest.mark.parametrize(
    "diff",
    [
        "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n",
        "--- a/f\n+++ b/f\n@@ what @@\n a\n",
        "--- a/f\n+++ b/f\n@@ -1 +1 @@\n*a\n",
        "--- a/f\n+++ b/f\n@@ -1,1 +1,3 @@\n-a\n-b\n+c\n+d\n+e\n",
    ],
)
def test_a_malformed_diff_is_refused_and_the_line_is_named(diff: str) -> None:
    with pytest.raises(UsageError, match="diff"):
        patches(diff)


@pytest.mark.parametrize("new", ["new.py", "a longer name.py", '"\\303\\274.py"'])
def test_a_rename_without_changed_lines_has_its_new_name(new: str) -> None:
    diff = f"diff --git a/old.py b/{new}\nsimilarity index 100%\nrename from old.py\nrename to {new}\n"
    (found,) = patches(diff)
    assert (found.path, found.problem) == ("ü.py" if new.startswith('"') else new, "has no changed lines")


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 10, "٣"])
def test_a_number_that_no_file_has_is_told(number: str) -> None:
    with pytest.raises(UsageError, match="no hunk's header"):
        patches(f"--- a/f.py\n+++ b/f.py\n@@ -1 +{number} @@\n a\n")

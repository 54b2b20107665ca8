"""A diff that routerd writes is applied by git to the letter, and read again by its own reader."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from routerd.domain.patch import patches
from routerd.domain.text import Text
from routerd.domain.unified_diff import unified_diff

_PIECES = st.lists(st.sampled_from(["a", "b", "😀", "\n", "\r\n", "\r", "\x0c", "\u2028", "- ", "+"]), max_size=14)
_NAMES = ["f.py", "my file.py", 'q"uote.py', "back\\slash.py", "new\nline.py", "tab\there.py", "ü😀.py", "end .py"]


def _applied(before: str, diff: str, name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(before.encode())
        subprocess.run(["git", "apply", "-"], cwd=folder, input=diff.encode(), check=True, capture_output=True)
        return path.read_bytes()


@settings(max_examples=40, deadline=None)
@given(_PIECES.map("".join), _PIECES.map("".join))
@example("a\rb\n", "a\rc\n")
@example("a\rb", "a\rb\rc")
def test_git_makes_the_new_text_from_the_old_one(before: str, after: str) -> None:
    diff = unified_diff(Text(before), Text(after), "f.py")
    if before == after:
        assert not diff
    elif after and before:  # git takes an empty side for a file that comes or goes
        assert _applied(before, diff, "f.py") == after.encode()


@pytest.mark.parametrize("name", _NAMES)
def test_a_name_is_found_again_whatever_it_holds(name: str) -> None:
    diff = unified_diff(Text("a\n"), Text("b\n"), name)
    assert _applied("a\n", diff, name) == b"b\n"
    assert [patch.path for patch in patches(diff)] == [name]

"""Ignore files mean what they mean to git itself, and none of them takes long."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from routerd.adapters.workspace.files import Ignored
from routerd.adapters.workspace.listing import Listing
from tests.property_tests import example_count

PATHS = (
    *("a", "b", "ab", "aab", "a b", "a ", "#a", "!a", "a-c", "]", "[", "A", "\\", "é", "a.b", ".a", "*", "a*", "-"),
    *("x/a", "x/b", "x/ab", "a/b", "a/a/b", "x/y/a", "x/y/a.b", "ab/x", "x/a/b/y", "x/y/x/y/b", "b/a/a.b", "x/ab/b"),
)
_PIECES = (
    *("a", "b", "x", "y", "ab", "c", ".", " ", "/", "/", "*", "*", "**", "**/", "/**", "/**/", "?", "\\", "-", "é"),
    *("#", "!", "[", "]", "[ab]", "[!a]", "[^b]", "[a-c]", "[]a]", "[!]a]", "[a-]", "[\\]]", "[[:alpha:]]", "***"),
    *("[[:punct:]-z]", "[[:nope:]]", "[[:", "[a[:b]", "[--a]", "[\\a-b]", "[/]", "[!/]", "\\*", "\\ ", "\r", "[[::]]"),
)
lines = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6).map("".join)
ignore_files = st.lists(lines, min_size=1, max_size=5).map("\n".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for path in sorted(PATHS, key=len, reverse=True):
        here = root / path
        here.parent.mkdir(parents=True, exist_ok=True)
        if not here.exists():
            here.touch()
    return root


def by_git(root: Path, paths: list[Path]) -> set[Path]:
    """What git itself ignores, whatever the user's own git is told to ignore."""
    command = ["git", "-c", "core.excludesFile=/dev/null", "-c", "core.ignoreCase=false", "check-ignore"]
    told = b"\0".join(os.fsencode(path.relative_to(root)) for path in paths)
    answer = subprocess.run([*command, "-z", "--stdin"], input=told, cwd=root, capture_output=True, check=False)
    assert answer.returncode in (0, 1), answer.stderr
    return {root / os.fsdecode(path) for path in answer.stdout.split(b"\0") if path}


@example_count(400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ignore_files, st.one_of(st.none(), ignore_files))
@example("foo**/bar\nx/**", "!a")
@example("*a*a*a*a*a*a*a*a*a*b", None)
@example("a/\n!x/a/", "b")
@example("a\\  \n*\n!*/\n!a*", None)
def test_what_is_ignored_is_what_git_ignores(repository: Path, outer: str, inner: str | None) -> None:
    (repository / ".gitignore").write_bytes(outer.encode())
    nested = repository / "x" / ".gitignore"
    nested.unlink(missing_ok=True)
    if inner is not None:
        nested.write_bytes(inner.encode())
    everything = [path for path in repository.rglob("*") if ".git" not in path.relative_to(repository).parts]
    ignored = Ignored(repository)
    ours = {path for path in everything if ignored(path, is_folder=path.is_dir())}
    assert ours == by_git(repository, everything)


@pytest.mark.parametrize(
    "line", ["*a" * 10 + "b", "**/" * 50 + "*a" * 50 + "b", "[!b]*" * 100 + "c", "*" * 3_000 + "b"]
)
def test_no_pattern_takes_long(tmp_path: Path, line: str) -> None:
    """In a process of its own: a regular expression that backtracks holds the interpreter for good."""
    (tmp_path / ".gitignore").write_text(line)
    for number in range(20):
        (tmp_path / ("a" * (120 + number))).touch()
    code = "import sys, pathlib\nfrom routerd.adapters.workspace.listing import Listing\n"
    code += "print(len(list(Listing(pathlib.Path(sys.argv[1])))))"
    command = [sys.executable, "-c", code, str(tmp_path)]
    answer = subprocess.run(command, check=True, timeout=10, capture_output=True, text=True)
    assert answer.stdout.strip() == "21"


@pytest.mark.parametrize(
    "content",
    [b"*a*b\n" * 190_000, b"[\x01-\xff]\n" * 160_000, b"x" * 1_000_001],
    ids=["wildcards", "classes", "bytes"],
)
def test_a_file_beyond_all_bounds_keeps_its_whole_folder_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in.py").touch()
    below = tmp_path / "below"
    below.mkdir()
    (below / ".gitignore").write_bytes(content)
    (below / "out.py").touch()
    began = time.thread_time()
    assert [path.name for path in Listing(tmp_path)] == ["in.py"]
    assert time.thread_time() - began < 3


def test_twenty_thousand_plain_lines_are_read(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("\n".join(f"name{number}.txt" for number in range(20_000)))
    for name in ("name19999.txt", "name20000.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in Listing(tmp_path)] == [".gitignore", "name20000.txt"]


def test_a_path_in_an_ignored_folder_is_ignored_whatever_its_own_name_says(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("out/\n!kept.py\n")
    assert Ignored(tmp_path)(tmp_path / "out" / "deep" / "kept.py")
    assert not Ignored(tmp_path)(tmp_path / "in" / "deep" / "kept.py")

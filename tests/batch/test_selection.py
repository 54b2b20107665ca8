"""What paths, folders, patterns and lists stand for: each file once, and each that is passed over with its reason."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from routerd.adapters.changes import files_since
from routerd.adapters.workspace import listed_files, select
from routerd.batch.generated import generated
from routerd.domain.errors import UsageError
from routerd.domain.text import Text
from tests.batch.project import new_project


def tree(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def found(root: Path, *words: str) -> dict[str, str | None]:
    return {os.path.relpath(one.path, root): one.skipped for one in select(words, root)}


def test_a_folder_is_walked_and_what_is_passed_over_has_its_reason(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "sub/b.ts", "out/c.py", "node_modules/d.js", "logo.unknown")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("out/\n*.log.py\n")
    tree(tmp_path, "x.log.py")
    (tmp_path / "empty.py").touch()
    (tmp_path / "big.py").write_text("x = 1\n" * 50_000)
    assert found(tmp_path, ".") == {
        "a.py": None,
        os.path.join("sub", "b.ts"): None,
        "out": "ignored by git",
        "x.log.py": "ignored by git",
        "logo.unknown": "no known language",
        ".gitignore": "no known language",
        "empty.py": "empty",
        "big.py": "too large (300 kB; the limit is 256 kB)",
    }


def test_circles_of_links_are_named_and_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, "pkg/a.py")
    try:
        (tmp_path / "pkg" / "again").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "pkg" / "self.py").symlink_to("self.py")
        (tmp_path / "pkg" / "b.py").symlink_to("a.py")
    except OSError:
        pytest.skip("no links here")
    pkg = {os.path.basename(name): reason for name, reason in found(tmp_path, "pkg").items()}
    assert pkg == {"a.py": None, "again": "a link to a folder", "self.py": "a link", "b.py": "a link"}
    assert found(tmp_path, "pkg/b.py") == {os.path.join("pkg", "b.py"): None}, "a link that was named is meant"


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.py", {"a.py"}),
        ("**/*.py", {"a.py", "sub/b.py", "sub/deep/c.py"}),
        ("sub/*.py", {"sub/b.py"}),
        ("sub/**", {"sub/b.py", "sub/deep/c.py", "sub/d.ts"}),
        ("*/deep/*.py", {"sub/deep/c.py"}),
        ("sub/[bd].*", {"sub/b.py", "sub/d.ts"}),
        ("**/deep/**/*.py", {"sub/deep/c.py"}),
    ],
)
def test_patterns_match_as_in_a_shell(tmp_path: Path, pattern: str, names: set[str]) -> None:
    tree(tmp_path, "a.py", "sub/b.py", "sub/deep/c.py", "sub/d.ts")
    assert {name.replace(os.sep, "/") for name in found(tmp_path, pattern)} == names


@pytest.mark.parametrize("word", ["nosuch.py", "*.rs", "nosuch/**"])
def test_a_word_that_stands_for_nothing_is_said(tmp_path: Path, word: str) -> None:
    tree(tmp_path, "a.py")
    with pytest.raises(UsageError):
        found(tmp_path, word)


def test_a_file_that_two_words_stand_for_is_taken_once(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "b.py")
    assert [os.path.basename(one.path) for one in select(["a.py", ".", "*.py"], tmp_path)] == ["a.py", "b.py"]


def test_listed_files_keep_the_path_rule(tmp_path: Path) -> None:
    root = tmp_path / "project"
    tree(root, "a.py", ".venv/b.py")
    tree(tmp_path, "outside.py")
    listed = [root / "a.py", root / ".venv/b.py", tmp_path / "outside.py", root / "gone.py"]
    reasons = {os.path.basename(one.path): one.skipped for one in listed_files(listed, root)}
    assert reasons["a.py"] is None
    assert reasons["b.py"] == "belongs to a tool"
    assert reasons["outside.py"] == "lies outside the project's folder"
    assert reasons["gone.py"] is not None


def test_what_git_says_has_changed(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    project.write(["same", "edited", "removed"])
    project.commit()
    (project.root / "edited.py").write_text("x = 1\n")
    (project.root / "removed.py").unlink()
    (project.root / "new ü.py").write_text("x = 1\n")
    assert {path.name for path in files_since(project.root, "main")} == {"edited.py", "new ü.py"}
    for wrong in ("nosuch", "--output=/tmp/x"):
        with pytest.raises(UsageError):
            files_since(project.root, wrong)


def test_a_hundred_thousand_files_are_looked_at_in_seconds(tmp_path: Path) -> None:
    for folder in range(20):
        (tmp_path / f"d{folder}").mkdir()
        for number in range(500):
            (tmp_path / f"d{folder}" / f"f{number}.py").touch()
    began = time.process_time()
    count = sum(1 for _ in select(["."], tmp_path))
    assert count == 10_000
    assert time.process_time() - began < 3, "a hundred thousand take ten times as long"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("// Code generated by protoc-gen-go. DO NOT EDIT.\npackage x\n", True),
        ("# @generated by a tool\n", True),
        ("# This file is automatically generated by thrift\nx = 1\n", True),
        ("/* AUTO-GENERATED BY x */\n", True),
        ("# Reports are generated by this module.\nx = 1\n", False),
        ("def generated(): 'do not edit'\n", False),
        ("x = '" + "a" * 6_000 + "'\n", True),
    ],
)
def test_generated_files_say_so_in_a_comment(text: str, expected: bool) -> None:
    assert (generated(Text(text)) is not None) is expected

"""Reading and listing files: text as it stands, and what git would not ignore."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from routerd.domain.text import Text
from routerd.languages import root_files

MAX_FILES = 5_000
"""Files that are listed below one root; a larger tree is indexed as far as that, nearest folders first."""

MAX_READ_BYTES = 10_000_000
"""A larger file is not read: no action could use it, and the refusal names its size."""

_NEVER = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        "__pycache__",
        ".venv",
        "venv",
        ".tox",
        ".mypy_cache",
        ".ruff_cache",
    }
    | {".pytest_cache", "dist", "build", "target", ".idea", ".next", "site-packages", "vendor"}
)
_MARKERS = (".git", ".routerd.toml")


def inside(path: Path, folder: Path | None) -> bool:
    """Whether a path, with all links followed, is below a folder that is a real path; no folder is no bound."""
    if folder is None:
        return True
    try:
        return path.resolve().is_relative_to(folder)
    except (OSError, RuntimeError):  # RuntimeError: links in a circle
        return False


def read_text(path: Path, within: Path | None = None) -> Text | None:
    """A file's text with line ends as they are; bytes that are not UTF-8 survive as surrogates.

    ``None`` where it cannot be read, or is not ``within`` a folder by its real path.
    """
    try:
        if not inside(path, within):
            return None
        found = path.stat()
        # To open a named pipe is to wait for its other end, which may be for ever.
        if found.st_size > MAX_READ_BYTES or not stat.S_ISREG(found.st_mode):
            return None
        return Text(path.read_bytes().decode("utf-8", "surrogateescape"))
    except OSError:
        return None


def root_of(path: Path) -> Path | None:
    """The nearest folder upwards that looks like a project's root; the home folder never does."""
    home = Path.home()
    for folder in path.parents:
        if folder == home:
            return None
        if any((folder / marker).exists() for marker in (*_MARKERS, *root_files())):
            return folder
    return None


def ignored(path: Path, root: Path) -> bool:
    """Whether ``.gitignore`` files leave out a path below a root: by itself, or with a folder that it is in."""
    above = [folder for folder in path.parents if folder.is_relative_to(root)]
    specs: dict[Path, GitIgnoreSpec] = {}
    top = _learn_above(root, specs)
    for folder in above:
        _learn(folder, specs)
    folders = [folder for folder in above if folder != root]
    return _ignored(path, top, specs, is_folder=False) or any(
        _ignored(folder, top, specs, is_folder=True) for folder in folders
    )


def listed(root: Path) -> Iterator[Path]:
    """Files below a root, folder by folder, without what ``.gitignore`` files and habit leave out."""
    specs: dict[Path, GitIgnoreSpec] = {}
    top = _learn_above(root, specs)
    found = 0
    for name, folders, files in os.walk(root):
        folder = Path(name)
        _learn(folder, specs)
        folders[:] = sorted(
            f for f in folders if f not in _NEVER and not _ignored(folder / f, top, specs, is_folder=True)
        )
        for file in sorted(files):
            path = folder / file
            if not _ignored(path, top, specs, is_folder=False):
                yield path
                found += 1
                if found >= MAX_FILES:
                    return


def _learn_above(root: Path, specs: dict[Path, GitIgnoreSpec]) -> Path:
    """Learn what the repository around a root ignores; its top, or the root where it ignores the root itself.

    A home folder under git that ignores all it holds says nothing of the projects in it.
    """
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    above = [folder for folder in root.parents if folder.is_relative_to(top)]
    for folder in above:
        _learn(folder, specs)
    inner = (root, *(folder for folder in above if folder != top))
    if any(_ignored(folder, top, specs, is_folder=True) for folder in inner if folder != top):
        specs.clear()
        return root
    return top


def _learn(folder: Path, specs: dict[Path, GitIgnoreSpec]) -> None:
    text = read_text(folder / ".gitignore")
    if text is not None:
        specs[folder] = GitIgnoreSpec(found for line in text.string.splitlines() for found in _patterns(line))


def _patterns(line: str) -> Iterator[GitIgnoreSpecPattern]:
    """What a line of a ``.gitignore`` says; nothing where it is no pattern, which git passes over too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # [[:space:]] looks to ``re`` like a set of a later Python
        with contextlib.suppress(ValueError, re.error):
            yield from GitIgnoreSpec.from_lines([line]).patterns


def _ignored(path: Path, root: Path, specs: dict[Path, GitIgnoreSpec], is_folder: bool) -> bool:
    for folder in path.parents:
        spec = specs.get(folder)
        if spec is not None:
            relative = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
            if spec.match_file(relative):
                return True
        if folder == root:
            return False
    return False

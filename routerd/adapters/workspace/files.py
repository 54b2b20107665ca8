"""Reading and listing files: text as it stands, and what git would not ignore."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from routerd.adapters.workspace.ignored import Ignored
from routerd.domain.text import Text
from routerd.regular import read_regular

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
_MARKERS = (
    ".git",
    ".routerd.toml",
    "pyproject.toml",
    "setup.py",
    "package.json",
    "go.mod",
    "Cargo.toml",
    "pom.xml",
)


def read_text(path: Path) -> Text | None:
    """A file's text with line ends as they are; bytes that are not UTF-8 survive as surrogates."""
    try:
        return Text(read_regular(path, MAX_READ_BYTES).decode("utf-8", "surrogateescape"))
    except OSError:
        return None


def root_of(path: Path) -> Path | None:
    """The nearest folder upwards that looks like a project's root; the home folder never does."""
    home = Path.home()
    for folder in path.parents:
        if folder == home:
            return None
        if any((folder / marker).exists() for marker in _MARKERS):
            return folder
    return None


def listed(root: Path) -> Iterator[Path]:
    """Files below a root, folder by folder, without what ``.gitignore`` files and habit leave out."""
    ignored = Ignored(root)
    found = 0
    for name, folders, files in os.walk(root):
        folder = Path(name)
        folders[:] = sorted(f for f in folders if f not in _NEVER and not ignored.by_itself(folder / f, is_folder=True))
        for file in sorted(files):
            path = folder / file
            if not ignored.by_itself(path, is_folder=False):
                yield path
                found += 1
                if found >= MAX_FILES:
                    return

"""Reading and listing files: text as it stands, and what git would not ignore."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from routerd.adapters.workspace.ignored import Ignored
from routerd.domain.text import Text
from routerd.languages import root_files
from routerd.system.regular_files import read_regular

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
        return Text(read_regular(path, MAX_READ_BYTES).decode("utf-8", "surrogateescape"))
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
    return _ignored_from(root)(path)


def listed(root: Path) -> Iterator[Path]:
    """Files below a root, folder by folder, without what ``.gitignore`` files and habit leave out."""
    ignored = _ignored_from(root)
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


def _ignored_from(root: Path) -> Ignored:
    """What the repository around a root ignores; only what the root's own files do where it ignores the root itself.

    A home folder under git that ignores all it holds says nothing of the projects in it.
    """
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    if top != root:
        around = Ignored(top)
        if not around(root, is_folder=True):
            return around
    return Ignored(root)

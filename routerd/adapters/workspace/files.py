"""Reads files without changing their text, and lists files that git does not ignore."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from routerd.adapters.workspace.ignored import Ignored
from routerd.domain.text import Text
from routerd.languages import root_files
from routerd.system.regular_files import read_regular

MAX_FILES = 5_000
"""The most files listed below one root; a larger tree is indexed up to that, nearest folders first."""

MAX_READ_BYTES = 10_000_000
"""Larger files are not read: no action could use them, and the refusal names the size."""

NEVER = frozenset(
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
"""Folders that are never listed, whether or not a ``.gitignore`` names them."""
_MARKERS = (".git", ".routerd.toml")


def inside(path: Path, folder: Path | None) -> bool:
    """Whether a path, with all links resolved, is below a folder (a real path); without a folder always."""
    if folder is None:
        return True
    try:
        return path.resolve().is_relative_to(folder)
    except (OSError, RuntimeError):  # RuntimeError: links in a circle
        return False


def read_text(path: Path, within: Path | None = None) -> Text | None:
    """A file's text with its original line ends; invalid UTF-8 is preserved as surrogates.

    ``None`` if it cannot be read, or its real path is not ``within`` a folder.
    """
    try:
        if not inside(path, within):
            return None
        return Text(read_regular(path, MAX_READ_BYTES).decode("utf-8", "surrogateescape"))
    except OSError:
        return None


def root_of(path: Path) -> Path | None:
    """The nearest parent folder that looks like a project's root, never the home folder."""
    home = Path.home()
    for folder in path.parents:
        if folder == home:
            return None
        if any((folder / marker).exists() for marker in (*_MARKERS, *root_files())):
            return folder
    return None


def ignored(path: Path, root: Path) -> bool:
    """Whether ``.gitignore`` files exclude a path below a root, directly or by one of its folders."""
    return ignored_from(root)(path)


def listed(root: Path) -> Iterator[Path]:
    """Lists files below a root, folder by folder, without those that ``.gitignore`` files or conventions exclude."""
    ignored = ignored_from(root)
    found = 0
    for name, folders, files in os.walk(root):
        folder = Path(name)
        folders[:] = sorted(f for f in folders if f not in NEVER and not ignored.by_itself(folder / f, is_folder=True))
        for file in sorted(files):
            path = folder / file
            if not ignored.by_itself(path, is_folder=False):
                yield path
                found += 1
                if found >= MAX_FILES:
                    return


def ignored_from(root: Path) -> Ignored:
    """The ignore rules of the repository around a root; only the root's own rules if the repository ignores the root.

    A home folder under git that ignores everything does not apply to the projects in it.
    """
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    if top != root:
        around = Ignored(top)
        if not around(root, is_folder=True):
            return around
    return Ignored(root)

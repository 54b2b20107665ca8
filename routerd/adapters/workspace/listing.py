"""Lists a project's files and folders breadth-first, nearest to one file first, without what git ignores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from routerd.adapters.workspace.files import Ignored, ignored_from

MAX_FILES = 100_000
"""The most files listed below one root; ``Listing.cut`` says that there are more."""

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


class Listing:
    """An iterator over files that records the folders it entered; links to folders are not followed."""

    def __init__(self, root: Path, near: Path | None = None) -> None:
        """``near`` is a file below the root: its folder comes first, then those below, then those around it."""
        self.folders: set[Path] = set()
        self.cut = False
        """Whether there are more than MAX_FILES files."""
        self._root, self._near = root, near
        self._ignored = ignored_from(root)

    def __iter__(self) -> Iterator[Path]:
        found = 0
        for start in self._starts():
            waiting = deque([start])
            while waiting:
                folder = waiting.popleft()
                if folder in self.folders:
                    continue
                self.folders.add(folder)
                for path in self._entries(folder, waiting):
                    if found >= MAX_FILES:
                        self.cut = True
                        return
                    yield path
                    found += 1

    def _starts(self) -> Iterator[Path]:
        """The nearest file's folder, then each folder around it up to the root, if they are listed at all."""
        around = self._near.parents if self._near else ()
        folders = [folder for folder in around if folder.is_relative_to(self._root) and folder != self._root]
        for number, folder in enumerate(folders):
            if all(self._enters(one) and not one.is_symlink() for one in reversed(folders[number:])):
                yield folder
        yield self._root

    def _entries(self, folder: Path, waiting: deque[Path]) -> Iterator[Path]:
        try:
            with os.scandir(folder) as entries:
                known = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            return
        for entry in known:
            path = folder / entry.name
            if _is_folder(entry):
                if self._enters(path):
                    waiting.append(path)
            elif not self._ignored.by_itself(path, is_folder=False):
                yield path

    def _enters(self, folder: Path) -> bool:
        return folder.name not in NEVER and not self._ignored.by_itself(folder, is_folder=True)


def unlisted(path: Path, root: Path, ignored: Ignored) -> bool:
    """Whether a file below the root would not be listed."""
    return any(part in NEVER for part in path.relative_to(root).parts[:-1]) or ignored(path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False

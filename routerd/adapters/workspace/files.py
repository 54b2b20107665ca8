"""Reads files without changing their text, and says which files git ignores; time and memory are bounded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from routerd.adapters.workspace.ignore_file import IgnoreFile
from routerd.adapters.workspace.ignore_pattern import Pattern, patterns_of
from routerd.domain.text import Text
from routerd.languages import root_files
from routerd.system.regular_files import TooLargeError, read_regular

MAX_READ_BYTES = 10_000_000
"""Larger files are not read: no action could use them, and the refusal names the size."""

_MARKERS = (".git", ".routerd.toml")
MAX_IGNORE_BYTES = 1_000_000
"""Bytes; a larger ``.gitignore`` is not read."""
_MAX_COST = 200_000
"""The size of all patterns below one root: some ten thousand with wildcards, at 10 µs for each byte of a path."""
_MAX_FILES_ABOVE = 64
"""The most ignore files between a root and a folder."""
_FILE = ".gitignore"

_EVERYTHING = IgnoreFile(patterns_of(b"*"))
"""Used for a folder whose own file exceeds these bounds: everything in it is ignored, as its rules are unknown."""


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


@dataclass(frozen=True, slots=True)
class _Level:
    """The state of one ignore file for its own folder or one below."""

    file: IgnoreFile
    states: int
    path: bytes
    """The folder's path relative to the file's own, with a trailing slash; empty for its own."""

    def below(self, name: bytes) -> _Level:
        folder = name + b"/"
        return _Level(self.file, self.file.walked(self.states, folder), self.path + folder)

    def verdict(self, name: bytes, is_folder: bool) -> bool | None:
        states = self.file.walked(self.states, name)
        return self.file.verdict(states, self.path + name, is_folder=is_folder)


class Ignored:
    """Which paths below a root git ignores, by the ``.gitignore`` files above them; each is read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._cost = 0
        self._levels: dict[Path, tuple[_Level, ...]] = {}

    def __call__(self, path: Path, *, is_folder: bool = False) -> bool:
        """Whether git ignores a path below the root, or one of its folders."""
        folders = [folder for folder in path.parents if folder != self._root and folder.is_relative_to(self._root)]
        if any(self.by_itself(folder, is_folder=True) for folder in reversed(folders)):
            return True
        return self.by_itself(path, is_folder=is_folder)

    def by_itself(self, path: Path, *, is_folder: bool) -> bool:
        """The same for a path in a folder that is not ignored; called from the root downwards."""
        name = os.fsencode(path.name)
        for level in reversed(self._around(path.parent)):  # the nearest file takes precedence
            verdict = level.verdict(name, is_folder)
            if verdict is not None:
                return verdict
        return False

    def _around(self, folder: Path) -> tuple[_Level, ...]:
        known = self._levels.get(folder)
        if known is None:
            above = () if folder == self._root else self._around(folder.parent)
            known = tuple(level.below(os.fsencode(folder.name)) for level in above)
            own = self._read(folder) if len(known) < _MAX_FILES_ABOVE else _EVERYTHING
            if own is not None:
                known = (*known, _Level(own, own.begin, b""))
            self._levels[folder] = known
        return known

    def _read(self, folder: Path) -> IgnoreFile | None:
        try:
            content = read_regular(folder / _FILE, MAX_IGNORE_BYTES)
        except TooLargeError:
            return _EVERYTHING
        except OSError:
            return None
        patterns: list[Pattern] = []
        for pattern in patterns_of(content):
            self._cost += pattern.cost
            if self._cost > _MAX_COST:
                return _EVERYTHING
            patterns.append(pattern)
        return IgnoreFile(patterns)

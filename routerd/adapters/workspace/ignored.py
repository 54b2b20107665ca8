"""Which paths below a root git ignores, by the ``.gitignore`` files above them; time and memory are bounded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from routerd.adapters.workspace.ignore_file import IgnoreFile
from routerd.adapters.workspace.ignore_pattern import Pattern, patterns_of
from routerd.system.regular_files import TooLargeError, read_regular

MAX_IGNORE_BYTES = 1_000_000
"""Bytes; a larger ``.gitignore`` is not read."""
_MAX_COST = 200_000
"""The size of all patterns below one root: some ten thousand with wildcards, at 10 µs for each byte of a path."""
_MAX_FILES_ABOVE = 64
"""The most ignore files between a root and a folder."""
_FILE = ".gitignore"

_EVERYTHING = IgnoreFile(patterns_of(b"*"))
"""Used for a folder whose own file exceeds these bounds: everything in it is ignored, as its rules are unknown."""


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
    """The ignore files below one root; each is read once."""

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

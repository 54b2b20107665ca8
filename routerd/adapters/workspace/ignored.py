"""What git would not look at below a root, by the ``.gitignore`` files on the way; work and memory are bounded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from routerd.adapters.workspace.ignore_file import IgnoreFile
from routerd.adapters.workspace.ignore_pattern import Pattern, patterns_of
from routerd.system.regular_files import TooLargeError, read_regular

MAX_IGNORE_BYTES = 1_000_000
"""A larger ``.gitignore`` is not read."""
_MAX_COST = 200_000
"""Of the patterns of all files below one root: some ten thousand with wildcards, at 10 µs for a byte of a path."""
_MAX_FILES_ABOVE = 64
"""Ignore files between a root and a folder."""
_FILE = ".gitignore"

_EVERYTHING = IgnoreFile(patterns_of(b"*"))
"""For a folder whose own file is beyond these bounds: what it keeps out cannot be known, so all of it stays out."""


@dataclass(frozen=True, slots=True)
class _Level:
    """One ignore file as seen from a folder at or below its own."""

    file: IgnoreFile
    states: int
    path: bytes
    """Of the folder, from the file's own, with a slash at its end; empty for its own."""

    def below(self, name: bytes) -> _Level:
        folder = name + b"/"
        return _Level(self.file, self.file.walked(self.states, folder), self.path + folder)

    def verdict(self, name: bytes, is_folder: bool) -> bool | None:
        states = self.file.walked(self.states, name)
        return self.file.verdict(states, self.path + name, is_folder=is_folder)


class Ignored:
    """The ignore files below one root, each read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._cost = 0
        self._levels: dict[Path, tuple[_Level, ...]] = {}

    def __call__(self, path: Path, *, is_folder: bool = False) -> bool:
        """Whether git ignores a path below the root, or a folder on the way to it."""
        folders = [folder for folder in path.parents if folder != self._root and folder.is_relative_to(self._root)]
        if any(self.by_itself(folder, is_folder=True) for folder in reversed(folders)):
            return True
        return self.by_itself(path, is_folder=is_folder)

    def by_itself(self, path: Path, *, is_folder: bool) -> bool:
        """The same for a path in a folder that is known not to be ignored; asked from the root downwards."""
        name = os.fsencode(path.name)
        for level in reversed(self._around(path.parent)):  # the nearest file has the last word
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

"""Selects the files that paths, folders and patterns stand for; every file that is passed over has its reason.

A folder is walked without following links to folders, so that no circle of links can hold it up.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from routerd.adapters.workspace.allowed import refusal
from routerd.adapters.workspace.files import ignored_from
from routerd.adapters.workspace.listing import NEVER
from routerd.domain.errors import UsageError
from routerd.domain.selection import SelectedFile
from routerd.languages import UNKNOWN, language_of

MAX_SOURCE_BYTES = 256_000
"""Larger sources are generated or data; as for the index."""

_FOLDER_LINK = "a link to a folder"
_MAGIC = re.compile(r"[*?\[]")


def select(words: Iterable[str], here: Path) -> Iterator[SelectedFile]:
    """The files of paths, folders and patterns relative to ``here``, each once, in the order of the words.

    Raises UsageError for a path that does not exist and a pattern that matches nothing.
    """
    seen: set[Path] = set()
    for word in words:
        for found in _expanded(word, here):
            path = Path(found.path)
            if path not in seen:
                seen.add(path)
                yield found


def listed_files(paths: Iterable[Path], root: Path) -> Iterator[SelectedFile]:
    """Files that another program listed: each must keep the path rule of the root."""
    for path in dict.fromkeys(Path(os.path.abspath(path)) for path in paths):
        if path.is_dir():
            continue  # a submodule, or a folder in a list: what is wanted of it is not said
        yield SelectedFile(str(path), refusal(path, root, writes=True) or _unfit(path))


def _expanded(word: str, here: Path) -> Iterator[SelectedFile]:
    path = Path(os.path.abspath(here / word))
    if path.is_dir():
        yield from _walked(path, lambda name: True)
        return
    if os.path.lexists(path):
        yield SelectedFile(str(path), _unfit(path, chosen=True))
        return
    if not _MAGIC.search(word):
        raise UsageError(f"{word} does not exist: name a file, a folder or a pattern such as 'src/**/*.py'.")
    first = next(index for index, part in enumerate(path.parts) if _MAGIC.search(part))
    base, pattern = Path(*path.parts[:first]), path.parts[first:]
    found = list(_walked(base, lambda name: _matches(name.split("/"), pattern))) if base.is_dir() else []
    if all(one.skipped == _FOLDER_LINK for one in found):
        raise UsageError(f"No file matches '{word}'.")
    yield from found


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a path matches a pattern, both split at slashes; ``**`` stands for any number of folders."""
    states = {0}
    for part in parts:
        reached = _past_folders(states, pattern)
        states = {at for at in reached if at < len(pattern) and pattern[at] == "**"}
        states |= {
            at + 1 for at in reached if at < len(pattern) and pattern[at] != "**" and fnmatchcase(part, pattern[at])
        }
    return len(pattern) in _past_folders(states, pattern)


def _past_folders(states: set[int], pattern: Sequence[str]) -> set[int]:
    """The states with those that are reached where ``**`` stands for nothing more."""
    reached = set(states)
    for at in sorted(states):
        while at < len(pattern) and pattern[at] == "**":
            at += 1  # noqa: PLW2901  # the run of ``**`` from here
            reached.add(at)
    return reached


def _walked(top: Path, wanted: Callable[[str], bool]) -> Iterator[SelectedFile]:
    """The files below a folder whose path below it is wanted; ignored folders are named once, and not entered."""
    git_ignores = ignored_from(top)
    for name, folders, files in os.walk(top):
        folder = Path(name)
        prefix = "" if folder == top else folder.relative_to(top).as_posix() + "/"
        kept = []
        for below in sorted(folders):
            path = folder / below
            if below in NEVER:
                continue  # everybody expects these to be passed over
            if path.is_symlink():
                yield SelectedFile(str(path), _FOLDER_LINK)
            elif git_ignores.by_itself(path, is_folder=True):
                yield SelectedFile(str(path), "ignored by git")
            else:
                kept.append(below)
        folders[:] = kept
        for file in sorted(files):
            if not wanted(prefix + file):
                continue
            path = folder / file
            reason = "ignored by git" if git_ignores.by_itself(path, is_folder=False) else _unfit(path)
            yield SelectedFile(str(path), reason)


def _unfit(path: Path, *, chosen: bool = False) -> str | None:
    """Why a file cannot be worked on; a link that the user named is the user's choice."""
    try:
        found = os.lstat(path)
        if stat.S_ISLNK(found.st_mode):
            if not chosen:
                return "a link"
            found = os.stat(path)
    except OSError as fault:
        return f"cannot be looked at ({fault.strerror})"
    if not stat.S_ISREG(found.st_mode):
        return "no regular file"
    if language_of(path.name) == UNKNOWN and not chosen:
        return "no known language"
    if not found.st_size:
        return "empty"
    if found.st_size > MAX_SOURCE_BYTES:
        return f"too large ({found.st_size // 1000:,} kB; the limit is {MAX_SOURCE_BYTES // 1000} kB)"
    return None

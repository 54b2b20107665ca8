"""A copy of a project for its tests: its files that are not ignored, and links into its installed packages.

Files are copied and never linked, as a test may write to them. An ignored folder such as ``node_modules`` becomes a
folder of its own with a link for each package, so that what tools cache in it stays in the copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from routerd.domain.project import Project
from routerd.domain.text import Text
from routerd.system.clone_file import clone_file
from routerd.system.uris import path_of

MAX_FILES, MAX_BYTES = 20_000, 300_000_000
"""Of a copy: two seconds and a third of a gigabyte; the index of CPython's own repository has 5,000 files."""
_CACHES = frozenset((".cache", ".vite", ".vite-temp", ".vitest"))
"""What tools write into ``node_modules``."""


def copy_project(folder: Path, project: Project, texts: Mapping[str, Text], linked: Iterable[str]) -> str | None:
    """Copies the project below ``folder``, with ``texts`` by path instead of what is on disk.

    Why it cannot be copied, in words that follow "as"; ``None`` if it was. Slow, so it belongs into a thread. Raises
    OSError.
    """
    root = path_of(project.root) if project.root else None
    if len(project.files) > MAX_FILES:
        return f"the project has {len(project.files):,} files, and at most {MAX_FILES:,} are copied"
    size = 0
    for name in project.files if root else ():
        assert root is not None
        if name in texts:
            continue
        goal = _place(folder, name)
        try:
            size += clone_file(root / name, goal)
        except OSError:
            continue  # deleted since it was indexed, or unreadable: tests that need it will not start
        if size > MAX_BYTES:
            return f"the project is larger than {MAX_BYTES // 1_000_000} MB"
    for name, text in texts.items():
        _place(folder, name).write_bytes(text.string.encode("utf-8", "surrogateescape"))
    for name in _existing(project, linked, root) if root else ():
        assert root is not None
        _link_entries(root / name, folder / name)
    return None


def rewrite(folder: Path, name: str, text: Text | str) -> None:
    """Writes one file of the copy anew."""
    string = text if isinstance(text, str) else text.string
    _place(folder, name).write_bytes(string.encode("utf-8", "surrogateescape"))


def _place(folder: Path, name: str) -> Path:
    """A path below the copy, whose folder exists. Raises OSError for a name that leads out of it."""
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise OSError(f"'{name}' is no path below the project's folder")
    goal = folder / name
    goal.parent.mkdir(parents=True, exist_ok=True)
    return goal


def _existing(project: Project, linked: Iterable[str], root: Path) -> Iterator[str]:
    """The folders to link into, beside any file of the project that is not ignored."""
    parents = {str(parent) for name in project.files for parent in PurePosixPath(name).parents}
    for parent in sorted(parents):
        for name in linked:
            place = name if parent == "." else f"{parent}/{name}"
            if (root / place).is_dir():
                yield place


def _link_entries(source: Path, goal: Path) -> None:
    goal.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.name not in _CACHES:
            (goal / entry.name).symlink_to(entry, target_is_directory=entry.is_dir())

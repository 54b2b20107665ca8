"""The adapter of git's index: what is staged, and the subjects of the latest commits; writes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from routerd.adapters.git import git
from routerd.domain.errors import UsageError

_SUBJECTS = 10


@dataclass(frozen=True, slots=True)
class Staged:
    """What would be committed, file by file."""

    root: Path
    files: tuple[tuple[str, str], ...]
    """Each file's path from the root, and its part of the diff."""
    subjects: tuple[str, ...]
    """Of the latest commits, newest first; none before the first commit."""


def staged(path: Path | None) -> Staged:
    """What is staged in the repository of a file or folder.

    Raises UsageError, with what to do, where there is no git, no repository, or nothing staged.
    """
    if path is None:
        raise UsageError("A commit message needs a repository: open a file or folder of it.")
    folder = path if path.is_dir() else path.parent
    root = Path(os.fsdecode(git(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")))
    names = [os.fsdecode(name) for name in _diff(root, "--name-only", "-z").split(b"\0") if name]
    if not names:
        raise UsageError("Nothing is staged: choose what to commit with 'git add', then ask again.")
    parts = _parts(_diff(root).decode("utf-8", "replace"))
    # One name for each part, as both have git's order and renames are shown as a removal and a new file.
    return Staged(root, tuple(zip(names, parts, strict=True)), _subjects(root))


def _diff(root: Path, *more: str) -> bytes:
    plain = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/")
    return git(root, "diff", "--cached", "--submodule=short", *plain, *more)


def _parts(diff: str) -> list[str]:
    parts: list[list[str]] = []
    for line in diff.split("\n"):
        if line.startswith(("diff --git ", "* Unmerged path ")):
            parts.append([])
        if parts:
            parts[-1].append(line)
    return ["\n".join(part).rstrip("\n") for part in parts]


def _subjects(root: Path) -> tuple[str, ...]:
    try:
        log = git(root, "log", "--no-show-signature", f"--max-count={_SUBJECTS}", "--format=%s")
    except UsageError:
        return ()  # a repository before its first commit has no log
    return tuple(line for line in log.decode("utf-8", "replace").split("\n") if line.strip())

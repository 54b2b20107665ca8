"""The adapter of git's index: what is staged, and the subjects of the latest commits; writes nothing."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from routerd.domain.errors import UsageError

_SECONDS = 30
"""git answers within a second in repositories of a million lines; on a slow network drive it may take longer."""
_SUBJECTS = 10

_INERT = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.quotePath=false")
"""A repository's own configuration may name programs; none of them is run."""


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
    root = Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")))
    names = [os.fsdecode(name) for name in _diff(root, "--name-only", "-z").split(b"\0") if name]
    if not names:
        raise UsageError("Nothing is staged: choose what to commit with 'git add', then ask again.")
    parts = _parts(_diff(root).decode("utf-8", "replace"))
    # One name for each part, as both have git's order and renames are shown as a removal and a new file.
    return Staged(root, tuple(zip(names, parts, strict=True)), _subjects(root))


def _diff(root: Path, *more: str) -> bytes:
    plain = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/")
    return _git(root, "diff", "--cached", "--submodule=short", *plain, *more)


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
        log = _git(root, "log", "--no-show-signature", f"--max-count={_SUBJECTS}", "--format=%s")
    except UsageError:
        return ()  # a repository before its first commit has no log
    return tuple(line for line in log.decode("utf-8", "replace").split("\n") if line.strip())


def _git(folder: Path, *arguments: str) -> bytes:
    env = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    command = ["git", "--no-pager", *_INERT, *arguments]
    try:
        done = subprocess.run(  # fixed words; the folder is the user's
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except FileNotFoundError:
        raise UsageError("There is no program 'git' here: install it, or write the message yourself.") from None
    except (OSError, subprocess.SubprocessError) as fault:
        raise UsageError(f"git gave no answer ({type(fault).__name__}): try again.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0].removeprefix("fatal: ").rstrip(".")
        raise UsageError(f"git says: {said or 'it failed'} (in {folder}).")
    return done.stdout

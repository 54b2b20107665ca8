"""The adapter of git: runs it without any program that a repository's configuration names; most of it only reads."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from routerd.domain.errors import UsageError

_SECONDS = 30
"""git answers within a second in repositories of a million lines; on a slow network drive it may take longer."""
_INERT = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.quotePath=false")
"""A repository's own configuration may name programs; none of them is run."""


def git(folder: Path, *arguments: str, stdin: bytes | None = None) -> bytes:
    """What git prints for a command in a folder. Raises UsageError with git's own words where it fails."""
    env = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    command = ["git", "--no-pager", *_INERT, *arguments]
    try:
        done = subprocess.run(  # fixed words; the folder is the user's
            command, cwd=folder, env=env, input=stdin or b"", capture_output=True, timeout=_SECONDS, check=False
        )
    except FileNotFoundError:
        raise UsageError("There is no program 'git' here: install it to use what it knows.") from None
    except (OSError, subprocess.SubprocessError) as fault:
        raise UsageError(f"git gave no answer ({type(fault).__name__}): try again.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0].removeprefix("fatal: ").rstrip(".")
        raise UsageError(f"git says: {said or 'it failed'} (in {folder}).")
    return done.stdout


def changed_files(folder: Path, ref: str) -> list[Path]:
    """The files below a folder that differ from a revision, with those that git does not know yet.

    Deleted files are left out. Raises UsageError where there is no repository or no such revision.
    """
    if ref.startswith("-"):
        raise UsageError(f"'{ref}' is no revision: name a branch, a tag or a commit.")
    commit = git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").decode().strip()
    plain = ("--no-ext-diff", "--no-textconv", "--no-renames", "--diff-filter=d", "--name-only", "--relative", "-z")
    known = git(folder, "diff", *plain, commit, "--", ".")
    new = git(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    names = dict.fromkeys(os.fsdecode(name) for name in (known + new).split(b"\0") if name)
    return [folder / name for name in names]

"""The adapter of git: runs it without any program that a repository's configuration names; most of it only reads."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from routerd.domain.errors import UsageError
from routerd.system.bounded_output import OutputTooLarge, run_bounded

_SECONDS = 30
"""git answers within a second in repositories of a million lines; on a slow network drive it may take longer."""
_MOST_BYTES = 64_000_000
"""Of a comparison or a list of files: above what any review or prompt takes."""
_INERT = tuple(
    word
    for setting in (
        *("core.fsmonitor=false", f"core.hooksPath={os.devnull}"),
        *("core.quotePath=false", "diff.autoRefreshIndex=false"),
    )
    for word in ("-c", setting)
)
"""A repository's own configuration may name programs, none of which is run; and a comparison writes no index."""
_OF_A_HOOK = frozenset(
    f"GIT_{name}" for name in ("DIR", "WORK_TREE", "INDEX_FILE", "PREFIX", "OBJECT_DIRECTORY", "COMMON_DIR")
)


def git(folder: Path, *arguments: str, stdin: bytes | None = None, elsewhere: bool = False) -> bytes:
    """What git prints for a command in a folder, which may lie ``elsewhere`` than the repository of a running hook.

    Raises UsageError with git's own words where it fails.
    """
    # A hook is told its own repository and index; a worktree beside that repository has others.
    own = {name: value for name, value in os.environ.items() if not elsewhere or name not in _OF_A_HOOK}
    env = {**own, "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    command = ["git", "--no-pager", *_INERT, *arguments]
    try:
        # Fixed words; the folder is the user's.
        done = run_bounded(command, _MOST_BYTES, _SECONDS, stdin=stdin or b"", cwd=folder, env=env)
    except FileNotFoundError:
        raise UsageError("There is no program 'git' here: install it to use what it knows.") from None
    except OutputTooLarge:
        raise UsageError(f"git says more than {_MOST_BYTES // 10**6} MB: name fewer files.") from None
    except (OSError, subprocess.SubprocessError) as fault:
        raise UsageError(f"git gave no answer ({type(fault).__name__}): try again.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0].removeprefix("fatal: ").rstrip(".")
        raise UsageError(f"git says: {said or 'it failed'} (in {folder}).")
    return done.stdout

"""The adapter of git's comparisons: what is staged, and what the working tree changed since a revision."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from routerd.adapters.git import git
from routerd.domain.errors import UsageError
from routerd.domain.text import Text

_PLAIN = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--ignore-submodules")
_PREFIXES = ("--src-prefix=a/", "--dst-prefix=b/")
_EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""git's name of the tree without files, which a repository without commits is compared with."""


@dataclass(frozen=True, slots=True)
class GitChange:
    """What changed in a repository."""

    root: Path
    diff: str
    new: tuple[str, ...] = ()
    """Paths of files that git does not know yet."""


def top_of(folder: Path) -> Path:
    """The root of the repository around a folder. Raises UsageError where there is none."""
    return Path(os.fsdecode(git(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")))


def staged_change(folder: Path) -> GitChange:
    """What would be committed, in the repository of a folder. Raises UsageError where git fails."""
    root = top_of(folder)
    return GitChange(root, _text(git(root, "diff", "--cached", *_PLAIN, *_PREFIXES)))


def changed_since(folder: Path, revision: str | None) -> GitChange:
    """The working tree against where it parted from a revision; without one against the latest commit.

    Raises UsageError where there is no repository or no such revision.
    """
    root = top_of(folder)
    commit = _parting(root, revision) if revision is not None else _head(root)
    new = git(root, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
    diff = git(root, *without_filters(root), "diff", *_PLAIN, *_PREFIXES, commit)
    return GitChange(root, _text(diff), tuple(os.fsdecode(name) for name in new if name))


def staged_text(root: Path, path: str) -> Text:
    """A file as it is staged. Raises UsageError where it is not."""
    return Text(_text(git(root, "cat-file", "blob", f":0:{path}")))


def files_since(folder: Path, revision: str) -> list[Path]:
    """The files below a folder that differ from a revision, with those that git does not know yet.

    Deleted files are left out. Raises UsageError where there is no repository or no such revision.
    """
    top_of(folder)
    commit = _commit(folder, revision)
    names = ("--diff-filter=d", "--name-only", "--relative", "-z")
    known = git(folder, *without_filters(folder), "diff", *_PLAIN, *names, commit, "--", ".")
    new = git(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    found = dict.fromkeys(os.fsdecode(name) for name in (known + new).split(b"\0") if name)
    return [folder / name for name in found]


def _commit(folder: Path, revision: str) -> str:
    if revision.startswith("-"):
        raise UsageError(f"'{revision}' is no revision: name a branch, a tag or a commit.")
    try:
        named = git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except UsageError:
        raise UsageError(f"There is no revision '{revision}' here: fetch it, or name another one.") from None
    return named.decode().strip()


def _parting(root: Path, revision: str) -> str:
    commit = _commit(root, revision)
    try:
        return git(root, "merge-base", commit, "HEAD").decode().strip()
    except UsageError:
        return commit  # a shallow clone does not know where the two parted


def _head(root: Path) -> str:
    try:
        return git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").decode().strip()
    except UsageError:
        return _EMPTY


def without_filters(root: Path) -> list[str]:
    """Options that take away the filters of a repository's configuration, which are programs."""
    try:
        names = _text(git(root, "config", "--name-only", "-z", "--get-regexp", r"^filter\.")).split("\0")
    except UsageError:
        return []  # none is set
    drivers = dict.fromkeys(name.rpartition(".")[0] for name in names if name)
    settings = (f"{driver}.{key}" for driver in drivers for key in ("clean=", "smudge=", "process=", "required=false"))
    return [word for setting in settings for word in ("-c", setting)]


def _text(found: bytes) -> str:
    return found.decode("utf-8", "surrogateescape")

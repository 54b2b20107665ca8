"""Where the changes of a batch land: in the files, in one patch, or in a commit on a branch of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from routerd.adapters.changes import top_of, without_filters
from routerd.adapters.git import git
from routerd.app.batches import Batches
from routerd.app.file_editor import replace_file
from routerd.batch.landing import Landing
from routerd.domain.batch import BatchPlan, ItemState
from routerd.domain.errors import UsageError
from routerd.domain.reply import FileChange
from routerd.domain.unified_diff import unified_diff
from routerd.system.uris import path_of


@dataclass(frozen=True, slots=True)
class Landed:
    """What landed, and the files that could not be written with the reason."""

    landing: Landing
    written: tuple[FileChange, ...]
    problems: tuple[str, ...]
    branch: str | None = None


def in_files(batches: Batches, plan: BatchPlan) -> Landed:
    """Write the changes into the files; each is replaced in one step. Items whose files are written are applied."""
    landing = batches.landing(plan)
    written, problems = _written(landing.files.values(), batches.root)
    missing = {file.uri for file in landing.files.values()} - {file.uri for file in written}
    done = []
    for item in landing.landed:
        change = batches.store.change(plan.id, item)
        if change is not None and not missing.intersection(file.uri for file in change.files):
            done.append(item)
    batches.store.set_state(plan.id, done, ItemState.APPLIED)
    return Landed(landing, written, problems)


def as_patch(batches: Batches, plan: BatchPlan) -> tuple[Landing, str]:
    """The changes as one patch relative to the root, which ``git apply`` takes."""
    landing = batches.landing(plan)
    return landing, patch_of(landing.files.values(), batches.root)


def patch_of(files: Iterable[FileChange], root: Path) -> str:
    """Unified diffs of files, in the order of their names."""
    top = root.as_uri() + "/"
    parts = []
    for file in sorted(files, key=lambda file: file.uri):
        path = path_of(file.uri)
        inside = path is not None and file.uri.startswith(top)
        name = path.relative_to(root).as_posix() if path and inside else file.uri
        parts.append(unified_diff(file.before, file.after, name, create=file.create))
    return "".join(parts)


def on_branch(batches: Batches, plan: BatchPlan, name: str | None, message: str) -> Landed:
    """Commit the changes on a new branch from the current commit, in a worktree that is removed afterwards.

    The files and the index of this checkout are not touched. Raises UsageError where there is no commit to begin from.
    """
    root, top = batches.root, top_of(batches.root)
    branch = _free(root, name, f"routerd/{plan.action}-{plan.id}")
    run = partial(git, elsewhere=True)
    plain = without_filters(top)
    with tempfile.TemporaryDirectory(prefix="routerd-") as folder:
        tree = Path(folder).resolve() / "tree"
        committed = False
        try:
            run(root, *plain, "worktree", "add", "--quiet", "-b", branch, str(tree), "HEAD")
            landing = batches.landing(plan, tree / root.resolve().relative_to(top.resolve()))
            written, problems = _written(landing.files.values(), tree)
            names = [str(path) for file in written if (path := path_of(file.uri))]
            if names:
                listed = b"\0".join(name.encode("utf-8", "surrogateescape") for name in names)
                paths = ("--pathspec-from-file=-", "--pathspec-file-nul")
                run(tree, *plain, "--literal-pathspecs", "add", *paths, stdin=listed)
                run(tree, *plain, "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", message)
                committed = True
        finally:
            if tree.exists():
                run(root, "worktree", "remove", "--force", str(tree))
            if not committed and branch in _branches(root):
                run(root, "branch", "--quiet", "-D", branch)
    return Landed(landing, written, problems, branch if committed else None)


def _branches(root: Path) -> list[str]:
    named = git(root, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", elsewhere=True)
    return named.decode("utf-8", "surrogateescape").split("\n")


def _free(root: Path, name: str | None, otherwise: str) -> str:
    """The user's name for a branch, or a free one."""
    taken = _branches(root)
    if name is not None:
        if name in taken:
            raise UsageError(f"There is a branch '{name}' already: choose another name.")
        git(root, "check-ref-format", "--branch", name)
        return name
    number, found = 1, otherwise
    while found in taken:
        number, found = number + 1, f"{otherwise}-{number + 1}"
    return found


def _written(files: Iterable[FileChange], root: Path) -> tuple[tuple[FileChange, ...], tuple[str, ...]]:
    written: list[FileChange] = []
    problems: list[str] = []
    for file in files:
        path = path_of(file.uri)
        try:
            if path is None:
                raise OSError("it is not a file")
            real = path.resolve()
            # What was a file when it was planned may be a link by now.
            if path.is_relative_to(root) and not real.is_relative_to(root.resolve()):
                raise OSError("it is a link that leads out of the folder")
            replace_file(real, file.after)
        except OSError as fault:
            problems.append(f"{path} cannot be written ({fault.strerror or fault})")
        else:
            written.append(file)
    return tuple(written), tuple(problems)

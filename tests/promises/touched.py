"""What one action touched, seen by an audit hook of the interpreter, and how that breaks the promise of the workspace.

The judge is the folder as it was made; routerd's own rule on paths is not asked.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from routerd.domain.action import Request
from routerd.domain.outcome import Outcome, Status
from routerd.system.uris import path_of
from tests.promises.trapped_folder import Folder, States, states


@dataclass
class Watcher:
    """Sees what this process opens and lists below a folder, while it looks."""

    below: str = ""
    opened: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.below or event not in ("open", "os.listdir", "os.scandir"):
            return
        path = os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes | os.PathLike) else ""
        if path.startswith(self.below):
            (self.opened if event == "open" else self.listed).append(os.path.realpath(path))


WATCHER = Watcher()
sys.addaudithook(WATCHER.hook)
"""A hook stays for the life of the interpreter; it looks at nothing unless a case runs."""


@dataclass(frozen=True)
class Asked:
    """One case: what is asked in which project, and what the provider will say."""

    place: Folder
    request: Request
    own: Path | None
    """The real path of the document, which is the user's choice; ``None`` where it has no file."""
    said: str

    @property
    def area(self) -> Path:
        """The workspace: the project, and for a document outside of every project the folder that it is in."""
        path = path_of(self.request.document.uri)
        return self.place.root if path is None or path.is_relative_to(self.place.root) else path.parent

    @property
    def beside(self) -> list[Path]:
        """Files of another folder that is the workspace: read where an answer names them, never sent or written."""
        return (
            []
            if self.area == self.place.root
            else [path for path in self.place.closed if path.is_relative_to(self.area)]
        )


def harm(case: Asked, before: States, sent: str, outcome: Outcome) -> str:
    """How a case broke the promise; empty where it kept it."""
    return _read(case) or _sent(case, sent) or _written(case, before, sent, outcome)


def _read(case: Asked) -> str:
    place, own = case.place, case.own
    for path in WATCHER.opened:
        real = Path(path)
        written = own is not None and real.parent == own.parent and real.name.startswith(".routerd-")
        if real == own or written:
            continue
        if real in place.closed and real not in case.beside:
            return f"{real} is opened"
        if not real.is_relative_to(case.area):
            return f"{real} is opened, outside the workspace"
    outside = next((path for path in WATCHER.listed if not Path(path).is_relative_to(case.area)), None)
    return "" if outside is None else f"{outside} is listed, outside the workspace"


def _sent(case: Asked, sent: str) -> str:
    told = case.request.document.text.string + case.said  # a rejected answer is sent back to who gave it
    for path, mark in case.place.closed.items():
        if mark in sent and path != case.own and mark not in told:
            return f"{path} is sent"
    return ""


def _written(case: Asked, before: States, sent: str, outcome: Outcome) -> str:
    after = dict(states(case.place.base))
    for path in [path for path in {*before, *after} if before.get(path, 0) != after.get(path, 0)]:
        new_folder = path.is_dir() and not path.is_symlink() and path not in before  # for a file, judged by itself
        if new_folder or (path == case.own and outcome.status is Status.APPLIED):
            continue
        name = path.relative_to(case.area).as_posix() if path.is_relative_to(case.area) else ""
        is_link = isinstance(before.get(path), str) or path != Path(os.path.realpath(path))
        if path in case.place.closed or is_link or not name:
            return f"{path} is written"
        is_test = any(part in name for part in ("test", "spec"))
        if not (outcome.status is Status.APPLIED and is_test and name in sent):
            return f"{path} is written, and no prompt named it as the file of tests"
    return ""


def restored(before: States, base: Path) -> None:
    """What a case wrote is taken back."""
    after = dict(states(base))
    for path in sorted(after.keys() - before.keys(), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    for path, content in before.items():
        if isinstance(content, bytes) and after.get(path) != content:
            path.write_bytes(content)

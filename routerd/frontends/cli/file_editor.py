"""The Editor port for the command line: changes go to files, whole or not at all, or only to the screen."""

from __future__ import annotations

import difflib
import os
import sys
import tempfile
from pathlib import Path

from routerd.app import App, path_of
from routerd.domain.document import Document
from routerd.domain.reply import Change, FileChange
from routerd.domain.text import Text


class FileEditor:
    """Writes changes if it may; otherwise they stay proposals."""

    def __init__(self, app: App, write: bool, ask: bool) -> None:
        """``ask``: whether there is a person at the terminal who can confirm a price."""
        self._app = app
        self._write = write
        self._ask = ask

    def current(self, uri: str) -> Document | None:
        """The file as it is on disk now."""
        return self._app.document(uri)

    async def apply(self, change: Change, label: str) -> str | None:
        """Write all files of the change; each is replaced in one step, so that none is ever half written."""
        if not change.files:
            return None
        if not self._write:
            return "shown as a diff only; add --apply to write it"
        for file in change.files:
            path = path_of(file.uri)
            if path is None:
                return f"{file.uri} is not a file"
            _replace(path, file.after)
        return None

    async def confirm(self, question: str) -> bool:
        """Ask at the terminal; a script is never asked, and no answer is no."""
        if not self._ask:
            return False
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)  # noqa: T201  # a question to a person
        return sys.stdin.readline().strip().lower() in ("y", "yes")


def unified(change: Change, root: str) -> str:
    """The change as a unified diff, as ``git apply`` takes it; line ends other than LF stand as they are."""
    return "".join(_file_diff(file, file.uri.removeprefix(root).lstrip("/")) for file in change.files)


def _file_diff(file: FileChange, name: str) -> str:
    before = list(file.before.lines) if file.before.string else []
    lines = difflib.unified_diff(
        [line for line in before if line],
        [line for line in file.after.lines if line],
        "/dev/null" if file.create else f"a/{name}",
        f"b/{name}",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _replace(path: Path, text: Text) -> None:
    """Write beside the file, then put it in its place: a crash leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A link keeps being a link: what it points at is replaced.
    path = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.string.encode("utf-8", "surrogateescape"))
        if path.exists():
            os.chmod(name, path.stat().st_mode)
        else:
            os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

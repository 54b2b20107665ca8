"""The Editor port for the command line: changes go to files, whole or not at all, or only to the screen."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
import tempfile
from pathlib import Path

from routerd.app.workspace import App
from routerd.domain.document import Document
from routerd.domain.reply import Change
from routerd.domain.text import Text
from routerd.domain.unified_diff import unified_diff
from routerd.system.uris import path_of

_LONGEST_ANSWER = 1_000
"""Characters that are read of what was typed."""


class FileEditor:
    """Writes changes if it may; otherwise they stay proposals."""

    def __init__(self, app: App, about: str, write: bool, ask: bool, agreed: bool = False) -> None:
        """``about``: the URI of what was asked about.

        ``ask``: whether a person at the terminal can confirm a price; ``agreed``: whether every price is confirmed.
        """
        self._about = about
        self._app = app
        self._write = write
        self._ask = ask
        self._agreed = agreed
        self.unasked = False
        """Whether a question had nobody to answer it."""

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
            try:
                if file.uri == self._about:  # a link that the user named keeps being one: its target is replaced
                    path = path.resolve()
                replace_file(path, file.after)
            except OSError as fault:
                return f"{path} cannot be written ({fault.strerror or fault})"
        return None

    async def confirm(self, question: str) -> bool:
        """Ask at the terminal; a script is never asked, and no answer is no."""
        if self._agreed:
            return True
        if not self._ask:
            self.unasked = True
            return False
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)  # noqa: T201  # a question to a person
        return (await typed()).strip().lower() in ("y", "yes")


async def typed() -> str:
    """A line of the terminal, waited for where Ctrl-C is heard."""
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()
    try:
        loop.add_reader(sys.stdin, arrived.set)
    except NotImplementedError:  # Windows, where Ctrl-C ends the reading itself
        return sys.stdin.readline(_LONGEST_ANSWER)
    try:
        await arrived.wait()
    finally:
        loop.remove_reader(sys.stdin)
    return sys.stdin.readline(_LONGEST_ANSWER)


def unified(change: Change, root: str) -> str:
    """The change as a unified diff, as ``git apply`` takes it; line ends other than LF stand as they are."""
    return "".join(
        unified_diff(file.before, file.after, file.uri.removeprefix(root).lstrip("/"), create=file.create)
        for file in change.files
    )


def replace_file(path: Path, text: Text) -> None:
    """Write beside the file, then put it in its place: a crash leaves the old file or the new one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    handle, name = tempfile.mkstemp(prefix=".routerd-", dir=path.parent)
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

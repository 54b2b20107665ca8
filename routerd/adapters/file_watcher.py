"""The adapter of watchfiles: reports the contents of files, which may not exist yet, and changes in folders.

It watches folders, as editors replace a file by renaming another onto it, which ends a watch on the file.
The callback decides what a change means and how to handle a broken file.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import aclosing
from pathlib import Path

from routerd.system.regular_files import read_regular

Contents = Mapping[Path, bytes | None]
"""The contents of each file; ``None`` if it does not exist, is no regular file, or is too large."""
OnChange = Callable[[Contents], Awaitable[None]]
"""The callback receives the contents of all files, so that it need not read one that is being written."""

MAX_BYTES = 256_000
"""Larger files are not read, as every poll would read them again."""
_QUIET_MS = 50
"""A change is reported after a pause of this length: an editor's truncate, write and rename are one change."""
_LOOKS = 6
"""Within such a pause."""
_LONGEST_MS = 300
"""The longest delay of a report while changes continue without a pause."""
_LOOK_MS = 500
"""Contents are compared this often even without a notification: some network folders send none, and a change
between two watches is not lost."""


async def watch(files: Collection[Path], on_change: OnChange) -> None:
    """Call ``on_change`` at once and on each change of any of the files, one call at a time, until cancelled."""
    known = await asyncio.to_thread(_contents, files)
    await on_change(known)
    while True:
        async with aclosing(_notices(files)) as notices:
            async for _ in notices:
                now = await _settled(files, known)
                if now != known:
                    known = now
                    await on_change(known)


def folder_changes(folders: Collection[Path], stop: threading.Event, *, below: bool) -> Iterator[frozenset[Path]]:
    """The paths that changed in some folders, with ``below`` also in those below them; for a thread of its own.

    Yields once a second at the least, perhaps nothing, and ends with ``stop``. Raises OSError if a folder is missing
    or the system has no watches left.
    """
    from watchfiles import watch as changes  # noqa: PLC0415  # lazy: keeps it out of the daemon's start-up

    for found in changes(
        *folders,
        watch_filter=None,
        recursive=below,
        step=_QUIET_MS,
        debounce=_LONGEST_MS,
        rust_timeout=1_000,
        yield_on_timeout=True,
        raise_interrupt=False,
        stop_event=stop,
    ):
        yield frozenset(Path(path) for _, path in found)


async def _settled(files: Collection[Path], known: Contents) -> Contents:
    """The contents; a file counts as missing or empty when it was so at each of several looks.

    It is briefly so between an editor's truncate or rename and its write: two looks could meet two such moments.
    """
    for look in range(_LOOKS):
        if look:
            await asyncio.sleep(_QUIET_MS / 1000 / (_LOOKS - 1))
        now = await asyncio.to_thread(_contents, files)
        if all(now[file] or now[file] == known[file] for file in files):
            break
    return now


async def _notices(files: Collection[Path]) -> AsyncGenerator[None, None]:
    """Yields when something may have changed; ends when the set of folders to watch changes."""
    from watchfiles import awatch  # noqa: PLC0415  # lazy: keeps it out of the daemon's start-up

    try:
        folders = _folders(files)
        stirs = awatch(
            *folders,
            watch_filter=None,
            recursive=False,
            step=_QUIET_MS,
            debounce=_LONGEST_MS,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
        )
        async with aclosing(stirs):
            async for _ in stirs:
                yield
                if _folders(files) != folders:
                    return
    except OSError:
        # A folder disappeared, or the system has no watches left: poll without them.
        await asyncio.sleep(_LOOK_MS / 1000)
        yield


def _contents(files: Collection[Path]) -> Contents:
    return {file: _content(file) for file in files}


def _content(file: Path) -> bytes | None:
    try:
        return read_regular(file, MAX_BYTES)
    except OSError:
        return None


def _folders(files: Collection[Path]) -> Mapping[Path, int]:
    """The nearest existing folder above each file and above the target of a symbolic link, by identity.

    ``Path.resolve`` raises RuntimeError for links that lead to each other; ``realpath`` stops at one of them.
    """
    above = {_existing(path.parent) for file in files for path in (file.absolute(), Path(os.path.realpath(file)))}
    return {folder: folder.stat().st_ino for folder in above}


def _existing(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if path.is_dir()), Path(folder.anchor))

"""The only door to watchfiles: tells what files hold that may not exist yet, each time that it is another.

It watches folders, as editors replace a file by renaming another onto it and a watched file would be lost.
What the change means, and what to do about a broken file, is the business of whoever is told.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from contextlib import aclosing
from pathlib import Path

from routerd.system.regular_files import read_regular

Contents = Mapping[Path, bytes | None]
"""What each file holds; ``None`` for one that is not there, is no regular file, or is too large."""
Told = Callable[[Contents], Awaitable[None]]
"""Is given what all of the files hold, so that nobody reads one again while it is being written."""

MAX_BYTES = 256_000
"""A larger file is not read; it would be twice a second."""
_QUIET_MS = 50
"""A change is told once nothing else happened for so long: an editor's truncate, write and rename are one."""
_LONGEST_MS = 300
"""At the latest after so long of changes without a pause."""
_LOOK_MS = 500
"""Contents are compared this often even without a notice: some network folders never send one, and a change
between two watches is not lost."""


async def watch(files: Collection[Path], told: Told) -> None:
    """Call ``told`` at once and at each change of any of the files, one call at a time, until it is cancelled."""
    known = await asyncio.to_thread(_contents, files)
    await told(known)
    while True:
        async with aclosing(_notices(files)) as notices:
            async for _ in notices:
                now = await _settled(files, known)
                if now != known:
                    known = now
                    await told(known)


async def _settled(files: Collection[Path], known: Contents) -> Contents:
    """The contents, of which those that are gone or empty were looked at twice.

    Between an editor's truncate or rename and its write a file is so, and that is not what its user wants.
    """
    now = await asyncio.to_thread(_contents, files)
    if any(not now[file] and now[file] != known[file] for file in files):
        await asyncio.sleep(_QUIET_MS / 1000)
        now = await asyncio.to_thread(_contents, files)
    return now


async def _notices(files: Collection[Path]) -> AsyncGenerator[None, None]:
    """Something may have changed; ends when other folders need watching than before."""
    from watchfiles import awatch  # noqa: PLC0415  # lazy: a daemon's first answer does not wait for it

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
        # A folder vanished on the way, or the system has no watches left: look again without them.
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
    """The nearest existing folder above each file, and above what a symbolic link leads to, by identity.

    ``Path.resolve`` raises RuntimeError for links that lead to each other; ``realpath`` stops at one of them.
    """
    above = {_existing(path.parent) for file in files for path in (file.absolute(), Path(os.path.realpath(file)))}
    return {folder: folder.stat().st_ino for folder in above}


def _existing(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if path.is_dir()), Path(folder.anchor))

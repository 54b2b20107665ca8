"""Keeps an index true to the disk: a thread watches its folders, and looks at every file where it cannot."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Collection
from pathlib import Path

from routerd.adapters.file_watcher import folder_changes
from routerd.adapters.workspace.index import Index
from routerd.system import folder_watch

_MAX_FOLDERS = 8_000
"""Where each folder takes a watch, the user's limit is left to others; a larger tree is looked at every 30 s.

Only listed folders are watched, so that `node_modules` takes none."""
_STOP_S = 0.2
"""A watch notices within 0.05 s that it is to end."""
_LOOK_S = 30
"""Between two looks at every file, where folders cannot be watched."""


class TreeWatch:
    """Follows one index until it is stopped or the index is no longer used."""

    def __init__(self, index: Index) -> None:
        self._index = weakref.ref(index)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="routerd-files", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether its index is still used."""
        return self._index() is not None

    def stop(self) -> None:
        """Ends the thread; waits for it briefly, as a watch must not outlive the interpreter."""
        self._stopped.set()
        self._thread.join(_STOP_S)

    def _follow(self) -> None:
        while not self._stopped.is_set() and (index := self._index()) is not None:
            folders = index.folders
            del index
            try:
                self._watch(folders)
            except OSError:
                if self._take(None) == folders:  # no folder vanished: the system has no watches left
                    self._stopped.wait(_LOOK_S)

    def _watch(self, folders: frozenset[Path]) -> None:
        """Until the set of folders changes."""
        if not folders or (len(folders) > _MAX_FOLDERS and not folder_watch.BELOW):
            self._stopped.wait(_LOOK_S if folders else 1)
            self._take(None)
            return
        index = self._index()
        roots = [index.root] if folder_watch.BELOW and index else sorted(folders)
        del index
        first = True
        for changed in folder_changes(roots, self._stopped, below=folder_watch.BELOW):
            # What changed before the watch began sent no notice: everything is looked at once.
            now = self._take(None if first else changed)
            first = False
            if now != folders:
                return

    def _take(self, paths: Collection[Path] | None) -> frozenset[Path] | None:
        """Takes in changed files, or looks at all; the folders afterwards, ``None`` if the index is gone."""
        index = self._index()
        if index is None or self._stopped.is_set():
            return None
        if paths is None:
            index.refresh(lambda: not self._stopped.is_set())
        elif paths:
            index.update(paths)
        return index.folders

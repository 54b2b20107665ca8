"""The indexes of a process, one for each root, shared by all sessions that work on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from weakref import WeakValueDictionary

from routerd.adapters.workspace.index import Index
from routerd.adapters.workspace.tree_watch import TreeWatch
from routerd.domain.ports import Grammar


class Indices:
    """Holds an index for as long as a workspace uses it."""

    def __init__(self, grammar: Grammar) -> None:
        """``grammar`` is its own: one that keeps open documents' trees would lose them to the project's files."""
        self._grammar = grammar
        self._lock = threading.Lock()
        self._found: WeakValueDictionary[tuple[Path, Path | None], Index] = WeakValueDictionary()
        self._watches: dict[int, TreeWatch] = {}

    def of(self, root: Path, within: Path | None) -> Index:
        """The index of a root, of which only files inside ``within`` are read; empty at first."""
        with self._lock:
            index = self._found.get((root, within))
            if index is None:
                index = self._found[root, within] = Index(root, self._grammar, within)
            return index

    def fill(self, index: Index, go_on: Callable[[], bool], near: Path | None) -> None:
        """Reads the project, or what is left of it, if no other session did."""
        if not index.complete:
            index.refresh(go_on, near)

    def follow(self, index: Index) -> None:
        """Keeps the index true to the disk from now on."""
        with self._lock:
            self._watches = {key: watch for key, watch in self._watches.items() if watch.alive}
            if id(index) not in self._watches:
                self._watches[id(index)] = TreeWatch(index)

    def close(self) -> None:
        """Ends all watches."""
        with self._lock:
            for watch in self._watches.values():
                watch.stop()
            self._watches.clear()

"""The index of one project: declarations and imports of its files, kept as they are on disk."""

from __future__ import annotations

import threading
from collections import ChainMap
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path

from routerd.adapters.workspace.allowed import refusal
from routerd.adapters.workspace.file_facts import (
    MAX_SOURCE_BYTES,
    FileFacts,
    Stamp,
    facts_of,
    is_source,
    read_facts,
    stamp_of,
)
from routerd.adapters.workspace.files import ignored_from
from routerd.adapters.workspace.listing import Listing, unlisted
from routerd.domain.ports import Grammar
from routerd.domain.project import Declaration, Project
from routerd.domain.symbol import Outline
from routerd.domain.text import Text
from routerd.system.uris import uri_of

MAX_STORED_BYTES = 120_000_000
"""The most memory of all facts, about; further files are listed, and counted in ``Project.unread``."""
MANY = 100
"""From so many changed files on, listing the project again is cheaper than judging each path."""
_FIRST = 250
"""After so many files, and each time that there are twice as many, the index is shown while it is being built."""
_MAX_CHECKED = 64
_MAX_READ_AT_ONCE = 64_000
"""Bytes read and outlined while an action waits: about 20 ms; other changed files are left out."""


class Index:
    """The mutable index of the files below ``root``; shows frozen Projects. One writer at a time, readers never wait.

    Only real files inside the project that git does not ignore are read. A file's facts are those of its last stamp.
    """

    def __init__(self, root: Path, grammar: Grammar, within: Path | None = None) -> None:
        self.root = root
        self.folders: frozenset[Path] = frozenset()
        """Every folder that was listed, for a watch on them."""
        self.complete = False
        """Whether every listed file was looked at."""
        self._within = within
        self._grammar = grammar
        self._names: set[str] = set()
        self._facts: dict[str, FileFacts] = {}
        self._stored = 0
        self._by_name: dict[str, tuple[Declaration, ...]] = {}
        self._cut = False
        self._project = Project(root=uri_of(root))
        self._writing = threading.Lock()

    def project(self) -> Project:
        """The index as last shown, with its root as a URI; the same object while nothing changes."""
        return self._project

    def refresh(self, go_on: Callable[[], bool], near: Path | None = None, *, read: bool = True) -> None:
        """Lists the project and reads every file that is new or has changed, until done or stopped.

        ``near`` is the file around which it begins. An incomplete listing removes nothing. Without ``read`` it is
        only listed.
        """
        with self._writing:
            listing = Listing(self.root, near)
            paths: dict[str, Path] = {}
            for path in listing:
                # A file that is no link is inside the root, and ignored files are not listed.
                if not path.is_symlink() or refusal(path, self.root) is None:
                    paths[path.relative_to(self.root).as_posix()] = path
                if not go_on():
                    break
            else:
                self._forget(self._names - paths.keys())
                self.folders = frozenset(listing.folders)
                self._cut = listing.cut
            self._names |= paths.keys()
            self._show()
            if not read:
                return
            shown = _FIRST
            changed = False
            for number, (name, path) in enumerate(paths.items()):
                if not go_on():
                    break
                changed |= self._read(name, path)
                if changed and number > shown:
                    shown, changed = 2 * number, False
                    self._show()
            else:
                self.complete = bool(self.folders)
            self._show()

    def learn(self, name: str, stamp: Stamp, text: Text, outline: Outline) -> None:
        """Takes in a file that somebody else read and outlined; shown by the next ``refresh``."""
        with self._writing:
            known = self._facts.get(name)
            if name not in self._names or stamp.size > MAX_SOURCE_BYTES or (known and known.stamp == stamp):
                return
            if not is_source(_last(name), self._grammar):
                return
            self._drop(name)
            self._store(name, facts_of(name, stamp, text, outline))

    def update(self, paths: Collection[Path]) -> None:
        """Takes in files that may have changed on disk; unknown folders and many files list the project again."""
        paths = [path for path in paths if path.is_relative_to(self.root) and path != self.root]
        if len(paths) >= MANY or any(self._changes_the_listing(path) for path in paths):
            return self.refresh(lambda: True)
        with self._writing:
            ignored = ignored_from(self.root)
            changed: set[str] = set()
            for path in paths:
                name = path.relative_to(self.root).as_posix()
                before = self._facts.get(name), name in self._names
                absent = stamp_of(path) is None
                if absent or unlisted(path, self.root, ignored) or refusal(path, self.root) is not None:
                    self._forget([name])
                else:
                    self._names.add(name)
                    self._read(name, path)
                after = self._facts.get(name), name in self._names
                if before != after:
                    changed |= {one.name for facts in (before[0], after[0]) if facts for one in facts.declarations}
                    changed.add("")  # something did change, even if it declares nothing
            if changed:
                self._show(changed)
        return None

    def verified(self, names: Iterable[str]) -> Project:
        """The project, in which these names are declared as on disk now; quick, as few files are looked at.

        A changed file is read again if it is small, and else declares nothing.
        """
        project, left = self._project, _MAX_READ_AT_ONCE
        files = dict.fromkeys(one.path for name in names for one in project.declarations.get(name, ()))
        found: dict[str, tuple[Declaration, ...]] = {}
        for name in list(files)[:_MAX_CHECKED]:
            known, path = self._facts.get(name), self.root / name
            stamp = stamp_of(path)
            if known is None or known.stamp == stamp:
                continue
            found[name] = ()
            if stamp is not None and stamp.size <= left and refusal(path, self.root) is None:
                left -= stamp.size
                facts = read_facts(path, name, self._grammar, self._within)
                found[name] = facts.declarations if facts else ()
        if not found:
            return project
        touched = {one.name for name in found for one in (*found[name], *self._declared(name))}
        others = {
            name: _nearest(
                *(one for one in project.declarations.get(name, ()) if one.path not in found),
                *(one for declared in found.values() for one in declared if one.name == name),
            )
            for name in touched
        }
        return replace(project, declarations=ChainMap(others, dict(project.declarations)))

    def _declared(self, name: str) -> tuple[Declaration, ...]:
        known = self._facts.get(name)
        return known.declarations if known else ()

    def _changes_the_listing(self, path: Path) -> bool:
        return path.name == ".gitignore" or path in self.folders or path.is_dir()

    def _read(self, name: str, path: Path) -> bool:
        """Reads a file if it has changed since; whether it had."""
        known = self._facts.get(name)
        if not is_source(path.name, self._grammar) or (known and known.stamp == stamp_of(path)):
            return False
        self._drop(name)
        if self._stored < MAX_STORED_BYTES:
            facts = read_facts(path, name, self._grammar, self._within)
            if facts is not None:
                self._store(name, facts)
        return True

    def _store(self, name: str, facts: FileFacts) -> None:
        if self._stored < MAX_STORED_BYTES:
            self._facts[name] = facts
            self._stored += facts.size

    def _forget(self, names: Collection[str]) -> None:
        for name in names:
            self._names.discard(name)
            self._drop(name)

    def _drop(self, name: str) -> None:
        facts = self._facts.pop(name, None)
        if facts is not None:
            self._stored -= facts.size

    def _show(self, changed: Collection[str] | None = None) -> None:
        """Publishes the state; ``changed`` are the only names whose declarations may have changed."""
        if changed is None:
            by_name: dict[str, list[Declaration]] = {}
            for facts in self._facts.values():
                for one in facts.declarations:
                    by_name.setdefault(one.name, []).append(one)
            self._by_name = {name: _nearest(*found) for name, found in by_name.items()}
        else:
            kept: dict[str, list[Declaration]] = {name: [] for name in changed}
            for facts in self._facts.values():
                for one in facts.declarations:
                    if one.name in kept:
                        kept[one.name].append(one)
            self._by_name = dict(self._by_name)
            for name, found in kept.items():
                self._by_name.pop(name, None)
                if found:
                    self._by_name[name] = _nearest(*found)
        fresh = Project(
            root=self._project.root,
            files=tuple(sorted(self._names)),
            declarations=self._by_name,
            imports={name: facts.imports for name, facts in self._facts.items()},
            texts={name: facts.text for name, facts in self._facts.items() if facts.text is not None},
            unread=sum(name not in self._facts and is_source(_last(name), self._grammar) for name in self._names),
            cut=self._cut,
        )
        if fresh != self._project:
            self._project = fresh


def _nearest(*found: Declaration) -> tuple[Declaration, ...]:
    """Declarations of one name, nearest to the root first."""
    return tuple(sorted(found, key=lambda one: (one.path.count("/"), one.path)))


def _last(name: str) -> str:
    return name.rpartition("/")[2]

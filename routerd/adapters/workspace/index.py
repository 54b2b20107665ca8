"""The index of one project: declarations and imports, built file by file so that it can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

from routerd.adapters.workspace.allowed import refusal
from routerd.adapters.workspace.files import listed, read_text
from routerd.domain.document import Document
from routerd.domain.ports import Grammar
from routerd.domain.position import Range
from routerd.domain.project import Declaration, Project
from routerd.domain.secret import holds_secrets
from routerd.domain.symbol import Outline
from routerd.domain.text import Text
from routerd.languages import is_manifest, language_of
from routerd.system.uris import uri_of

_MAX_SOURCE_BYTES = 256_000
"""Larger sources are generated or data; outlining one would delay hundreds of others."""
_MAX_STORED_CHARACTERS = 64_000
"""The most characters of a manifest or test file, whose texts are stored."""
_MAX_SUMMARY = 100


class Index:
    """The mutable index of the files below ``root``; produces frozen Projects."""

    def __init__(self, root: Path, grammar: Grammar, within: Path | None = None) -> None:
        self.root = root
        self._within = within
        self._grammar = grammar
        self._files: set[str] = set()
        self._declared: dict[str, tuple[Declaration, ...]] = {}
        self._imports: dict[str, tuple[str, ...]] = {}
        self._texts: dict[str, str] = {}
        self._frozen: Project | None = None
        self._stale = True
        self._lock = threading.Lock()

    def fill(self, go_on: Callable[[], bool]) -> None:
        """Reads the whole tree, names first, until done or stopped; ``project`` shows the result at the end."""
        # A file that is no link is inside the root, and ignored files are not listed.
        found = takewhile(lambda _: go_on(), listed(self.root))
        paths = [path for path in found if not path.is_symlink() or refusal(path, self.root) is None]
        with self._lock:
            self._files.update(path.relative_to(self.root).as_posix() for path in paths)
            self._stale = True
        for path in paths:
            if not go_on():
                break
            self._take(path, self._wanted(path))
        self._stale = True
        self.project()  # built now, so that the next hover does not wait for it

    def add(self, path: Path, text: Text | None = None) -> None:
        """Reads one file again, or takes its text from the editor; removes it if it does not exist."""
        if refusal(path, self.root) is not None:
            text = None
            self._forget(path.relative_to(self.root).as_posix())
        elif text is None:
            text = self._wanted(path)
        if text is None and not path.exists():
            self._forget(path.relative_to(self.root).as_posix())
        self._take(path, text)
        self._stale = True

    def _take(self, path: Path, text: Text | None) -> None:
        if text is None:
            return
        name = path.relative_to(self.root).as_posix()
        language = language_of(name)
        known = self._grammar.knows(language)
        outline = self._grammar.outline(Document(uri_of(path), None, language, text)) if known else Outline(language)
        with self._lock:
            self._files.add(name)
            if _stores_text(name):
                self._texts[name] = text.string[:_MAX_STORED_CHARACTERS]
            self._imports[name] = tuple(dict.fromkeys(found.module for found in outline.imports))
            self._declared[name] = tuple(
                Declaration(s.name, s.qualname, s.kind, name, s.signature, _summary(text, s.doc))
                for s in outline.symbols
            )

    def project(self) -> Project:
        """The current index, with its root as a URI; the same object while nothing changes."""
        with self._lock:
            if self._frozen is None or self._stale:
                self._stale = False
                fresh = self._freeze()
                self._frozen = self._frozen if self._frozen == fresh else fresh
            return self._frozen

    def _freeze(self) -> Project:
        by_name: dict[str, list[Declaration]] = {}
        for name in sorted(self._declared, key=lambda path: (path.count("/"), path)):
            for declaration in self._declared[name]:
                by_name.setdefault(declaration.name, []).append(declaration)
        return Project(
            root=uri_of(self.root),
            files=tuple(sorted(self._files)),
            declarations={name: tuple(found) for name, found in by_name.items()},
            imports=dict(self._imports),
            texts=dict(self._texts),
        )

    def _wanted(self, path: Path) -> Text | None:
        name = path.name
        if holds_secrets(name) or not (is_manifest(name) or self._grammar.knows(language_of(name))):
            return None
        try:
            return read_text(path, self._within) if path.stat().st_size <= _MAX_SOURCE_BYTES else None
        except OSError:
            return None

    def _forget(self, name: str) -> None:
        with self._lock:
            self._files.discard(name)
            self._declared.pop(name, None)
            self._imports.pop(name, None)
            self._texts.pop(name, None)


def _stores_text(name: str) -> bool:
    last = name.rpartition("/")[2]
    stem = last.partition(".")[0].lower()
    is_test = (
        stem.startswith("test") or stem.endswith(("test", "tests", "spec")) or ".test." in last or ".spec." in last
    )
    return is_manifest(last) or is_test


def _summary(text: Text, doc: Range | None) -> str:
    if doc is None:
        return ""
    for line in text.slice(doc).splitlines():
        words = line.strip(" \t/*#!\"'<>rRuU").removeprefix("summary>")
        if words:
            return words[:_MAX_SUMMARY]
    return ""

"""The Workspace port: the editor's open documents over the files on disk, and the projects they belong to."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from routerd.adapters.workspace.allowed import refusal
from routerd.adapters.workspace.files import inside, read_text, root_of
from routerd.adapters.workspace.index import Index
from routerd.domain.document import Document
from routerd.domain.ports import Grammar
from routerd.domain.project import Project
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.languages import language_of
from routerd.system.uris import path_of


class Workspace:
    """Open documents are the truth; everything else is read from disk, and indexed in the background."""

    def __init__(self, grammar: Grammar, folders: Sequence[Path] = ()) -> None:
        """``folders`` are the editor's workspace folders; other roots are found by their markers."""
        self._grammar = grammar
        self._within: Path | None = None
        self._folders = [folder.absolute() for folder in folders]
        self._open: dict[str, Document] = {}
        self._indices: dict[Path, Index] = {}
        self._homes: dict[str, tuple[Path | None, str]] = {}

    def bound(self, within: Path) -> None:
        """Read no file from now on whose real path is outside of a folder; comes before anything is read."""
        self._within = within.resolve()

    def add_folder(self, folder: Path) -> None:
        """Take in another workspace folder."""
        self._folders.append(folder.absolute())
        self._homes.clear()

    def hold(self, document: Document) -> None:
        """The editor opened or changed a document."""
        self._open[document.uri] = document

    def drop(self, uri: str) -> None:
        """The editor closed a document: from now on the file on disk counts."""
        self._open.pop(uri, None)

    def saved(self, uri: str) -> None:
        """A file changed on disk: index it again if its project is indexed; it is read and parsed for that."""
        path, (root, _) = path_of(uri), self._home(uri)
        if path is None or root is None or root not in self._indices:
            return
        held = self._open.get(uri)
        self._indices[root].add(path, held.text if held else None)

    def held(self, uri: str) -> Document | None:
        """A document that the editor has open."""
        return self._open.get(uri)

    def read(self, uri: str) -> Document | None:
        """A file as the editor holds it, else as it is on disk; ``None`` where there is none."""
        if uri in self._open:
            return self._open[uri]
        path = path_of(uri)
        text = read_text(path, self._within) if path else None
        return None if text is None else Document(uri, None, language_of(uri), text)

    def chosen(self, uri: str, about: str, *, writes: bool) -> Document | Refusal | None:
        """A file that routerd found or a model named, for work on ``about``; ``None`` where there is none yet.

        A Refusal of code ``path`` where the rule of paths forbids it, or where it stands there unreadable.
        """
        path, of = path_of(uri), path_of(about)
        root = self._home(about)[0] or (of.absolute().parent if of else None)
        why = refusal(path, root, writes=writes) if path else "is no file"
        if why is None:
            found = self.read(uri)
            if found is not None or path is None or not os.path.lexists(path):
                return found
            why = "cannot be read"
        name = path.as_posix() if path else uri
        if path and root and path.is_relative_to(root):
            name = path.relative_to(root).as_posix()
        return Refusal(f"'{name}' {why}.", RefusalCode.PATH)

    def index(self, uri: str, go_on: Callable[[], bool]) -> None:
        """Index the project around a document, if it has one and is not indexed; slow, for a thread of its own."""
        root, _ = self._home(uri)
        if root is not None and root not in self._indices:
            index = self._indices[root] = Index(root, self._grammar, self._within)
            index.fill(go_on)

    def project(self, uri: str) -> Project:
        """The index of the project around a document, under the spelling that its URI uses for the root."""
        root, below = self._home(uri)
        if root is None:
            return Project(root="")
        spelling = _above(uri, below.count("/") + 1)
        index = self._indices.get(root)
        if index is None:
            return Project(root=spelling, files=(below,))
        project = index.project()
        return project if project.root == spelling else replace(project, root=spelling)

    def _home(self, uri: str) -> tuple[Path | None, str]:
        """A document's root and its path below it; remembered, as every menu asks for them several times."""
        known = self._homes.get(uri)  # looked up once: a folder that is taken in meanwhile makes all forgotten
        if known is None:
            path = path_of(uri)
            root = self._root_of(path.absolute()) if path else None
            known = self._homes[uri] = (root, path.absolute().relative_to(root).as_posix() if root and path else "")
        return known

    def _root_of(self, path: Path) -> Path | None:
        if not inside(path, self._within):
            return None
        around = [folder for folder in self._folders if path.is_relative_to(folder)]
        root = max(around, key=lambda folder: len(folder.parts), default=None) or root_of(path)
        return root if root is None or inside(root, self._within) else path.parent


def _above(uri: str, levels: int) -> str:
    """The URI so many path segments further up."""
    return uri.rsplit("/", levels)[0]

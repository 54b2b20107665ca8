"""The Workspace port: open documents take precedence over files on disk; indexes their projects."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from routerd.adapters.workspace.allowed import refusal
from routerd.adapters.workspace.files import inside, read_text, root_of
from routerd.adapters.workspace.index import Index
from routerd.adapters.workspace.indices import Indices
from routerd.adapters.workspace.learner import Learner
from routerd.domain.document import Document
from routerd.domain.project import Project
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.languages import language_of
from routerd.system.uris import path_of


class Workspace:
    """Open documents come from the editor; other files are read from disk and indexed in the background."""

    def __init__(self, indices: Indices, folders: Sequence[Path] = ()) -> None:
        """``folders`` are the editor's workspace folders; other roots are found by their markers."""
        self._shared = indices
        self._within: Path | None = None
        self._folders = [folder.absolute() for folder in folders]
        self._open: dict[str, Document] = {}
        self._indices: dict[Path, Index] = {}
        self._homes: dict[str, tuple[Path | None, str]] = {}

    def bound(self, within: Path) -> None:
        """Restricts reading to files whose real path is in a folder; called before anything is read."""
        self._within = within.resolve()

    def add_folder(self, folder: Path) -> None:
        """Adds a workspace folder."""
        self._folders.append(folder.absolute())
        self._homes.clear()

    def hold(self, document: Document) -> None:
        """The editor opened or changed a document."""
        self._open[document.uri] = document

    def drop(self, uri: str) -> None:
        """The editor closed a document; from now on the file on disk is used."""
        self._open.pop(uri, None)

    def saved(self, uri: str) -> None:
        """A file may have changed on disk: reads, parses and indexes it again if its project is indexed."""
        path, (root, _) = path_of(uri), self._home(uri)
        if path is not None and root is not None and root in self._indices:
            self._indices[root].update([path.absolute()])

    def open_document(self, uri: str) -> Document | None:
        """The document that is open in the editor; ``None`` if it is not open."""
        return self._open.get(uri)

    def read(self, uri: str) -> Document | None:
        """A file's text in the editor, else on disk; ``None`` if there is none."""
        return self._read(uri, path_of(uri))

    def _read(self, uri: str, path: Path | None) -> Document | None:
        if uri in self._open:
            return self._open[uri]
        text = read_text(path, self._within) if path else None
        return None if text is None else Document(uri, None, language_of(uri), text)

    def chosen(self, uri: str, about: str, *, writes: bool) -> Document | Refusal | None:
        """A file that routerd found or a model named, for work on ``about``; ``None`` if it does not exist.

        A Refusal of code ``path`` if the path rule forbids it, or if it is unreadable.
        """
        path, root = path_of(uri), self._home(about)[0]
        if root is None and (of := path_of(about)):
            root = of.absolute().parent
        why = refusal(path, root, writes=writes) if path else "is no file"
        if why is None:
            found = self._read(uri, path)
            if found is not None or path is None or not os.path.lexists(path):
                return found
            why = "cannot be read"
        name = path.as_posix() if path else uri
        if path and root and path.is_relative_to(root):
            name = path.relative_to(root).as_posix()
        return Refusal(f"'{name}' {why}.", RefusalCode.PATH)

    def index(self, uri: str, go_on: Callable[[], bool]) -> None:
        """Indexes the document's project unless it has none or is indexed; slow, so run it in a thread."""
        root, below = self._home(uri)
        if root is not None and (root not in self._indices or not self._indices[root].complete):
            index = self._indices.setdefault(root, self._shared.of(root, self._within))
            self._shared.fill(index, go_on, root / below)

    def learner(self, uri: str) -> Learner:
        """Lists the document's project, and takes in its files as they are read for something else."""
        root, below = self._home(uri)
        if root is None:
            return Learner(None, None)
        index = self._indices.setdefault(root, self._shared.of(root, self._within))
        if not index.folders:
            index.refresh(lambda: True, root / below, read=False)
        return Learner(root, index)

    def listed(self, uri: str) -> bool:
        """Whether the files of the document's project are known, or it has none."""
        root, _ = self._home(uri)
        return root is None or (root in self._indices and bool(self._indices[root].folders))

    def follow(self, uri: str) -> None:
        """Keeps the index of the document's project true to the disk from now on."""
        root, _ = self._home(uri)
        if root is not None and root in self._indices:
            self._shared.follow(self._indices[root])

    def project(self, uri: str) -> Project:
        """The index of the document's project, with the root spelled as in its URI."""
        root, below = self._home(uri)
        if root is None:
            return Project(root="")
        spelling = _above(uri, below.count("/") + 1)
        index = self._indices.get(root)
        if index is None:
            return Project(root=spelling, files=(below,))
        return _spelled(index.project(), spelling)

    def verified(self, uri: str, names: Iterable[str]) -> Project:
        """As ``project``, in which these names are declared as they are on disk now."""
        root, below = self._home(uri)
        index = self._indices.get(root) if root else None
        if index is None:
            return self.project(uri)
        return _spelled(index.verified(names), _above(uri, below.count("/") + 1))

    def _home(self, uri: str) -> tuple[Path | None, str]:
        """A document's root and its path below it; cached, as every menu needs them several times."""
        known = self._homes.get(uri)  # read once: adding a folder meanwhile clears the cache
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


def _spelled(project: Project, root: str) -> Project:
    return project if project.root == root else replace(project, root=root)


def _above(uri: str, levels: int) -> str:
    """The URI with a number of path segments removed."""
    return uri.rsplit("/", levels)[0]

"""Takes files into an index that are read and outlined for something else, so that each is parsed once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from routerd.adapters.workspace.file_facts import Stamp, stamp_of
from routerd.adapters.workspace.index import Index
from routerd.domain.document import Document
from routerd.domain.symbol import Outline
from routerd.system.uris import path_of


@dataclass(frozen=True, slots=True)
class Learner:
    """An index and its root; without them nothing is learned."""

    root: Path | None
    index: Index | None

    @staticmethod
    def stamp(uri: str) -> Stamp | None:
        """A file's state, to be asked for before it is read."""
        path = path_of(uri)
        return stamp_of(path) if path else None

    def learn(self, document: Document, outline: Outline, stamp: Stamp | None) -> None:
        """Take in a file of the project as it was in the state ``stamp``."""
        path = path_of(document.uri)
        if stamp is None or path is None or self.root is None or self.index is None:
            return
        if path.is_relative_to(self.root):
            self.index.learn(path.relative_to(self.root).as_posix(), stamp, document.text, outline)

"""The files of a batch as its plan reads them: what is outlined is indexed too, so that no file is parsed twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from routerd.adapters.workspace import MAX_SOURCE_BYTES, Learner, Stamp
from routerd.app.workspace import App
from routerd.domain.document import Document
from routerd.domain.text import Text

_INDEX_SECONDS = 3.0
"""Time spent on the files around few targets; a daemon takes as long as it needs."""
_OTHERS_SECONDS = 1.0
"""Time spent on the files of the project that are not among many targets."""


@dataclass(slots=True)
class BatchFiles:
    """``batch.estimating.Files`` over a workspace."""

    app: App
    uri: Callable[[str], str]
    """The URI of an item's path."""
    first: str | None
    """The URI of a file in the project."""
    store: Callable[[Mapping[str, Text]], object] | None
    """Stores texts; ``None`` where nothing will be asked."""
    whole: bool
    """Whether so many files are planned that reading them is what indexes the project."""
    _learner: Learner | None = None
    _stamps: dict[str, Stamp | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.first is None:
            return
        if self.whole:
            self._learner = self.app.workspace.learner(self.first)
        else:
            self.app.index(self.first, _INDEX_SECONDS)

    def read(self, path: str) -> Document | None:
        """As the Protocol says."""
        uri = self.uri(path)
        if self._learner is not None:
            self._stamps = {uri: self._learner.stamp(uri)}
        return self.app.workspace.read(uri)

    def outlined(self, document: Document) -> None:
        """As the Protocol says."""
        stamp = self._stamps.get(document.uri)
        small = stamp is not None and stamp.size <= MAX_SOURCE_BYTES
        if self._learner is not None and small and self.app.grammar.knows(document.language):
            self._learner.learn(document, self.app.grammar.outline(document), stamp)

    def keep(self, texts: Mapping[str, Text]) -> None:
        """As the Protocol says."""
        if self.store is not None:
            self.store(texts)

    def all_read(self) -> None:
        """As the Protocol says."""
        if self.first is not None and self.whole:
            self.app.index(self.first, _OTHERS_SECONDS)

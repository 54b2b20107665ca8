"""The documents that this connection's client has open, as routerd's own texts; nothing is read from disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from routerd.domain.document import Document
from routerd.domain.errors import UsageError
from routerd.domain.position import Range
from routerd.domain.text import Text

_REMEMBERED = 128
"""Versions whose text is kept, so that a menu's range can be carried over; they share their lines."""

Watcher = Callable[[Document], None]


@dataclass(slots=True)
class _Open:
    now: Document
    past: deque[Document] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))


class Documents:
    """Open documents by URI. Watchers see every state, even one that lasts for a single message."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self.watchers: set[Watcher] = set()

    def get(self, uri: str) -> Document | None:
        """The current state of an open document."""
        held = self._open.get(uri)
        return held.now if held else None

    def all(self) -> tuple[Document, ...]:
        """Every open document."""
        return tuple(held.now for held in self._open.values())

    def open(self, document: Document) -> None:
        """The client opened a document."""
        self._open[document.uri] = _Open(document)
        self._seen(document)

    def change(self, uri: str, version: int, text: Text) -> Document | None:
        """The client changed a document; the document as it is now, or ``None`` where it was never opened."""
        held = self._open.get(uri)
        if held is None:
            return None
        held.past.append(held.now)
        held.now = replace(held.now, version=version, text=text)
        self._seen(held.now)
        return held.now

    def close(self, uri: str) -> bool:
        """The client closed a document; whether it was open."""
        return self._open.pop(uri, None) is not None

    def carried(self, uri: str, version: int | None, read: Callable[[Text], Range]) -> Range:
        """A range that was made for some version, in the current text.

        ``read`` gives the range in a text. Lines above the change keep it, lines below move it along. Raises UsageError
        for a version that is forgotten: its range would be of something else by now.
        """
        held = self._open[uri]
        texts = [*(past.text for past in held.past), held.now.text]
        versions = [past.version for past in held.past]
        if version not in versions:
            if version is not None and len(held.past) == _REMEMBERED and version < min(v or 0 for v in versions):
                raise UsageError("The file has changed too much since that was offered: ask for it again.")
            return read(held.now.text)
        since = texts[versions.index(version) :]
        span = read(since[0])
        # Change by change: taken at once, two small changes far apart would look like a large one.
        for old, new in pairwise(since):
            change = new.lines.change_since(old.lines)
            span = span.moved(change.shift) if span.start.line >= change.old_last else span
        return Range(held.now.text.clamp(span.start), held.now.text.clamp(span.end))

    def _seen(self, document: Document) -> None:
        for watcher in tuple(self.watchers):
            watcher(document)

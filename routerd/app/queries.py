"""Queries over a document of an editor: here where they are brief, else in the thread that users wait for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from routerd.app.workspace import App
from routerd.domain.document import Document
from routerd.domain.text import Text
from routerd.pipeline.off_loop import SMALL, beside

T = TypeVar("T")


async def queried(app: App, document: Document, query: Callable[[], T]) -> T:
    """What a query over a document finds."""
    return await beside(app.grammar, _characters(document.text), query, app.services.background.run)


async def ready_to_route(app: App) -> None:
    """Load what classifies words, off the event loop: up to 200 MB that few editors need."""
    await app.services.background.run(app.deps.classifier.load)


def _characters(text: Text) -> int:
    """The length of a text, counted until it is no longer small: a hover must not take time by the size of its file."""
    count = 0
    for line in text.lines:
        count += len(line)
        if count > SMALL:
            break
    return count

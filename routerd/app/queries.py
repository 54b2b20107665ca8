"""Queries over a document of an editor: here where they are brief, else in the thread that users wait for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from routerd.app.workspace import App
from routerd.domain.document import Document
from routerd.pipeline.off_loop import beside

T = TypeVar("T")


async def queried(app: App, document: Document, query: Callable[[], T]) -> T:
    """What a query over a document finds."""
    characters = sum(map(len, document.text.lines))
    return await beside(app.grammar, characters, query, app.services.background.run)

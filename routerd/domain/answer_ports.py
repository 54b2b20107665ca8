"""The port of the reply cache."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class ReplyCache(Protocol):
    """Caches accepted answers, so that the same question to the same model costs nothing."""

    async def find(self, key: str, at: datetime) -> str | None:
        """As ``get``, for an event loop that must not wait for another machine."""

    def get(self, key: str, at: datetime) -> str | None:
        """The text of a cached answer that has not expired."""

    def put(self, key: str, text: str, at: datetime) -> None:
        """Stores an accepted answer."""

    def drop(self, key: str) -> None:
        """Removes an answer that its user discarded."""

"""What is read of a shared ledger without waiting: the last known value, which is read again in the background."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from routerd.adapters.ledger.schema import Reader
from routerd.adapters.postgres import Postgres, Row, ServerConnection, marked

T = TypeVar("T")
_MOST = 2_000
"""Values that are remembered; a process meets some models, actions and budgets."""


class Within:
    """A Reader inside one piece of work."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection

    def read(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        """The rows of one query."""
        return self._connection.rows(marked(statement), values)


class BackgroundReads:
    """Values by key, each with its age."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._known: dict[Hashable, tuple[Any, float, int]] = {}
        self._asked: set[Hashable] = set()
        self._changes = 0

    def changed(self) -> None:
        """This process wrote something: what is known is read again before it is relied on."""
        self._changes += 1

    def get(self, key: Hashable, load: Callable[[Reader], T], default: T, age_s: float) -> T:
        """A value that is not older than ``age_s``; in an event loop an older one, or the default, and no wait.

        Raises LedgerError, but never in an event loop.
        """
        value, at, changes = self._known.get(key, (default, 0.0, -1))
        if changes == self._changes and time.monotonic() - at < age_s:
            return value  # type: ignore[no-any-return]  # it was stored under this key
        if not in_event_loop():
            self._postgres.flush()
            return self._postgres.run(lambda connection: self._loaded(key, load, connection), "read")
        if key not in self._asked:
            self._asked.add(key)
            found = self._postgres.submit("read", lambda connection: self._loaded(key, load, connection))
            found.add_done_callback(lambda done: self._ended(key, done))
        return value  # type: ignore[no-any-return]  # as above

    def _loaded(self, key: Hashable, load: Callable[[Reader], T], connection: ServerConnection) -> T:
        changes = self._changes
        value = load(Within(connection))
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = value, time.monotonic(), changes
        return value

    def _ended(self, key: Hashable, done: Future[Any]) -> None:
        self._asked.discard(key)
        done.exception()  # while the server is away the last known value serves


def in_event_loop() -> bool:
    """Whether this thread runs an event loop, which must not wait."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True

"""What a connection offers before it is loaded: the names, and a handler that waits for the real one.

Loading happens in a thread, so that no message waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from lsprotocol import types

from routerd.actions import catalog

QUICK_FIX = "quickfix"
METHODS = (
    types.TEXT_DOCUMENT_HOVER,
    types.TEXT_DOCUMENT_CODE_LENS,
    types.CODE_LENS_RESOLVE,
    "routerd/run",
    "routerd/estimate",
    "routerd/mentions",
    "routerd/route",
    "routerd/providers",
)
COMMANDS = (
    "routerd.run",
    "routerd.cancel",
    "routerd.clearReview",
    "routerd.reviewChanges",
    "routerd.discard",
    "routerd.stats",
    "routerd.reload",
)

Handler = Callable[..., Awaitable[Any]]


def menu_options() -> types.CodeActionOptions:
    """What the server announces of its menu: kinds, and that there is nothing to resolve."""
    kinds = [spec.kind for spec in catalog().values() if spec.in_menu]
    return types.CodeActionOptions(code_action_kinds=[*kinds, QUICK_FIX], resolve_provider=False)


class Deferred:
    """Handlers by name that are imported when the first of them is used."""

    def __init__(self, imported: Callable[[], Mapping[str, Handler]]) -> None:
        self._imported = imported
        self._loaded: Mapping[str, Handler] = {}

    def handler(self, name: str) -> Handler:
        """The handler of a request or a command, which loads the real one where that is not loaded yet."""

        async def handled(*arguments: object) -> Any:
            if not self._loaded:
                self._loaded = await asyncio.to_thread(self._imported)
            return await self._loaded[name](*arguments)

        return handled

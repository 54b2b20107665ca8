"""The gateway in the daemon: it serves other programs beside the editors, where the user's settings name an address."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from routerd.domain.errors import RouterdError, UsageError
from routerd.domain.origin import Origin
from routerd.frontends.daemon.life import Life

if TYPE_CHECKING:
    from routerd.app.gateway import Gateway
    from routerd.app.workspace import App
    from routerd.frontends.lsp.shared import SharedServices

_log = logging.getLogger(__name__)
_AGAIN_S, _TRIES = 0.5, 60
"""An older daemon may hold the address while it finishes what was paid for."""


class GatewayBeside:
    """``http.listen`` is read once, when the daemon starts."""

    def __init__(self, shared: SharedServices, life: Life) -> None:
        self._shared, self._life = shared, life
        self._closing = asyncio.Event()
        self._serving: Gateway | None = None

    @property
    def requests(self) -> int:
        """Requests under way."""
        return self._serving.requests if self._serving else 0

    def close(self) -> None:
        """Take no more connections; requests under way go on."""
        self._closing.set()

    async def run(self) -> None:
        """Serve until cancelled; at once over where no address is set. What prevents it is logged."""
        # Imported here: not needed for a session's first answer.
        from routerd.app.configuration import http_listen  # noqa: PLC0415

        try:
            listen = await asyncio.to_thread(http_listen)  # so that the first editor need not wait for it
            if listen:
                await self._listening(listen)
        except RouterdError as fault:
            _log.warning("the gateway does not run: %s", fault)

    async def _listening(self, listen: str) -> None:
        # Imported here: only this needs aiohttp.
        from routerd.frontends.http import HttpListen, gateway  # noqa: PLC0415

        where = HttpListen.of(listen)
        for tried in range(_TRIES):
            try:
                await gateway(self._app, where, begun=self._begun, closing=self._closing)
            except UsageError:
                if tried == _TRIES - 1 or self._closing.is_set():
                    raise
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    def _app(self) -> App:
        return self._shared.app(None, self._shared.open().session_keys(), None, {}, Origin("http"))

    def _begun(self, serving: Gateway) -> None:
        """From now on the daemon stays: its clients do not start another one."""
        self._serving = serving
        self._life.stay()

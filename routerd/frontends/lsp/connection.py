"""One client's connection: messages in, features that answer them, and how it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidRequest,
    JsonRpcServerNotInitialized,
)

from routerd.frontends.lsp import cancel, lifecycle, parent, sync
from routerd.frontends.lsp.deferred import COMMANDS, METHODS, Deferred, Handler, menu_options
from routerd.frontends.lsp.messages import Unreadable, message_of
from routerd.frontends.lsp.server import Server
from routerd.frontends.lsp.session import Session
from routerd.frontends.lsp.shared import Launch, SharedServices

if TYPE_CHECKING:
    from pygls.io_ import AsyncWriter, Writer

_log = logging.getLogger(__name__)


def _imported() -> Mapping[str, Handler]:
    from routerd.frontends.lsp.handlers import HANDLERS  # noqa: PLC0415  # see `deferred`

    return HANDLERS


_LATER = Deferred(_imported)
FEATURES: dict[str, Callable[..., object]] = {
    types.INITIALIZE: lifecycle.initialize,
    types.INITIALIZED: lifecycle.initialized,
    types.SHUTDOWN: lifecycle.shutdown,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: lifecycle.folders_changed,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: lifecycle.settings_changed,
    types.TEXT_DOCUMENT_DID_OPEN: sync.opened,
    types.TEXT_DOCUMENT_DID_CHANGE: sync.changed,
    types.TEXT_DOCUMENT_DID_CLOSE: sync.closed,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: cancel.progress_cancelled,
    "routerd/keyChanged": lifecycle.key_changed,
    **{method: _LATER.handler(method) for method in METHODS},
}


class Connection:
    """One client, from its first message to its last."""

    def __init__(
        self,
        shared: SharedServices,
        launch: Launch,
        writer: Writer | AsyncWriter,
        follow: Callable[[int], None] | None = None,
    ) -> None:
        """Within a running event loop. ``follow`` is given the id of the editor's process, if it can be seen."""
        self._follow = follow
        self._server = Server()
        self._wire = self._server.protocol
        self._wire.set_writer(writer)
        self._session = session = Session(self._wire, shared, launch)
        for method, feature in FEATURES.items():
            self._server.add(method, partial(feature, session))
        menu = types.TEXT_DOCUMENT_CODE_ACTION
        self._server.add(menu, partial(_LATER.handler(menu), session), menu_options())
        for name in COMMANDS:
            self._server.add_command(name, partial(_LATER.handler(name), session))
        self._code: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._wire.ended = self._end
        self._known = False
        """Whether `initialize` came."""

    def receive(self, body: bytes) -> None:
        """Handle one message; what cannot be handled is answered with an error, and never raises."""
        message = message_of(body)
        if isinstance(message, Unreadable):
            _log.error("a message of %d bytes was refused: %s", len(body), message.fault.message)
            return self._wire.tell_error(message.number, message.fault)
        method, number = message.get("method"), message.get("id")
        if method is None:
            return self._wire.answered(message)
        refusal = self._refusal(method)
        if refusal is not None:
            if number is not None:
                self._wire.tell_error(number, refusal)
            return None
        try:
            structured = self._wire.structure_message(message)
        except JsonRpcException as fault:
            if number is not None:
                self._wire.tell_error(number, fault)
            return None
        self._wire.handle_message(structured)
        if method == types.INITIALIZE:
            self._known = True
            if self._session.client.process_id is not None:
                if self._follow is not None:
                    self._follow(self._session.client.process_id)
                self._session.later(asyncio.ensure_future(self._watch(self._session.client.process_id)))
        return None

    @property
    def code_if_lost(self) -> int:
        """The exit code that LSP wants where the client is gone without `exit`."""
        return 0 if self._wire.down else 1

    def lost(self) -> None:
        """The client closed the connection without `exit`."""
        self._end(self.code_if_lost)

    async def end(self) -> int:
        """Wait until the connection ends, and tidy up; the exit code that LSP wants."""
        try:
            return await asyncio.shield(self._code)
        finally:
            await self._session.close()

    def _end(self, code: int) -> None:
        if not self._code.done():
            self._code.set_result(code)

    async def _watch(self, process_id: int) -> None:
        await parent.wait_for_death(process_id)
        _log.warning("the editor's process is gone")
        self.lost()

    def _refusal(self, method: Any) -> JsonRpcException | None:
        """Why a request or notification is out of place now."""
        if method == types.EXIT:
            return None
        if self._wire.down:
            return JsonRpcInvalidRequest(message="routerd was told to shut down.")
        if not self._known and method != types.INITIALIZE:
            return JsonRpcServerNotInitialized(message="Send initialize first.")
        return None

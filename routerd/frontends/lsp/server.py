"""pygls as routerd uses it: its messages, without its workspace, its exit and its commands' arguments.

pygls' own text cuts lines at form feeds and U+2028, and its exit code gets lost; both are replaced here.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any

from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import FeatureNotificationError, JsonRpcException, JsonRpcInternalError, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter, lsp_method
from pygls.protocol.json_rpc import JsonRPCNotification, JsonRPCRequestMessage

from routerd import __version__
from routerd.domain.errors import RouterdError
from routerd.frontends.lsp.client import NoAnswerError
from routerd.frontends.lsp.frames import framed
from routerd.frontends.lsp.log import refused

if TYPE_CHECKING:
    from routerd.frontends.shapes import Json

_log = logging.getLogger(__name__)

Steps = Generator[Any, Any, None]
"""pygls' way of calling a handler: the handler and its arguments are yielded."""

_AGAIN_S = 0.5
"""Between two signs that a question waits: longer than a client takes that answers by itself."""


class Protocol(LanguageServerProtocol):
    """The Wire of a connection; documents are left to the registered features alone."""

    ended: Callable[[int], None]
    """Called with the exit code when the client says `exit`."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self._numbers = itertools.count(1)
        self._asked: dict[str, asyncio.Future[Json]] = {}
        """Requests that the client has not answered yet, by number."""
        self.down = False
        """Whether `shutdown` was asked for."""
        self.ended = lambda _: None

    def send(self, method: str, params: Json) -> None:
        """As Wire says."""
        self._send({"method": method, "params": params})

    async def ask(self, method: str, params: Json, seconds: float) -> Any:
        """As Wire says."""
        number = f"routerd-{next(self._numbers)}"
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        again = asyncio.ensure_future(self._remind())
        try:
            self._send({"id": number, "method": method, "params": params})
            message = await asyncio.wait_for(answer, seconds)
        except TimeoutError:
            raise NoAnswerError(f"{method} was not answered") from None
        finally:
            again.cancel()
            del self._asked[number]
        if message.get("error") is not None:
            raise NoAnswerError(f"{method} was refused")
        return message.get("result")  # some clients leave a null out

    async def _remind(self) -> None:
        """Make a client read on that has left a question unread.

        Emacs 28 does that where a question arrives in one piece with the answer that it was waiting for: it handles
        the answer, and what stands behind it once more bytes come. LSP lets every client pass over a ``$/`` method.
        """
        while True:
            await asyncio.sleep(_AGAIN_S)
            self.send("$/routerd/waiting", {})

    def answered(self, message: Json) -> None:
        """Take the client's answer to a request; one that nobody waits for any more is passed over."""
        number = message.get("id")
        answer = self._asked.get(number) if isinstance(number, str) else None
        if answer is not None and not answer.done():
            answer.set_result(message)

    def tell_error(self, number: int | str | None, fault: JsonRpcException) -> None:
        """Answer a request with an error; ``None`` where its number could not be read."""
        self._send({"id": number, "error": {"code": fault.code, "message": fault.message}})

    def _send(self, message: Json) -> None:
        """Write a message; its own framing and JSON, as pygls offers neither for plain dictionaries."""
        assert self.writer is not None, "the connection sets the writer before it reads"
        body = json.dumps({"jsonrpc": self.VERSION, **message}).encode()
        self.writer.write(framed(body))

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Steps:
        """Only routerd's own text is kept."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Steps:
        """As above."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Steps:
        """As above."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(self, params: types.WorkDoneProgressCancelParams) -> Steps:
        """Progress is the jobs' own."""
        yield self.fm.features[types.WINDOW_WORK_DONE_PROGRESS_CANCEL], (params,), None

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Generator[Any, Any, Any]:
        """Hand the arguments over as they came: routerd checks them itself, with sentences."""
        handler = self.fm.commands.get(params.command)
        if handler is None:
            known = ", ".join(self.fm.commands)
            raise JsonRpcInvalidParams(message=f"There is no command '{params.command}'; there are {known}.")
        return (yield handler, (params.arguments or [],), None)

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *arguments: object) -> Steps:
        """As pygls does it; from then on only `exit` is taken."""
        yield from super().lsp_shutdown(*arguments)
        self.down = True

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: object) -> None:  # type: ignore[override]  # pygls' own is a generator that exits
        """End the connection; the process ends with the code that LSP wants."""
        self.ended(0 if self.down else 1)


class Server(LanguageServer):
    """One connection's server, without features until they are added."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__("routerd", __version__, protocol_cls=Protocol, converter_factory=_converter)

    def report_server_error(self, error: Exception, source: object) -> None:
        """Into the log, by type only: pygls would show the user text that may hold their code."""
        if not refused(error) or source is FeatureNotificationError:
            _log.error("%s while handling a message", type(error).__name__)

    def add(self, method: str, handler: Callable[..., Any], options: object = None) -> None:
        """Answer a method; routerd's own faults become errors with their sentence.

        Straight into the table: pygls' decorator guesses from annotations whether to pass the server along.
        """
        self.protocol.fm.features[method] = _sentenced(handler)
        if options is not None:
            self.protocol.fm.feature_options[method] = options

    def add_command(self, name: str, handler: Callable[..., Any]) -> None:
        """Answer a command."""
        self.protocol.fm.commands[name] = _sentenced(handler)


def _sentenced(handler: Callable[..., Any]) -> Callable[..., Any]:
    if not asyncio.iscoroutinefunction(handler):
        return handler

    async def answered(*arguments: object) -> Any:
        try:
            return await handler(*arguments)
        except RouterdError as fault:
            raise JsonRpcInvalidParams(message=str(fault)) from None
        except Exception as fault:
            _log.exception("a request met a fault of routerd's own")
            kind = type(fault).__name__
            raise JsonRpcInternalError(message=f"routerd met a fault of its own ({kind}); see its log.") from None

    return answered


def _converter() -> Converter:
    """The converter of pygls, in which messages that LSP does not know stay plain dictionaries."""
    converter: Converter = default_converter()  # type: ignore[no-untyped-call]  # pygls left it untyped
    for kind in (JsonRPCRequestMessage, JsonRPCNotification):
        converter.register_structure_hook(kind, partial(_as_it_came, names=_FIELDS[kind]))
    return converter


_FIELDS: dict[type, tuple[str, ...]] = {
    JsonRPCRequestMessage: ("id", "method", "jsonrpc", "params"),
    JsonRPCNotification: ("method", "jsonrpc", "params"),
}


def _as_it_came(message: Json, kind: type, *, names: tuple[str, ...]) -> Any:
    return kind(**{name: message.get(name) for name in names})

"""The answer to one client: headers when the first content leaves, then bytes; a broken one never ends as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiohttp import web
from aiohttp.http import HttpVersion11

from routerd.domain.api_errors import error_event, written_event
from routerd.domain.dialect_name import DialectName
from routerd.domain.forwarded import AnswerHead
from routerd.domain.money import plain
from routerd.frontends.http.problems import Problem

_READER_S = 300.0
"""For a client that reads nothing: it holds a provider's connection, and pays for it."""


_AT_ONCE = 32 * 1024
"""Bytes that are taken without waiting: half of what makes asyncio wait for a reader."""


class Answer:
    """The Sink of one request."""

    def __init__(self, request: web.Request, headers: Mapping[str, str]) -> None:
        """``headers``: what is known before anything is sent."""
        self._request = request
        self._headers = dict(headers)
        self._whole: bytes | None = None
        self._status = 200
        self._stream: web.StreamResponse | None = None

    @property
    def begun(self) -> bool:
        """Whether anything was sent."""
        return self._stream is not None

    async def begin(self, head: AnswerHead) -> None:
        """As the Sink port says."""
        headers = {
            **self._headers,
            "content-type": head.content_type,
            "x-routerd-tier": str(head.tier),
            "x-routerd-model": _printable(str(head.model)),
            "x-routerd-attempts": str(head.attempts),
        }
        if head.dropped:
            headers["x-routerd-dropped"] = _printable(", ".join(head.dropped))
        if head.attempt is not None and head.attempt.cost is not None:
            headers["x-routerd-cost"] = plain(head.attempt.cost)
        self._status, self._headers = head.status, headers
        if not head.streamed:
            self._whole = b""
            return
        stream = web.StreamResponse(status=head.status, headers={**headers, "cache-control": "no-cache"})
        if self._request.version >= HttpVersion11:
            stream.enable_chunked_encoding()
        await stream.prepare(self._request)
        self._stream = stream

    def idle(self, size: int) -> bool:
        """As the Sink port says: the socket's own buffer has room for it."""
        transport = self._request.transport
        return transport is not None and transport.get_write_buffer_size() + size < _AT_ONCE

    async def write(self, data: bytes) -> None:
        """As the Sink port says."""
        if self._stream is None:
            self._whole = (self._whole or b"") + data
            return
        if self.idle(len(data)):
            await self._stream.write(data)
            return
        try:
            async with asyncio.timeout(_READER_S):
                await self._stream.write(data)
        except TimeoutError:
            raise ConnectionResetError("the client reads nothing") from None

    async def end(self) -> web.StreamResponse:
        """The whole answer was written."""
        if self._stream is None:
            return web.Response(status=self._status, headers=self._headers, body=self._whole or b"")
        await self._stream.write_eof()
        return self._stream

    async def cut(self, problem: Problem, dialect: DialectName) -> web.StreamResponse:
        """End a stream that broke off: an event with the error, and then no end of the chunked body.

        A clean end would be taken for the whole answer by clients that look for no finish (Continue, aider).
        """
        assert self._stream is not None
        try:
            await self._stream.write(written_event(*error_event(dialect, problem.code, problem.message)))
        except ConnectionError:
            return self._stream
        self._request.protocol.force_close()
        if self._request.transport is not None:
            self._request.transport.close()  # after what is written; the last chunk is never sent
        return self._stream

    def give_up(self) -> web.StreamResponse:
        """Close a connection that takes nothing more, without waiting for what is unread."""
        assert self._stream is not None
        self._request.protocol.force_close()
        if self._request.transport is not None:
            self._request.transport.abort()
        return self._stream


def _printable(text: str) -> str:
    """A text as it can stand in a header."""
    plainer = text.translate({ord("≥"): ">=", ord("×"): "x", ord("…"): "...", ord("“"): '"', ord("”"): '"'})
    return "".join(one if " " <= one <= "~" else "?" for one in plainer)[:500]


def reason_header(reason: str) -> str:
    """A reason as it can stand in a header."""
    return _printable(reason)

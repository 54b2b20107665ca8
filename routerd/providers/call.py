"""One call of one deployment, from the request to the commit point, within its three time limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from routerd.domain.settings import Limits
from routerd.providers.bounded import MOST_CHARS
from routerd.providers.client import ProviderClient
from routerd.providers.dialect import Dialect
from routerd.providers.draft import Draft
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.sending import Sending
from routerd.providers.sse import Event, Events, TooLong
from routerd.providers.stream import Stream

DRAIN_S = 0.1
"""Wait for the end of the body after ``[DONE]``, so that the connection can be reused (as the openai package does)."""


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """A request and its time limits."""

    body: Mapping[str, Any]
    limits: Limits
    left_s: float
    """Seconds left for the whole action."""
    wall: float
    """Unix time."""
    ends_with_done: bool
    max_output: int
    """Requested output limit in tokens."""

    @property
    def most_bytes(self) -> int:
        """Size limit of the answer. A chunk with one token has up to 400 bytes; ``max_output`` leaves out reasoning."""
        return (1 << 24) + (1 << 10) * self.max_output


@dataclass(frozen=True, slots=True)
class Heard:
    """What is called as a call goes on."""

    sending: Sending
    """Called when the connection stands and before the first byte of the request."""
    arrived: Callable[[str], None]
    """Called with each piece of text."""


async def answer(client: ProviderClient, call: ProviderCall, draft: Draft, heard: Heard) -> None:
    """Fill the draft until the answer is complete.

    Raises ProviderFaultError otherwise; the draft keeps the partial answer. Cancelling closes the socket.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + call.left_s
    draft.sent = True
    own: Exception | None = None
    begun = False
    try:
        async with asyncio.timeout_at(min(end, loop.time() + call.limits.first_token_s)) as limit:
            async with await client.open(call.body, call.wall, heard.sending) as stream:
                draft.headers = stream.headers
                async with aclosing(_tokens(stream, draft, call.most_bytes, client.dialect)) as tokens:
                    async for text in tokens:
                        begun = begun or bool(text)
                        # A model that thinks in silence is waited for while its server shows life; an answer that has
                        # begun is not, as heartbeats would feign that it goes on.
                        if not begun:
                            limit.reschedule(min(end, loop.time() + call.limits.first_token_s))
                            continue
                        if not text:
                            continue
                        limit.reschedule(min(end, loop.time() + call.limits.between_tokens_s))
                        try:
                            heard.arrived(text)
                        except Exception as fault:  # the caller's, not a failure of the provider
                            own = fault
                            raise
        draft.commit(call.ends_with_done)
    except TimeoutError:
        raise ProviderFaultError(ProviderFault(_too_slow(draft, loop.time() >= end))) from None
    except ProviderFaultError as error:
        draft.sent = may_be_billed(error.fault.sign, draft)
        raise
    except Exception as unexpected:
        if unexpected is own:
            raise
        # An unexpected exception of the layers below is a failed call, so the next deployment is called.
        raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message=type(unexpected).__name__)) from unexpected


def may_be_billed(sign: FaultKind, draft: Draft) -> bool:
    """False for a call that never arrived, was refused by status or in words, or ended without any output."""
    if sign in (FaultKind.UNREACHABLE, FaultKind.STATUS, FaultKind.NO_API):
        return False
    return draft.begun or sign not in (FaultKind.ERROR, FaultKind.CUT)


async def _tokens(stream: Stream, draft: Draft, most_bytes: int, dialect: Dialect) -> AsyncGenerator[str]:
    """Yield text as it arrives, and an empty text for each heartbeat or empty event."""
    async with aclosing(stream.pieces(most_bytes)) as pieces:
        begin = await _beginning(pieces, stream.content_type)
        if begin.lstrip(_BLANK)[:1] in (b"{", b"["):  # one piece of JSON, by whatever name
            yield draft.whole(await _rest(begin, pieces), dialect.whole)
            return
        events, chunks = Events(), dialect.chunks()
        async for piece in _chain(begin, pieces):
            try:
                whole = events.feed(piece)
            except TooLong:
                raise ProviderFaultError(ProviderFault(FaultKind.ENDLESS)) from None
            yield "".join([draft.event(one) for event in whole for one in _read(event, chunks)])
            if draft.done:
                break
        else:
            for event in events.end():
                yield "".join([draft.event(one) for one in _read(event, chunks)])
        try:
            async with asyncio.timeout(DRAIN_S):
                async for _ in pieces:
                    pass
        except (TimeoutError, ProviderFaultError):
            pass  # the answer is complete; only the connection cannot be reused


def _read(event: Event, chunks: Callable[[str], Sequence[str]]) -> list[Event]:
    """The event as ``Draft`` reads it; errors and empty events are read alike for all dialects."""
    if event.name == "error" or not event.data.strip():
        return [event]
    return [replace(event, data=chunk) for chunk in chunks(event.data)]


_BLANK = b" \t\r\n\xef\xbb\xbf"


async def _beginning(pieces: AsyncGenerator[bytes], content_type: str) -> bytes:
    """The first bytes that say what this is. Raises ProviderFaultError for a web page, or for nothing at all."""
    begin = b""
    async for piece in pieces:
        begin += piece
        if begin.strip(_BLANK):
            break
    first = begin.lstrip(_BLANK)[:1]
    if first == b"<" or content_type == "text/html":
        raise ProviderFaultError(ProviderFault(FaultKind.NO_API, message="a web page"))
    if not first and content_type != "text/event-stream":
        raise ProviderFaultError(ProviderFault(FaultKind.NO_API, message="nothing"))
    return begin


async def _chain(begin: bytes, pieces: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    yield begin
    async for piece in pieces:
        yield piece


async def _rest(begin: bytes, pieces: AsyncGenerator[bytes]) -> bytes:
    """The whole body. Raises ProviderFaultError where it is longer than any answer in one piece."""
    body = bytearray(begin)
    async for piece in pieces:
        body += piece
        if len(body) > MOST_CHARS:
            raise ProviderFaultError(ProviderFault(FaultKind.ENDLESS, message=f"more than {MOST_CHARS >> 20} MB"))
    return bytes(body)


def _too_slow(draft: Draft, overtime: bool) -> FaultKind:
    if overtime:
        return FaultKind.OVERTIME
    return FaultKind.STALLED if draft.text or draft.reasoning else FaultKind.SILENT

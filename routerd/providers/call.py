"""One call of one deployment, from the request to the commit point, within its three time limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from routerd.domain.settings import Limits
from routerd.providers.bounded import MOST_CHARS
from routerd.providers.client import ProviderClient
from routerd.providers.dialect import Dialect
from routerd.providers.draft import Draft
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.sse import Events, TooLong
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


async def answer(client: ProviderClient, call: ProviderCall, draft: Draft, arrived: Callable[[str], None]) -> None:
    """Fill the draft until the answer is complete; ``arrived`` is called with each piece of text.

    Raises ProviderFaultError otherwise; the draft keeps the partial answer. Cancelling closes the socket.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + call.left_s
    draft.sent = True
    own: Exception | None = None
    try:
        async with asyncio.timeout_at(min(end, loop.time() + call.limits.first_token_s)) as limit:
            async with await client.open(call.body, call.wall) as stream:
                draft.headers = stream.headers
                async with aclosing(_tokens(stream, draft, call.most_bytes, client.dialect)) as tokens:
                    async for text in tokens:
                        limit.reschedule(min(end, loop.time() + call.limits.between_tokens_s))
                        try:
                            arrived(text)
                        except Exception as fault:  # the caller's, not a failure of the provider
                            own = fault
                            raise
        draft.commit(call.ends_with_done)
    except TimeoutError:
        raise ProviderFaultError(ProviderFault(_too_slow(draft, loop.time() >= end))) from None
    except ProviderFaultError as error:
        draft.sent = _may_be_billed(error.fault.sign, draft)
        raise
    except Exception as unexpected:
        if unexpected is own:
            raise
        # An unexpected exception of the layers below is a failed call, so the next deployment is called.
        raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message=type(unexpected).__name__)) from unexpected


def _may_be_billed(sign: FaultKind, draft: Draft) -> bool:
    """False for a call that never arrived, was refused by status or error object, or ended without any output."""
    if sign in (FaultKind.UNREACHABLE, FaultKind.STATUS):
        return False
    return draft.begun or sign not in (FaultKind.ERROR, FaultKind.CUT)


async def _tokens(stream: Stream, draft: Draft, most_bytes: int, dialect: Dialect) -> AsyncGenerator[str]:
    """Yield text as it arrives; heartbeats and empty events yield nothing, so they do not reset the time limit."""
    async with aclosing(stream.pieces(most_bytes if stream.is_events else MOST_CHARS)) as pieces:
        if not stream.is_events:
            yield draft.whole(b"".join([piece async for piece in pieces]))
            return
        events = Events()
        async for piece in pieces:
            try:
                whole = events.feed(piece)
            except TooLong:
                raise ProviderFaultError(ProviderFault(FaultKind.ENDLESS)) from None
            new = "".join([draft.event(data) for event in whole if (data := dialect.event(event))])
            if new:
                yield new
            if draft.done:
                break
        else:
            for event in events.end():
                if data := dialect.event(event):
                    yield draft.event(data)
        try:
            async with asyncio.timeout(DRAIN_S):
                async for _ in pieces:
                    pass
        except (TimeoutError, ProviderFaultError):
            pass  # the answer is complete; only the connection cannot be reused


def _too_slow(draft: Draft, overtime: bool) -> FaultKind:
    if overtime:
        return FaultKind.OVERTIME
    return FaultKind.STALLED if draft.text or draft.reasoning else FaultKind.SILENT

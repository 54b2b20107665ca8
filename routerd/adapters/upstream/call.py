"""One call of one deployment, from the request to the commit point, within its three time limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from routerd.adapters.upstream.client import Client, Stream
from routerd.adapters.upstream.draft import Draft
from routerd.adapters.upstream.failure import Fault, FaultError, Sign
from routerd.adapters.upstream.sse import Events
from routerd.domain.settings import Limits

DRAIN_S = 0.1
"""After ``[DONE]`` so long for the end of the body, which lets the connection be kept (as openai has it)."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is to be sent and how long it may take."""

    body: Mapping[str, Any]
    limits: Limits
    left_s: float
    """Seconds that the whole action has left."""
    wall: float
    """Unix time."""
    ends_with_done: bool


async def answer(client: Client, call: Call, draft: Draft, arrived: Callable[[str], None]) -> None:
    """Fill the draft until it is a whole answer; ``arrived`` is told each piece of text.

    Raises FaultError otherwise, with what did arrive in the draft. Cancelling closes the socket.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + call.left_s
    draft.sent = True
    try:
        async with asyncio.timeout_at(min(end, loop.time() + call.limits.first_token_s)) as limit:
            async with await client.open(call.body, call.wall) as stream:
                draft.headers = stream.headers
                async with aclosing(_tokens(stream, draft)) as tokens:
                    async for text in tokens:
                        limit.reschedule(min(end, loop.time() + call.limits.between_tokens_s))
                        arrived(text)
    except TimeoutError:
        raise FaultError(Fault(_too_slow(draft, loop.time() >= end))) from None
    except FaultError as error:
        draft.sent = error.fault.sign not in (Sign.UNREACHABLE, Sign.STATUS)
        raise
    draft.commit(call.ends_with_done)


async def _tokens(stream: Stream, draft: Draft) -> AsyncGenerator[str]:
    """Text as it arrives; heartbeats and empty events are none, so that they cannot feign life."""
    async with aclosing(stream.pieces()) as pieces:
        if not stream.is_events:
            yield draft.whole(b"".join([piece async for piece in pieces]))
            return
        events = Events()
        async for piece in pieces:
            new = "".join([draft.event(data) for data in events.feed(piece)])
            if new:
                yield new
            if draft.done:
                break
        else:
            for data in events.end():
                yield draft.event(data)
        try:
            async with asyncio.timeout(DRAIN_S):
                async for _ in pieces:
                    pass
        except (TimeoutError, FaultError):
            pass  # the answer is whole; only its connection cannot be used again


def _too_slow(draft: Draft, overtime: bool) -> Sign:
    if overtime:
        return Sign.OVERTIME
    return Sign.STALLED if draft.text or draft.reasoning else Sign.SILENT

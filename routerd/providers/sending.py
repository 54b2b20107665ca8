"""Reports the moment in which a request is sent: its connection stands, and its first byte follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from httpx2 import Request

Sending = Callable[[], Awaitable[object] | None]
"""Is called when a request is sent; the request waits for what it returns."""
_SENDING: ContextVar[Sending | None] = ContextVar("sending", default=None)
"""What the request of the running task reports to."""


@contextmanager
def reporting(sending: Sending) -> Iterator[None]:
    """Requests of this task call ``sending`` when they are sent."""
    before = _SENDING.set(sending)
    try:
        yield
    finally:
        _SENDING.reset(before)


async def reported(request: Request) -> None:
    """Has the HTTP library report a request: a hook that it calls before it connects."""
    sending = _SENDING.get()
    if sending is None:
        return

    async def trace(event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(".send_request_headers.started"):
            told = sending()
            if told is not None:
                await told

    request.extensions["trace"] = trace

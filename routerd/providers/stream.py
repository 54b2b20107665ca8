"""The bytes of one answer: decompressed, bounded, and with each way in which a connection breaks as one fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from routerd.providers.bounded import Inflate, parsed
from routerd.providers.draft import fault_of_error
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError

if TYPE_CHECKING:
    from httpx2 import Response

REFUSAL_BYTES = 1 << 16
"""Of the body of a refusal: more than any error object has."""
REFUSAL_S = 2.0
"""For that body: it comes with the status line, and a server that dies in the middle of it may say nothing more."""


class Stream:
    """One answer. Leaving the ``async with`` closes it, and the socket of a cut one."""

    def __init__(self, response: Response) -> None:
        self._response = response
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.multi_items()}
        self.is_events = "json" not in self.headers.get("content-type", "")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(Exception):  # closing what broke may fail too; what came before it is what counts
            await self._response.aclose()

    async def pieces(self, most: int) -> AsyncGenerator[bytes]:
        """The body as it arrives, decompressed. Raises ProviderFaultError if it breaks or exceeds ``most`` bytes."""
        raw, left = self._response.aiter_raw(), most
        try:
            inflate = Inflate(self.headers.get("content-encoding", ""))
            async for compressed in raw:
                for piece in inflate.feed(compressed):
                    left -= len(piece)
                    if left < 0:
                        raise ProviderFaultError(
                            ProviderFault(FaultKind.ENDLESS, message=f"more than {most >> 20 or 1} MB")
                        )
                    yield piece
                    await asyncio.sleep(0)  # a thousand pieces may come out of one, and others wait
        except ProviderFaultError:
            raise
        except Exception as broken:  # a read of a socket: whatever the layers raise, it broke
            raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message=type(broken).__name__)) from None


async def refusal(response: Response) -> ProviderFault:
    """What a status other than 2xx means; its body adds words where it is whole, and takes nothing away where not."""
    stream, body = Stream(response), bytearray()
    with suppress(TimeoutError, ProviderFaultError):
        async with asyncio.timeout(REFUSAL_S), aclosing(stream.pieces(REFUSAL_BYTES)) as pieces:
            async for piece in pieces:
                body += piece
    text = bytes(body).decode("utf-8", "replace").strip()
    try:
        said = parsed(text)
    except ValueError:
        said = text
    error = said.get("error", said) if isinstance(said, Mapping) else said
    fault = fault_of_error(error, FaultKind.STATUS, response.status_code)
    return ProviderFault(FaultKind.STATUS, fault.status, fault.code, fault.param, fault.message, headers=stream.headers)

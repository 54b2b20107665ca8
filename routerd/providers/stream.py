"""The bytes of one answer: decompressed, bounded, and with each way in which a connection breaks as one fault."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from routerd.providers.bounded import parsed
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.said import fault_of_error, told_fault

if TYPE_CHECKING:
    from httpx2 import Response

REFUSAL_BYTES = 1 << 16
"""Of the body of a refusal: more than any error object has."""
REFUSAL_S = 2.0
"""For that body: it comes with the status line, and a server that dies in the middle of it may say nothing more."""

ACCEPTED = "gzip"
"""The only content coding that is requested and accepted, besides identity."""
_PIECE = 1 << 16
"""Largest decompressed piece in bytes."""
_GZIP = 16 + zlib.MAX_WBITS


class Inflate:
    """Decompresses one body in pieces of bounded size."""

    def __init__(self, coding: str) -> None:
        """Raises ValueError for a coding that was not requested."""
        coding = coding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise ValueError("a content coding that was not requested")
        self._zip = zlib.decompressobj(_GZIP) if coding.endswith("gzip") else None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The decompressed bytes, in pieces. Raises ValueError where they are garbled."""
        if self._zip is None:
            yield data
            return
        while data:
            try:
                piece = self._zip.decompress(data, _PIECE)
            except zlib.error:
                raise ValueError("garbled gzip") from None
            data = self._zip.unconsumed_tail
            if self._zip.eof:  # a body may be several gzip members
                data, self._zip = self._zip.unused_data, zlib.decompressobj(_GZIP)
            yield piece


class Stream:
    """One answer. Leaving the ``async with`` closes it, and the socket of a cut one."""

    def __init__(self, response: Response) -> None:
        self._response = response
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.multi_items()}
        self.content_type = self.headers.get("content-type", "").split(";")[0].strip().lower()

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
    return fault_of_refusal(response.status_code, bytes(body), stream.headers)


def fault_of_refusal(status: int, body: bytes, headers: Mapping[str, str]) -> ProviderFault:
    """The fault that a status other than 2xx is, by its number and by what of its body arrived."""
    text = body.decode("utf-8", "replace").strip()
    try:
        said = parsed(text)
    except ValueError:
        said = text
    fault = told_fault(said, FaultKind.STATUS, status) if isinstance(said, Mapping) else None
    fault = fault or fault_of_error(_without_markup(said), FaultKind.STATUS, status)
    return replace(fault, headers=headers)


_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})</title>", re.I)


def _without_markup(said: object) -> object:
    """Of a web page only its title: "502 Bad Gateway" says more than its markup."""
    if isinstance(said, str) and said.startswith("<"):
        title = _TITLE.search(said)
        return title[1].strip() if title else ""
    return said

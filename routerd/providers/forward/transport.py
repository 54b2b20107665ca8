"""The HTTP client of what passes through, over aiohttp; it never retries, follows no redirect and keeps no cookie."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from routerd.domain.errors import UpstreamError
from routerd.providers.bounded import parsed
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.retry_after import retry_after, told_wait
from routerd.providers.stream import REFUSAL_BYTES, REFUSAL_S, Inflate, fault_of_refusal

CONNECT_S = 10.0
"""As in ``client``: three lost SYNs take seven seconds (RFC 6298)."""
_LARGE = 1 << 18
_PROXY_S = 60.0
"""So long the proxy of an address is not looked up again: on macOS it is a setting of the system."""
_UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class Incoming:
    """One answer whose headers have arrived."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        self.content_type = self.headers.get("content-type", "").split(";")[0].strip().lower()

    async def pieces(self, most: int) -> AsyncGenerator[bytes]:
        """The body as it arrives, decompressed. Raises ProviderFaultError if it breaks or exceeds ``most`` bytes."""
        left = most
        try:
            inflate = Inflate(self.headers.get("content-encoding", ""))
            while data := await self._response.content.readany():
                for piece in inflate.feed(data):
                    left -= len(piece)
                    if left < 0:
                        raise ProviderFaultError(ProviderFault(FaultKind.ENDLESS, message=f"more than {most >> 20} MB"))
                    yield piece
        except (aiohttp.ClientError, OSError, ValueError) as broken:
            raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message=type(broken).__name__)) from None

    def close(self) -> None:
        """Close the connection at once; a whole answer has given it back already."""
        self._response.close()

    async def refusal(self, wall: float) -> ProviderFault:
        """What a status other than 2xx means, with the body as the provider sent it."""
        body = bytearray()
        with suppress(TimeoutError, ProviderFaultError):
            async with asyncio.timeout(REFUSAL_S):
                async for piece in self.pieces(REFUSAL_BYTES):
                    body += piece
        self.close()
        fault = fault_of_refusal(self.status, bytes(body), self.headers)
        wait_s = retry_after(self.headers, wall)
        return replace(
            fault,
            retry_after_s=told_wait(fault.message) if wait_s is None else wait_s,
            body=bytes(body) if _is_object(bytes(body)) else b"",
        )


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(parsed(body.decode("utf-8", "replace")), dict)
    except ValueError:
        return False


class Transport:
    """The connections of one process; belongs to one event loop, which ``close`` must run on."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[str, tuple[str | None, float]] = {}
        """Of each origin its proxy, and when that was found out."""

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            try:
                self._session = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(limit=0),  # the settings limit each provider
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    auto_decompress=False,
                    # Not trust_env: it reads ~/.netrc at every request, and sends a password of it to the provider.
                )
            except Exception as fault:  # proxies and certificates of the environment; the text may hold a password
                raise UpstreamError(f"No connection can be prepared ({type(fault).__name__}).") from None
        return self._session

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Incoming:
        """Send a request; returns once the answer's headers have arrived. Raises ProviderFaultError."""
        try:
            # aiohttp sends a large text piece by piece only where it comes as a file.
            data = body if len(body) < _LARGE else io.BytesIO(body)
            response = await self._opened().post(
                url, data=data, headers=headers, allow_redirects=False, proxy=self._proxy(url)
            )
        except _UNSENT as fault:
            raise ProviderFaultError(ProviderFault(FaultKind.UNREACHABLE, message=_why(fault))) from None
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message=type(fault).__name__)) from None
        return Incoming(response)

    def _proxy(self, url: str) -> str | None:
        """The proxy that the environment names for an address, looked up anew now and then."""
        parts = urlsplit(url)
        origin, now = f"{parts.scheme}://{parts.netloc}", time.monotonic()
        known = self._proxies.get(origin)
        if known is None or now - known[1] > _PROXY_S:
            passed_by = not parts.hostname or proxy_bypass(parts.hostname)
            known = self._proxies[origin] = (None if passed_by else getproxies().get(parts.scheme), now)
        return known[0]

    async def close(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _why(fault: BaseException) -> str:
    """What the user can act on, in words; else the name of the exception."""
    if isinstance(fault, aiohttp.ClientConnectorDNSError):
        return "its name is not known: look at base_url and the network"
    if isinstance(fault, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not trusted: name its issuer's file in SSL_CERT_FILE"
    if isinstance(fault, aiohttp.ClientConnectorSSLError):
        return "it does not speak TLS: is it http:// rather than https://?"
    if isinstance(fault, aiohttp.ClientConnectorError) and isinstance(fault.os_error, ConnectionRefusedError):
        return "nothing listens there"
    return type(fault).__name__

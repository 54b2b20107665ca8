"""The one door to the openai package: opens a streamed answer, and turns its exceptions into faults.

It decides nothing and never retries. The import costs most of a second, so only ``load`` and use do it.
"""

from __future__ import annotations

import importlib
import socket
import ssl
import sys
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from routerd.adapters.upstream.draft import fault_of_error
from routerd.adapters.upstream.failure import Fault, FaultError, Sign
from routerd.adapters.upstream.retry_after import retry_after
from routerd.domain.errors import UpstreamError

if TYPE_CHECKING:
    from httpx2 import Response
    from openai import AsyncOpenAI, OpenAIError

CONNECT_S = 10.0
"""A handshake across the world takes less than one second; three lost SYNs come to seven (RFC 6298)."""
EMBED_S = 5.0
"""For a batch of short texts, which takes well under a second; a person is waiting and the built-in one is at hand."""
NO_KEY = "no-key-needed"
"""What is sent where a local server wants none: the openai package insists on a value."""


def load() -> None:
    """Import what ``Client`` needs; slow, so not on the event loop."""
    importlib.import_module("openai")


def loaded() -> bool:
    """Whether ``load`` was done."""
    return "openai" in sys.modules


class Client:
    """One provider with one key; keeps its connections."""

    def __init__(self, base_url: str, key: str | None) -> None:
        """Raises UpstreamError where the environment's proxy or certificates cannot be used."""
        from openai import AsyncOpenAI, Timeout  # noqa: PLC0415  # lazy, see the top of this file

        with _environment():
            # All other times are limited by ``call``, which knows tokens from heartbeats.
            self._client: AsyncOpenAI = AsyncOpenAI(
                base_url=base_url, api_key=key or NO_KEY, max_retries=0, timeout=Timeout(None, connect=CONNECT_S)
            )
        if urlsplit(base_url).hostname != "api.openai.com":
            # From OPENAI_ORG_ID and OPENAI_PROJECT_ID: the user's account there is nobody else's business.
            self._client.organization = self._client.project = None

    async def open(self, body: Mapping[str, Any], wall: float) -> Stream:
        """Send a chat request; returns once the headers of a good answer are there. Raises FaultError.

        wall: Unix time, for a Retry-After that is a date. A redirect is a fault: the user's code goes to the
        address that the user wrote, and nowhere else.
        """
        from openai import AsyncStream, OpenAIError  # noqa: PLC0415  # lazy
        from openai.types.chat import ChatCompletionChunk  # noqa: PLC0415  # lazy

        try:
            stream = await self._client.post(
                "/chat/completions",
                body=dict(body),
                cast_to=ChatCompletionChunk,
                stream=True,
                stream_cls=AsyncStream[ChatCompletionChunk],
                options={"follow_redirects": False},
            )
        except OpenAIError as error:
            raise FaultError(fault_of(error, wall)) from None
        return Stream(stream.response)

    async def models(self, within_s: float) -> tuple[str, ...]:
        """The names of the models that the provider offers. Raises FaultError."""
        from openai import OpenAIError  # noqa: PLC0415  # lazy

        try:
            page = await self._client.models.list(timeout=within_s)
        except OpenAIError as error:
            raise FaultError(fault_of(error, 0.0)) from None
        return tuple(model.id for model in page.data)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()


class EmbeddingsClient:
    """One provider's embeddings endpoint with one key; waits for each answer."""

    def __init__(self, base_url: str, key: str | None) -> None:
        """Raises UpstreamError as Client does."""
        from openai import OpenAI  # noqa: PLC0415  # lazy, see the top of this file

        with _environment():
            self._client = OpenAI(base_url=base_url, api_key=key or NO_KEY, max_retries=0, timeout=EMBED_S)
        if urlsplit(base_url).hostname != "api.openai.com":
            self._client.organization = self._client.project = None  # as in Client

    def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text, in their order. Raises FaultError."""
        from openai import OpenAIError  # noqa: PLC0415  # lazy
        from openai.types import CreateEmbeddingResponse  # noqa: PLC0415  # lazy

        try:
            answer = self._client.post(
                "/embeddings",
                body={"model": model, "input": list(texts), "encoding_format": "float"},
                cast_to=CreateEmbeddingResponse,
                options={"follow_redirects": False},
            )
        except OpenAIError as error:
            raise FaultError(fault_of(error, 0.0)) from None
        # The package builds what it was promised without looking: a strange answer has no such field.
        ordered = sorted(getattr(answer, "data", None) or (), key=lambda one: one.index)
        if [one.index for one in ordered] != list(range(len(texts))):
            raise FaultError(Fault(Sign.BROKEN, message="gave too few vectors"))
        return [one.embedding for one in ordered]


@contextmanager
def _environment() -> Iterator[None]:
    """Proxies and certificates come from the environment when a client is made, and each layer fails its own way."""
    try:
        yield
    except ImportError:
        raise UpstreamError(
            "The environment names a SOCKS proxy (ALL_PROXY or the like), for which a package is missing: "
            "install socksio beside routerd, or name an HTTP proxy."
        ) from None
    except Exception as fault:  # its text may hold the proxy's password
        raise UpstreamError(
            f"No connection can be prepared ({type(fault).__name__}): look at the environment's "
            "HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE."
        ) from None


class Stream:
    """The bytes of one answer. Leaving the ``async with`` closes it, and the socket of a cut one."""

    def __init__(self, response: Response) -> None:
        self._response = response
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.multi_items()}
        self.is_events = "json" not in self.headers.get("content-type", "")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._response.aclose()

    async def pieces(self) -> AsyncGenerator[bytes]:
        """The body as it arrives, decompressed. Raises FaultError where the connection breaks."""
        pieces = self._response.aiter_bytes()
        while True:
            try:
                piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except Exception as broken:  # a read of a socket: whatever the layers raise, it broke
                raise FaultError(Fault(Sign.BROKEN, message=type(broken).__name__)) from None
            yield piece


def fault_of(error: OpenAIError, wall: float) -> Fault:
    """What one of the openai package's exceptions means; a class that is new there is a broken answer."""
    import httpx2  # noqa: PLC0415  # lazy
    import openai  # noqa: PLC0415  # lazy

    if isinstance(error, openai.APIConnectionError):
        unsent = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
        sign = Sign.UNREACHABLE if isinstance(error.__cause__, unsent) else Sign.BROKEN
        return Fault(sign, message=_why_no_connection(error) or type(error.__cause__ or error).__name__)
    if isinstance(error, openai.APIStatusError):
        headers = {name.lower(): value for name, value in error.response.headers.multi_items()}
        fault = fault_of_error(error.body or error.message, Sign.STATUS, error.status_code)
        wait_s = retry_after(headers, wall)
        return Fault(Sign.STATUS, fault.status, fault.code, fault.param, fault.message, wait_s, headers)
    if isinstance(error, openai.APIResponseValidationError):
        return Fault(Sign.BROKEN, message="malformed answer")
    if isinstance(error, openai.APIError):
        return fault_of_error(error.body or error.message)
    return Fault(Sign.BROKEN, message=type(error).__name__)


def _why_no_connection(error: BaseException | None) -> str:
    """What the innermost layer said that a person can do something about, else nothing."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted ({error.verify_message}): name its issuer's file in SSL_CERT_FILE"
        if isinstance(error, ssl.SSLError):
            return "it does not speak TLS: is it http:// rather than https://?"
        if isinstance(error, socket.gaierror):
            return "its name is not known: look at base_url and the network"
        if isinstance(error, ConnectionRefusedError):
            return "nothing listens there"
        error = error.__cause__ or error.__context__
    return ""

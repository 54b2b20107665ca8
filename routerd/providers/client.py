"""The only module that imports the openai package: chat requests, model lists and embeddings; it never retries.

Its exceptions become faults. The import takes most of a second, so it is done by ``load`` or at the first use.
"""

from __future__ import annotations

import asyncio
import importlib
import socket
import ssl
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from routerd.domain.errors import UpstreamError
from routerd.providers.bounded import MOST_CHARS, parsed
from routerd.providers.dialect import OPENAI, Dialect
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.retry_after import retry_after, told_wait
from routerd.providers.said import fault_of_error
from routerd.providers.sending import Sending, reported, reporting
from routerd.providers.stream import ACCEPTED, Stream, refusal

if TYPE_CHECKING:
    from httpx2 import Request, Response
    from openai import AsyncOpenAI, OpenAIError

CONNECT_S = 10.0
"""Connect timeout. A handshake takes less than one second; three lost SYNs take seven (RFC 6298)."""
EMBED_S = 5.0
"""Timeout of one batch of short texts, which takes well under a second; the built-in embedding is the fallback."""
_LONGEST_NAME = 256
"""Longest model name in characters; the longest known one has 80."""
NO_KEY = "no-key-needed"
"""Sent to local servers without authentication: the openai package requires a value."""


def load() -> None:
    """Import the openai package; slow, so not on the event loop."""
    importlib.import_module("openai")


def loaded() -> bool:
    """Whether the openai package is imported."""
    return "openai" in sys.modules


class ProviderClient:
    """One provider with one key; keeps its connections open."""

    def __init__(
        self, base_url: str, key: str | None, headers: Mapping[str, str] | None = None, dialect: Dialect = OPENAI
    ) -> None:
        """Raises UpstreamError where the environment's proxy or certificates cannot be used.

        ``headers``: the provider's own, which replace those of the openai package and of the dialect. A query in
        ``base_url`` is sent with every request (Azure's ``api-version``).
        """
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout  # noqa: PLC0415  # lazy, see the top of this file

        # All other timeouts are set by ``call``, which can tell tokens from heartbeats.
        timeout = Timeout(None, connect=CONNECT_S)
        own = dict(headers or {})
        names = {name.lower() for name in own}
        self.dialect = dialect
        self._headers = {
            name: value for name, value in dialect.headers(key or NO_KEY).items() if name.lower() not in names
        }
        address, query = _address(base_url)
        hooks: dict[str, list[Any]] = {"response": [_refuse], "request": [reported]}
        if _keyless(key, own) or _named_itself(base_url, self._headers):
            hooks["request"].append(_without_key)
        with _environment():
            self._client: AsyncOpenAI = AsyncOpenAI(
                base_url=address,
                default_query=query,
                api_key=key or NO_KEY,
                max_retries=0,
                timeout=timeout,
                default_headers={"Accept-Encoding": ACCEPTED} | own,
                http_client=DefaultAsyncHttpxClient(timeout=timeout, event_hooks=hooks),
            )
        if urlsplit(base_url).hostname != "api.openai.com":
            # Set from OPENAI_ORG_ID and OPENAI_PROJECT_ID, which no other provider may see.
            self._client.organization = self._client.project = None

    async def open(self, body: Mapping[str, Any], wall: float, sending: Sending) -> Stream:
        """Send a chat request; returns once the headers of a 2xx answer have arrived. Raises ProviderFaultError.

        wall: Unix time, for a Retry-After that is a date. A redirect is a fault: the user's code is sent only to
        the address that the user configured. ``sending`` is called when the connection stands, before the first byte.
        """
        with reporting(sending):
            return await self._streamed("post", self.dialect.path, wall, body=dict(body))

    async def models(self, within_s: float) -> tuple[str, ...]:
        """The names of the models that the provider offers. Raises ProviderFaultError."""
        try:
            async with asyncio.timeout(within_s):
                async with await self._streamed("get", "/models", 0.0) as stream:
                    body = b"".join([piece async for piece in stream.pieces(MOST_CHARS)])
            listed = parsed(body.decode("utf-8", "replace"))
        except TimeoutError:
            raise ProviderFaultError(ProviderFault(FaultKind.SILENT, message="Request timed out")) from None
        except ValueError:
            listed = None
        models = listed.get("data") if isinstance(listed, Mapping) else None
        if not isinstance(models, list):
            raise ProviderFaultError(
                ProviderFault(FaultKind.BROKEN, message="gave no list of models: is base_url right?")
            )
        names = (model.get("id") for model in models if isinstance(model, Mapping))
        return tuple(name for name in names if isinstance(name, str) and len(name) <= _LONGEST_NAME)

    async def request(self, method: str, path: str, wall: float, body: Mapping[str, Any] | None = None) -> Stream:
        """Any other request below the provider's address: ``get`` or ``post``. Raises ProviderFaultError."""
        return await self._streamed(method, path, wall, body=body)

    async def upload(self, path: str, fields: Mapping[str, str], name: str, content: bytes, wall: float) -> Stream:
        """Post a form with one file. Raises ProviderFaultError."""
        return await self._streamed("post", path, wall, body=fields, file=(name, content, "application/jsonl"))

    async def _streamed(
        self,
        method: str,
        path: str,
        wall: float,
        body: Mapping[str, Any] | None = None,
        file: tuple[str, bytes, str] | None = None,
    ) -> Stream:
        """The answer once its headers have arrived. Raises ProviderFaultError for any status other than 2xx."""
        from openai import AsyncStream, OpenAIError  # noqa: PLC0415  # lazy
        from openai.types.chat import ChatCompletionChunk  # noqa: PLC0415  # lazy

        ask = self._client.post if method == "post" else self._client.get
        content: dict[str, Any] = {} if body is None else {"body": body}
        headers = self._headers
        if file is not None:
            content["files"] = [("file", file)]
            headers = headers | {"Content-Type": "multipart/form-data"}  # the openai package adds the boundary
        try:
            stream = await ask(
                path,
                cast_to=ChatCompletionChunk,
                stream=True,
                stream_cls=AsyncStream[ChatCompletionChunk],
                options={"follow_redirects": False, "headers": headers},
                **content,
            )
        except ProviderFaultError as refused:
            wait_s = retry_after(refused.fault.headers, wall)
            wait_s = told_wait(refused.fault.message) if wait_s is None else wait_s
            raise ProviderFaultError(replace(refused.fault, retry_after_s=wait_s)) from None
        except OpenAIError as error:
            raise ProviderFaultError(fault_of(error, wall)) from None
        except Exception as unexpected:  # from any layer: this provider gave no answer
            raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message=type(unexpected).__name__)) from unexpected
        return Stream(stream.response)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()


async def _refuse(response: Response) -> None:
    """End a call at its status line, before the openai package reads a body that may be cut, garbled or endless."""
    if response.status_code >= 300:
        raise ProviderFaultError(await refusal(response))


class EmbeddingsClient:
    """One provider's embeddings endpoint with one key; blocks until the answer arrives."""

    def __init__(self, base_url: str, key: str | None, headers: Mapping[str, str] | None = None) -> None:
        """Raises UpstreamError as ProviderClient does."""
        from openai import OpenAI, omit  # noqa: PLC0415  # lazy, see the top of this file

        own = dict(headers or {})
        self._headers = {"Authorization": omit} if _keyless(key, own) else {}
        with _environment():
            address, query = _address(base_url)
            self._client = OpenAI(
                base_url=address,
                api_key=key or NO_KEY,
                max_retries=0,
                timeout=EMBED_S,
                default_query=query,
                default_headers=own,
            )
        if urlsplit(base_url).hostname != "api.openai.com":
            self._client.organization = self._client.project = None  # as in ProviderClient

    def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text, in their order. Raises ProviderFaultError."""
        from openai import OpenAIError  # noqa: PLC0415  # lazy
        from openai.types import CreateEmbeddingResponse  # noqa: PLC0415  # lazy

        try:
            answer = self._client.post(
                "/embeddings",
                body={"model": model, "input": list(texts), "encoding_format": "float"},
                cast_to=CreateEmbeddingResponse,
                options={"follow_redirects": False, "headers": self._headers},
            )
        except OpenAIError as error:
            raise ProviderFaultError(fault_of(error, 0.0)) from None
        except Exception as unexpected:  # from any layer: this provider gave no answer
            raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message=type(unexpected).__name__)) from unexpected
        # The package does not validate the answer: a malformed one lacks these attributes.
        given = getattr(answer, "data", None)
        pairs = [(getattr(one, "index", None), getattr(one, "embedding", None)) for one in given or ()]
        vectors = {index: vector for index, vector in pairs if isinstance(index, int) and isinstance(vector, list)}
        if set(vectors) != set(range(len(texts))):
            raise ProviderFaultError(ProviderFault(FaultKind.BROKEN, message="gave too few vectors"))
        return [vectors[index] for index in range(len(texts))]


async def _without_key(request: Request) -> None:
    """Takes away the key that the openai package insists on: headers of one's own stand in its place."""
    request.headers.pop("authorization", None)


def _keyless(key: str | None, headers: Mapping[str, str]) -> bool:
    """Whether the provider's own headers are all that says who asks."""
    return not key and bool(headers) and not any(name.lower() == "authorization" for name in headers)


def _named_itself(base_url: str, headers: Mapping[str, str]) -> bool:
    """Whether the dialect's own header says who asks: Anthropic reads a Bearer as a token of another kind."""
    return urlsplit(base_url).hostname == "api.anthropic.com" and "x-api-key" in headers


def _address(base_url: str) -> tuple[str, dict[str, object]]:
    """The address without its query, and the query."""
    parts = urlsplit(base_url)
    query: dict[str, object] = dict(parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")), query


@contextmanager
def _environment() -> Iterator[None]:
    """One error for proxies and certificates of the environment, where each layer raises its own exception."""
    try:
        yield
    except ImportError:
        raise UpstreamError(
            "The environment names a SOCKS proxy (ALL_PROXY or the like), for which a package is missing: "
            "install socksio beside routerd, or name an HTTP proxy."
        ) from None
    except Exception as fault:  # its text may contain the proxy's password
        raise UpstreamError(
            f"No connection can be prepared ({type(fault).__name__}): look at the environment's "
            "HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE."
        ) from None


def fault_of(error: OpenAIError, wall: float) -> ProviderFault:
    """The fault of an exception of the openai package; an unknown class is a broken answer."""
    import httpx2  # noqa: PLC0415  # lazy
    import openai  # noqa: PLC0415  # lazy

    if isinstance(error, openai.APIConnectionError):
        unsent = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
        sign = FaultKind.UNREACHABLE if isinstance(error.__cause__, unsent) else FaultKind.BROKEN
        return ProviderFault(sign, message=_why_no_connection(error) or type(error.__cause__ or error).__name__)
    if isinstance(error, openai.APIStatusError):
        headers = {name.lower(): value for name, value in error.response.headers.multi_items()}
        fault = fault_of_error(error.body or error.message, FaultKind.STATUS, error.status_code)
        return replace(fault, retry_after_s=retry_after(headers, wall), headers=headers)
    if isinstance(error, openai.APIResponseValidationError):
        return ProviderFault(FaultKind.BROKEN, message="malformed answer")
    if isinstance(error, openai.APIError):
        return fault_of_error(error.body or error.message)
    return ProviderFault(FaultKind.BROKEN, message=type(error).__name__)


def _why_no_connection(error: BaseException | None) -> str:
    """The innermost cause that the user can act on, in words; else ""."""
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

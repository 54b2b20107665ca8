"""What is sent to one deployment for a request that passes through: address, headers and body; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from routerd.domain.dialect_name import DialectName
from routerd.domain.forwarded import LIMIT_FIELDS, Endpoint, ForwardedRequest
from routerd.domain.settings import ProviderSettings
from routerd.providers.dialects.translate import Unsupported, translate_request
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.forward.signatures import IsForeign, without_foreign
from routerd.providers.keys import ProviderKey
from routerd.providers.policy import RunningAttempt

_ANTHROPIC = "api.anthropic.com"
_VERSION = ("anthropic-version", "2023-06-01")
"""Sent where the client names none; Anthropic refuses requests without one."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request to one deployment."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    strip_usage: bool
    """Whether the usage was asked for by routerd alone."""
    dialect: DialectName
    """The API in which the provider is asked."""
    dropped: tuple[str, ...] = ()
    """Fields of the request that this API has no counterpart for."""


def outgoing(
    request: ForwardedRequest, running: RunningAttempt, max_output: int, reserved: int, is_foreign: IsForeign
) -> Outgoing:
    """The request as it was sent, but for the model, and a limit of the answer that may be lowered to ``max_output``.

    ``reserved``: tokens of the longest answer that the request asks for. Where less is allowed of an answer in one
    piece, a client's request without a limit gets one: a stream is cut instead.

    Reasoning that another model signed is left out: the provider would refuse it.
    The usage of a chat stream is asked for where the client does not, as a last field: the bytes before it stay.
    """
    body, endpoint = request.body, request.endpoint
    model, provider, key = running.model.model, running.provider, running.key
    if endpoint.generates and endpoint.dialect not in provider.dialects:
        return _translated(request, model, max_output, provider, key)
    changes = {"model": json.dumps(model), **without_foreign(request, is_foreign)}
    for name in LIMIT_FIELDS[endpoint]:
        limit = body.values.get(name)
        if isinstance(limit, int) and limit * request.choices > max_output:
            changes[name] = str(max(max_output // request.choices, 1))
    lowered = max_output < reserved or request.choices > 1
    if request.max_output is None and lowered and not request.streamed and (field := _limit_field(endpoint, provider)):
        changes[field] = str(max(max_output // request.choices, 1))
    asks = endpoint is Endpoint.CHAT and request.streamed and not request.usage_asked and running.quirks.stream_options
    if asks:
        given = body.values.get("stream_options")
        changes["stream_options"] = json.dumps({**(given if isinstance(given, dict) else {}), "include_usage": True})
    return Outgoing(
        _url(provider.base_url, endpoint, request.query),
        _headers(request, endpoint.dialect, provider, key),
        body.replaced(changes),
        endpoint is Endpoint.CHAT and request.streamed and not request.usage_asked,
        endpoint.dialect,
    )


def _limit_field(endpoint: Endpoint, provider: ProviderSettings) -> str | None:
    """The field that limits an answer's length; ``None`` where the provider takes none, or nothing is generated."""
    if endpoint is Endpoint.CHAT:
        return provider.quirks.max_tokens_field
    return next(iter(LIMIT_FIELDS[endpoint]), None)


_ENDPOINTS = {
    DialectName.CHAT: Endpoint.CHAT,
    DialectName.RESPONSES: Endpoint.RESPONSES,
    DialectName.MESSAGES: Endpoint.MESSAGES,
}


def _translated(
    request: ForwardedRequest, model: str, max_output: int, provider: ProviderSettings, key: ProviderKey
) -> Outgoing:
    """The request in the first API that the provider offers. Raises ProviderFaultError where that cannot say it."""
    dialect = provider.dialects[0]
    values = {**request.body.values, "model": model}
    for name in LIMIT_FIELDS[request.endpoint]:
        limit = values.get(name)
        if isinstance(limit, int):
            values[name] = min(limit, max(max_output, 1))
    said = translate_request(values, request.endpoint.dialect, dialect, max_output)
    if isinstance(said, Unsupported):
        raise ProviderFaultError(
            ProviderFault(FaultKind.STATUS, 400, param=said.field, message=f"{said.field}: {said.reason}")
        )
    if dialect is DialectName.CHAT and request.streamed:
        said.body["stream_options"] = {"include_usage": True}
    return Outgoing(
        _url(provider.base_url, _ENDPOINTS[dialect], ""),
        _headers(request, dialect, provider, key),
        json.dumps(said.body).encode(),
        False,
        dialect,
        said.dropped,
    )


def _url(base_url: str, endpoint: Endpoint, query: str) -> str:
    """The provider's own query (Azure's ``api-version``) and the client's go along."""
    parts = urlsplit(base_url)
    queries = "&".join(filter(None, (parts.query, query)))
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + endpoint, queries, ""))


def _headers(
    request: ForwardedRequest, dialect: DialectName, provider: ProviderSettings, key: ProviderKey
) -> dict[str, str]:
    """The client's own, then what the dialect needs, then the key, then the provider's own headers."""
    along = request.headers if dialect is request.endpoint.dialect else ()
    headers = {name.lower(): value for name, value in along}
    headers["content-type"] = "application/json"
    headers["accept-encoding"] = "identity"  # events are watched as they arrive
    if dialect is DialectName.MESSAGES:
        headers.setdefault(*_VERSION)
    if key.sent_as:
        headers.update(key.sent_as)
    elif key.value:
        headers.update(_key_headers(dialect, provider, key.value))
    headers.update({name.lower(): value for name, value in key.headers})
    return headers


def _key_headers(dialect: DialectName, provider: ProviderSettings, key: str) -> dict[str, str]:
    """Anthropic's own API takes ``x-api-key``; gateways with its dialect take either."""
    bearer = {"authorization": f"Bearer {key}"}
    if dialect is not DialectName.MESSAGES:
        return bearer
    if urlsplit(provider.base_url).hostname == _ANTHROPIC:
        return {"x-api-key": key}
    return bearer | {"x-api-key": key}

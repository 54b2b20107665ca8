"""Reads a request: its endpoint, its body within bounds, which headers go along, and who asks."""

from __future__ import annotations

import asyncio
import re
from decimal import Decimal

from aiohttp import web

from routerd.domain.dialect_name import DialectName
from routerd.domain.forwarded import LIMIT_FIELDS, Endpoint, ForwardedRequest
from routerd.domain.gateway_token import Holder
from routerd.domain.json_body import JsonBody, NotAnObject
from routerd.domain.origin import Origin
from routerd.frontends.http.problems import Problem, invalid

MOST_BYTES = 32 * 1024 * 1024
"""Of a request's body, decompressed: what Anthropic's API takes."""
MOST_TOOLS = 4_096
"""Coding agents send 10 to 200, and no provider takes more than some hundred."""
_BODY_S = 60.0
"""For the body of a request: a client that sends it slower holds a connection for nothing."""
_LONGEST_NAME = 256

_ALONG = re.compile(
    r"anthropic-(?!dangerous).*|openai-beta|user-agent|accept|x-stainless-.*|x-app|x-client-request-id|idempotency-key"
    r"|session-id|thread-id|originator|x-codex-.*|x-session-.*|x-claude-code-.*|x-request-timeout",
    re.ASCII,
)
"""Headers that go along to the provider; all others stay here: keys, cookies, and what speaks of this machine."""


def endpoint_of(path: str) -> Endpoint | None:
    """The endpoint of a path, with or without ``/v1`` and a slash at its end."""
    return _ENDPOINTS.get(bare(path))


def bare(path: str) -> str:
    """A path without ``/v1`` and without a slash at its end."""
    short = path.removesuffix("/")
    return short[3:] if short == "/v1" or short.startswith("/v1/") else short


_ENDPOINTS = {str(endpoint): endpoint for endpoint in Endpoint}


def dialect_of(request: web.BaseRequest) -> DialectName:
    """The API in whose shape an error is told."""
    endpoint = endpoint_of(request.path)
    if endpoint is not None:
        return endpoint.dialect
    return DialectName.MESSAGES if "anthropic-version" in request.headers else DialectName.CHAT


async def read(
    request: web.Request, endpoint: Endpoint, own: tuple[tuple[str, str], ...] = ()
) -> ForwardedRequest | Problem:
    """The request as it goes to a provider, or what is wrong with it; ``own``: as ``Gate.own_key`` has it."""
    kind = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if kind not in ("application/json", "text/plain", "application/octet-stream"):
        return invalid(f"The content type must be application/json, not {kind[:60]}.", 415, "unsupported_media_type")
    try:
        async with asyncio.timeout(_BODY_S):
            raw = await request.read()
        body = await asyncio.to_thread(JsonBody.parse, raw) if len(raw) > _LARGE else JsonBody.parse(raw)
    except web.HTTPRequestEntityTooLarge:
        return invalid(f"The body is larger than {MOST_BYTES >> 20} MB.", 413, "request_too_large")
    except TimeoutError:
        return invalid(f"The body did not arrive within {_BODY_S:g} seconds.", 408, "request_timeout")
    except NotAnObject as fault:
        return invalid(f"{str(fault)[:1].upper()}{str(fault)[1:]}.")
    except (web.RequestPayloadError, ValueError):  # a broken chunk, or data that is not compressed as it says
        return invalid("The body is garbled.")
    wrong = _wrong(endpoint, body)
    if wrong is not None:
        return invalid(wrong)
    along = tuple((name, value) for name, value in request.headers.items() if _ALONG.fullmatch(name.lower()))
    return ForwardedRequest(endpoint, body, along, request.rel_url.raw_query_string, own)


_LARGE = 256 * 1024
"""Bytes of JSON that take some milliseconds to parse: more is parsed beside the event loop."""


def _wrong(endpoint: Endpoint, body: JsonBody) -> str | None:
    """What is wrong with the fields that routerd itself acts on; all others are the provider's to judge."""
    values = body.values
    model = values.get("model")
    if not isinstance(model, str) or not model:
        return "The field 'model' is missing: ask for auto, a tier, or PROVIDER/MODEL."
    if len(model) > _LONGEST_NAME:
        return f"The field 'model' has more than {_LONGEST_NAME} characters."
    if "stream" in values and not isinstance(values["stream"], bool | None):
        return "The field 'stream' must be true or false."
    for name in LIMIT_FIELDS[endpoint]:
        limit = values.get(name)
        if limit is not None and not _is_count(limit):
            return f"The field '{name}' must be a whole number above zero."
    count = values.get("n")
    if endpoint is Endpoint.CHAT and count is not None and not _is_count(count):
        return "The field 'n' must be a whole number above zero."
    tools = values.get("tools")
    if isinstance(tools, list) and len(tools) > MOST_TOOLS:
        return f"The field 'tools' lists {len(tools):,} tools, and at most {MOST_TOOLS:,} are taken."
    return None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,12})?", re.ASCII)
"""A dollar has 10 ** 12 of the ledger's units."""


def max_cost(request: web.BaseRequest) -> Decimal | Problem | None:
    """The dollars that the header allows; ``None`` without it."""
    written = request.headers.getall("x-routerd-max-cost", ())
    if not written:
        return None
    if len(written) > 1 or not _AMOUNT.fullmatch(written[0].strip()):
        return invalid("The header x-routerd-max-cost must be one amount of dollars, such as 0.50.")
    return Decimal(written[0].strip())


_SESSIONS = ("x-claude-code-session-id", "session-id", "x-session-id", "x-session-affinity")
_AGENTS = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,40}")


def origin_of(request: web.BaseRequest, holder: Holder, default_label: str, body: JsonBody) -> Origin:
    """Who asks: the token's label names the client, else its user agent; a token's project is no client's choice."""
    agent = _AGENTS.match(request.headers.get("user-agent", ""))
    labelled = holder.label not in ("", default_label)
    name = holder.label if labelled else (agent[0].rstrip(".-_") if agent else None)
    session = next((value for header in _SESSIONS if (value := request.headers.get(header))), None)
    if session is None:
        session = _told_session(body)
    return Origin(
        frontend="http",
        client=name,
        session=session,
        agent=request.headers.get("x-claude-code-agent-id"),
        project=holder.project or request.headers.get("x-routerd-project"),
        person=holder.person,
        team=holder.team,
    )


def _told_session(body: JsonBody) -> str | None:
    """The session that a body tells: Codex's cache key, or the user of Anthropic's metadata."""
    key = body.values.get("prompt_cache_key")
    if isinstance(key, str) and key:
        return key
    metadata = body.values.get("metadata")
    user = metadata.get("user_id") if isinstance(metadata, dict) else None
    return user if isinstance(user, str) and user else None

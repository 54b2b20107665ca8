"""Who is let in: requests to our own address, without an Origin, with a token. No CORS header is ever sent."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Iterable

from aiohttp import web

from routerd.app.gateway_tokens import GatewayTokens
from routerd.domain.forwarded import key_in
from routerd.domain.gateway_token import Holder, digest_of
from routerd.frontends.http.problems import Problem, invalid

_HOST = re.compile(r"(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::([0-9]{1,5}))?", re.ASCII)
_HTTP_PORT = 80
_OWN_KEY = ("authorization", "x-api-key")


class Gate:
    """``names``: the host names that are ours besides the address that a connection came to."""

    def __init__(
        self, tokens: GatewayTokens, names: Iterable[str], proxied: Callable[[], Collection[str]] = tuple
    ) -> None:
        """``proxied``: HOST or HOST:PORT, in lower case, by which a proxy's clients name this server."""
        self._tokens = tokens
        self._names = {name.lower() for name in names}
        self._proxied = proxied

    def refused(self, request: web.BaseRequest) -> Problem | None:
        """Why a request is no business of ours, whoever sent it; ``None`` where it is.

        A page in a browser reaches a local server by a name that its own DNS server points here (DNS rebinding), or
        from its own origin: both are refused before anything else is looked at.
        """
        hosts = request.headers.getall("Host", [])
        if len(hosts) != 1 or not self._ours(hosts[0], request):
            return invalid("The Host header names another server than this one.", 403, "host_refused")
        if "Origin" in request.headers:
            return invalid("Requests from web pages are refused.", 403, "origin_refused")
        return None

    async def holder(self, request: web.BaseRequest) -> Holder | None:
        """Whom the token that a request shows stands for; ``None`` without a right one. Raises LedgerError.

        With ``x-routerd-token`` the usual headers hold a key of the client's own, which is none of our tokens.
        """
        shown = request.headers.getall("x-routerd-token", [])
        if not shown:
            bearer = [value for value in request.headers.getall("Authorization", []) if value[:7].lower() == "bearer "]
            shown = [value[7:].strip() for value in bearer]
            shown += request.headers.getall("x-api-key", []) + request.headers.getall("api-key", [])
        for token in shown:
            if (holder := await self._tokens.holder(token)) is not None:
                return holder
        return None

    async def own_key(self, request: web.BaseRequest) -> tuple[tuple[str, str], ...] | Problem:
        """The headers with a key of the client's own, beside ``x-routerd-token``: never with a token of ours."""
        if "x-routerd-token" not in request.headers:
            return ()
        shown = ((name.lower(), value) for name, value in request.headers.items() if name.lower() in _OWN_KEY)
        own = {name: value for name, value in shown if key_in(value) and not await self._ours_too(key_in(value))}
        if len({key_in(value) for value in own.values()}) > 1:
            return invalid("Authorization and x-api-key hold different keys: send one.", code="two_keys")
        return tuple(own.items())

    async def _ours_too(self, key: str) -> bool:
        """Whether a key has the form of our own tokens, also of a revoked one, or is one of the user's file."""
        return digest_of(key) is not None or await self._tokens.holder(key) is not None

    def _ours(self, host: str, request: web.BaseRequest) -> bool:
        parsed = _HOST.fullmatch(host)
        local = request.transport.get_extra_info("sockname") if request.transport else None
        if parsed is None or local is None:
            return False
        if host.lower() in self._proxied():
            return True
        if int(parsed[2] or _HTTP_PORT) != local[1]:
            return False
        name = parsed[1].lower().strip("[]")
        return name in self._names or _same_address(name, str(local[0]))


def _same_address(name: str, local: str) -> bool:
    """Whether a host is written as the very address that the connection came to."""
    try:
        return ipaddress.ip_address(name) == ipaddress.ip_address(local.partition("%")[0])
    except ValueError:
        return False

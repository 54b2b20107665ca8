"""Answers one HTTP request: who may ask, what is asked, and how its end is told."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import unquote

from aiohttp import web

from routerd.app.http_tokens import DEFAULT
from routerd.domain.dialect_name import DialectName
from routerd.domain.errors import LedgerError, UpstreamError, UsageError
from routerd.domain.forwarded import Endpoint, ForwardedRequest
from routerd.domain.gateway_token import Holder
from routerd.domain.origin import Origin
from routerd.domain.quote import Route
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.frontends.http import model_list
from routerd.frontends.http.answer import Answer, reason_header
from routerd.frontends.http.exposition import CONTENT_TYPE, exposition
from routerd.frontends.http.gate import Gate
from routerd.frontends.http.incoming import bare, dialect_of, endpoint_of, max_cost, origin_of, read
from routerd.frontends.http.problems import Problem, failed, invalid, refused
from routerd.routing.model_names import AUTO, named_route

if TYPE_CHECKING:
    from routerd.app.gateway import Gateway, Planned

_log = logging.getLogger(__name__)


class Handler:
    """All requests of one server; keeps nothing of one for the next. What passes through is never logged."""

    def __init__(self, gateway: Gateway, gate: Gate, *, remote: bool = False) -> None:
        """``remote``: whether other machines may connect."""
        self._gateway, self._gate, self._remote = gateway, gate, remote

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, whatever it is."""
        dialect = dialect_of(request)
        try:
            return await self._answer(request, dialect)
        except (ConnectionError, web.HTTPException):
            raise
        except Exception as fault:  # of routerd's own: told as an error of the API, without its text
            _log.error("a request failed: %s", type(fault).__name__, exc_info=_log.isEnabledFor(logging.DEBUG))
            return _told(Problem(500, None, "This is a fault of routerd's own."), dialect)

    async def _answer(self, request: web.Request, dialect: DialectName) -> web.StreamResponse:
        turned_away = self._gate.refused(request)
        if turned_away is not None:
            return _told(turned_away, dialect)
        path = bare(request.path)
        if path in ("", "/health") and request.method in ("GET", "HEAD"):
            return _json(b'{"status": "ok"}')
        scraped = path == "/metrics" and request.method in ("GET", "HEAD") and self._gateway.app.settings.http.metrics
        if scraped and self._loopback_says_who():
            return self._metrics()
        holder = await self._let_in(request)
        if isinstance(holder, Problem):
            return _told(holder, dialect)
        if scraped:
            return self._metrics()
        if path == "/models" or path.startswith("/models/"):
            return self._models(request, path, dialect)
        endpoint = endpoint_of(request.path)
        if endpoint is None:
            return _told(invalid(f"There is no {request.path[:200]} here.", 404, "not_found"), dialect)
        if request.method != "POST":
            problem = Problem(405, "method_not_allowed", "Send a POST.", headers={"allow": "POST"})
            return _told(problem, dialect)
        return await self._forwarded(request, endpoint, holder)

    async def _let_in(self, request: web.Request) -> Holder | Problem:
        try:
            holder = await self._gate.holder(request)
        except UsageError as fault:
            return Problem(500, None, str(fault))
        except LedgerError as fault:  # which may name a server that nobody without a token need know of
            _log.warning("a token could not be looked up: %s", fault)
            return Problem(503, None, "Whether the token is right cannot be looked up now: try again in a moment.")
        message = "The token is missing or wrong: 'routerd http env CLIENT' prints how to set it."
        return holder or Problem(401, "invalid_api_key", message)

    def _loopback_says_who(self) -> bool:
        """Whether only this machine's users can connect, so that numbers are told without a token.

        Behind a proxy every request comes from its machine, so that loopback would say nothing.
        """
        return not self._remote and not self._gateway.app.settings.http.hosts

    def _metrics(self) -> web.Response:
        gateway = self._gateway
        text = exposition(gateway.app.services.tally.sums(), gateway.budgets(), gateway.requests)
        return web.Response(body=text.encode(), headers={"content-type": CONTENT_TYPE, "cache-control": "no-store"})

    def _models(self, request: web.Request, path: str, dialect: DialectName) -> web.StreamResponse:
        if request.method not in ("GET", "HEAD"):
            problem = Problem(405, "method_not_allowed", "Send a GET.", headers={"allow": "GET"})
            return _told(problem, dialect)
        if path == "/models":
            return _json(model_list.models(request, self._gateway.names()))
        name = unquote(path.removeprefix("/models/"))
        found = name == AUTO or named_route(name, self._gateway.app.snapshot)
        if isinstance(found, Refusal):
            return _told(refused(found), dialect)
        return _json(model_list.model(request, name))

    async def _forwarded(self, request: web.Request, endpoint: Endpoint, holder: Holder) -> web.StreamResponse:
        dialect = endpoint.dialect
        cost = max_cost(request)
        if isinstance(cost, Problem):
            return _told(cost, dialect)
        own = await self._gate.own_key(request)
        if isinstance(own, Problem):
            return _told(own, dialect)
        asked = await read(request, endpoint, own)
        if isinstance(asked, Problem):
            return _told(asked, dialect)
        origin = origin_of(request, holder, DEFAULT, asked.body)
        planned = await self._gateway.plan(asked, origin, cost)
        if isinstance(planned, Refusal):
            if endpoint is Endpoint.COUNT_TOKENS and planned.code is RefusalCode.DIALECT:
                return self._counted(asked)
            return _told(refused(planned), dialect)
        answer = Answer(
            request,
            {
                **_ids(planned.call.job),
                **_reason(planned.call.route),
                **_warned(self._gateway, planned.call.origin),
            },
        )
        return await self._passed_on(planned, asked, endpoint, answer)

    async def _passed_on(
        self, planned: Planned, asked: ForwardedRequest, endpoint: Endpoint, answer: Answer
    ) -> web.StreamResponse:
        """Ask the provider, and end the answer as its fate demands."""
        try:
            await self._gateway.forward(planned, answer)
        except UpstreamError as fault:
            problem = failed(fault)
            if answer.begun:
                return await answer.cut(problem, endpoint.dialect)
            if endpoint is Endpoint.COUNT_TOKENS:
                return self._counted(asked)
            return _told(problem, endpoint.dialect, _ids(planned.call.job))
        except ConnectionError:  # the client is gone or reads nothing: what was spent is booked, nobody is left to tell
            if not answer.begun:
                raise
            return answer.give_up()
        return await answer.end()

    def _counted(self, asked: ForwardedRequest) -> web.Response:
        """The local count, where no provider counts: a client only wants to know whether its context is full."""
        return _json(json.dumps({"input_tokens": self._gateway.counted(asked).total}).encode())


def _ids(job: str) -> dict[str, str]:
    """OpenAI's SDK reads the first, Anthropic's the second."""
    return {"x-request-id": job, "request-id": job}


def _warned(gateway: Gateway, origin: Origin) -> dict[str, str]:
    told = " ".join(gateway.warnings(origin))
    return {"x-routerd-warning": reason_header(told)} if told else {}


def _reason(route: Route) -> dict[str, str]:
    return {"x-routerd-reason": reason_header(route.reason)}


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")


def _told(problem: Problem, dialect: DialectName, ids: dict[str, str] | None = None) -> web.Response:
    headers = {**problem.all_headers(), **(ids or {})}
    return web.Response(
        status=problem.status, headers=headers, body=problem.text(dialect), content_type="application/json"
    )

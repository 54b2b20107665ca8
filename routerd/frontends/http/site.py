"""Listens for other programs beside the editor's server, on one event loop with it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from aiohttp import web

from routerd.app.gateway import Gateway
from routerd.app.gateway_tokens import GatewayTokens, token_store
from routerd.app.http_place import HttpPlace
from routerd.app.http_tokens import DEFAULT, HttpTokens
from routerd.app.listening import numeric_addresses
from routerd.domain.errors import UsageError
from routerd.frontends.http.gate import Gate
from routerd.frontends.http.handler import Handler
from routerd.frontends.http.incoming import MOST_BYTES

if TYPE_CHECKING:
    from routerd.app.workspace import App

_SHUTDOWN_S = 0.5
"""For answers under way when the daemon ends; then they are cut and booked."""
_BACKLOG = 512
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class HttpListen:
    """Where to listen, and who may connect."""

    host: str
    port: int
    remote: bool = False
    """Whether other machines may connect; without it only addresses of the loopback interface are taken."""

    @classmethod
    def of(cls, listen: str) -> Self:
        """From the setting ``http.listen``, which the configuration has checked."""
        host, _, port = listen.rpartition(":")
        return cls(host.removeprefix("[").removesuffix("]"), int(port))


async def gateway(
    open_app: Callable[[], App],
    where: HttpListen,
    begun: Callable[[Gateway], object] = lambda serving: None,
    closing: asyncio.Event | None = None,
) -> None:
    """Serve until cancelled, under the settings as their files change. Raises UsageError for a bad address.

    ``begun`` is called once it listens. Once ``closing`` is set no more connections are taken.
    """
    app, tokens = open_app(), HttpTokens()
    serving = Gateway(app)
    async with listening(serving, tokens, where, closing) as port:
        begun(serving)
        with HttpPlace().told(_shown(where.host, port)):
            _tell(where, port, tokens)
            await app.watch(_complain)


@contextlib.asynccontextmanager
async def listening(
    serving: Gateway, tokens: HttpTokens, where: HttpListen, closing: asyncio.Event | None = None
) -> AsyncIterator[int]:
    """Listen while the block runs, or until ``closing``; the port that was chosen.

    Raises UsageError where the address cannot be used.
    """
    addresses = numeric_addresses(where.host, where.port, remote=where.remote)
    tokens.of(DEFAULT)
    gate = Gate(
        GatewayTokens(tokens, lambda: token_store(serving.app)),
        (where.host,) if where.remote else _LOOPBACK_NAMES,
        lambda: serving.app.settings.http.hosts,
    )
    application = web.Application(client_max_size=MOST_BYTES)
    application.router.add_route("*", "/{path:.*}", Handler(serving, gate, remote=where.remote).answer)
    runner = web.AppRunner(
        application,
        handler_cancellation=True,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=_SHUTDOWN_S,
        logger=_connections(),
    )
    await runner.setup()
    port, ending = where.port, asyncio.ensure_future(_closed(runner, closing or asyncio.Event()))
    try:
        for address in addresses:
            try:
                await web.TCPSite(runner, address, port, backlog=_BACKLOG).start()
            except OSError as fault:
                raise UsageError(f"{where.host}:{port} cannot be used: {fault.strerror or fault}.") from None
            port = port or runner.addresses[0][1]
        serving.warm()
        yield port
    finally:
        ending.cancel()
        await runner.cleanup()


def _connections() -> logging.Logger:
    """What the server logs of a request that it cannot read, without the bytes: a token or a prompt may be in them."""
    logger = logging.getLogger(f"{__name__}.connections")
    logger.addFilter(_without_bytes)
    return logger


def _without_bytes(record: logging.LogRecord) -> bool:
    kind = record.exc_info[0] if record.exc_info else None
    record.msg, record.args = "a request could not be read: %s", (kind.__name__ if kind else "no reason",)
    record.exc_info = record.exc_text = record.stack_info = None
    return True


async def _closed(runner: web.AppRunner, closing: asyncio.Event) -> None:
    """Stop listening when it is time; requests under way go on."""
    await closing.wait()
    for site in tuple(runner.sites):
        await site.stop()


def _shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _tell(where: HttpListen, port: int, tokens: HttpTokens) -> None:
    """Say on stderr where the gateway listens and how a client is let in."""
    lines = [
        f"routerd listens on http://{_shown(where.host, port)} for other programs.",
        f"'routerd http env CLIENT' prints how to set one up; tokens are in {tokens.path}.",
    ]
    if where.remote:
        lines.append(
            "Other machines can connect: whoever has a token can spend your money, and nothing on the way is encrypted."
        )
    print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201  # the user's terminal


def _complain(problems: tuple[str, ...]) -> None:
    for problem in problems:
        print(f"routerd: {problem}", file=sys.stderr, flush=True)  # noqa: T201  # as above

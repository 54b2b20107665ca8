"""LSP over TCP: several clients, each of whom must show the token of this daemon in its first message."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from routerd.app.listening import is_loopback, numeric_addresses
from routerd.domain.errors import UsageError
from routerd.frontends.lsp.connection import Connection
from routerd.frontends.lsp.connections import Connections
from routerd.frontends.lsp.feeding import feed
from routerd.frontends.lsp.frames import LONGEST_BODY, FrameError, Frames
from routerd.frontends.lsp.shared import Launch, SharedServices
from routerd.system.streams import write_private

_log = logging.getLogger(__name__)

_CHUNK = 65_536
_TOKEN_BYTES = 32
_FIRST_S = 10.0
"""Time for the first message: an editor sends it at once, and whoever sends none holds a socket."""
_FIRST_BYTES = 1_000_000
"""The longest first message; what VS Code says of itself is 20 kB."""
_STRANGERS = 32
"""Connections at the same time that have shown no token yet."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen, and who may connect."""

    host: str
    port: int
    remote: bool = False
    """Whether other machines may connect; without it only addresses of the loopback interface are taken."""

    def addresses(self) -> tuple[str, ...]:
        """The numeric addresses of the host. Raises UsageError where there is none, or one that may not be used."""
        return numeric_addresses(self.host, self.port, remote=self.remote)


async def listen(shared: SharedServices, launch: Launch, where: Listen) -> int:
    """Serve until cancelled. Raises UsageError where the address cannot be used."""
    addresses = where.addresses()
    with _token() as (token, path):
        clients = _Clients(shared, launch, token)
        try:
            server = await asyncio.start_server(clients.met, addresses, where.port)
        except OSError as fault:
            raise UsageError(f"{where.host}:{where.port} cannot be used: {fault.strerror or fault}.") from None
        _tell(server, where, path, shared.within)
        try:
            await server.serve_forever()
        finally:
            server.close()
            await clients.close()
    return 0


class _Clients(Connections):
    """The connections; one that leaves leaves the others alone."""

    def __init__(self, shared: SharedServices, launch: Launch, token: str) -> None:
        super().__init__()
        self._shared, self._launch, self._token = shared, launch, token
        self._strangers = 0

    def _may_connect(self, writer: asyncio.StreamWriter) -> bool:
        return self._strangers < _STRANGERS

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames(_FIRST_BYTES)
        try:
            bodies = await self._admitted(reader, frames)
            if bodies is None:
                return
            connection = Connection(self._shared, self._launch, writer)
            for body in bodies:
                connection.receive(body)
            feeding = asyncio.ensure_future(feed(reader, frames, connection))
            try:
                await connection.end()
            finally:
                feeding.cancel()
        finally:
            writer.close()

    async def _admitted(self, reader: asyncio.StreamReader, frames: Frames) -> list[bytes] | None:
        """What came up to the first message and with it, if that is `initialize` with the token; else ``None``."""
        self._strangers += 1
        try:
            async with asyncio.timeout(_FIRST_S):
                while data := await reader.read(_CHUNK):
                    # The first one alone: what follows it in the same bytes may be longer.
                    feeding = frames.feed(data)
                    first = next(feeding, None)
                    if first is None:
                        continue
                    shown = _initialize(first, self._token)
                    frames.longest = LONGEST_BODY
                    return None if shown is None else [shown, *feeding]
        except (TimeoutError, ConnectionError, FrameError):
            return None
        finally:
            self._strangers -= 1
        return None


def _initialize(body: bytes, token: str) -> bytes | None:
    """The message without the token; ``None`` if it is another one. A process of another machine says nothing here."""
    try:
        message = json.loads(body)
        options = message["params"]["initializationOptions"]
        shown = options.pop("token")
        right = hmac.compare_digest(shown.encode("utf-8", "replace"), token.encode())
        if not right or message["method"] != "initialize" or "id" not in message:
            return None
        message["params"]["processId"] = None
        return json.dumps(message).encode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


@contextlib.contextmanager
def _token() -> Iterator[tuple[str, Path]]:
    """A token of 256 bits, and the file that holds it: readable by this user alone, and gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="routerd-"))  # of mode 0700 by its contract
    try:
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        path = folder / "token"
        write_private(path, token)
        yield token, path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(server: asyncio.Server, where: Listen, path: Path, root: Path | None) -> None:
    """Say on stderr where the daemon listens, how a client is let in, and what it may do then."""
    names = [one.getsockname()[:2] for one in server.sockets]
    listed = ", ".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in names)
    print(f"routerd listens on {listed}, for files below {root}.", file=sys.stderr)  # noqa: T201  # the user's terminal
    print(f"Clients send the token in {path} as initializationOptions.token.", file=sys.stderr)  # noqa: T201  # as above
    if where.remote and not all(is_loopback(host) for host, _ in names):
        print(  # noqa: T201  # as above
            "Other machines can connect: whoever has the token can read these files and spend your money, and "
            "nothing on the way is encrypted.",
            file=sys.stderr,
        )
    sys.stderr.flush()

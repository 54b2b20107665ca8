"""A gateway on loopback in the test's own event loop, with upstreams on loopback behind it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import sqlite3
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from routerd.app.gateway import Gateway
from routerd.app.http_tokens import DEFAULT, HttpTokens
from routerd.app.workspace import App
from routerd.frontends.http import HttpListen, listening
from tests.home import at_home
from tests.loopback import InThread, Upstream

KEY = "sk-of-the-provider"
PRICES = '[models."test-model"]\ninput = "1"\noutput = "5"\ncached_input = "0.1"\n'


@dataclass
class Running:
    """A gateway that listens."""

    port: int
    token: str
    app: App
    tokens: HttpTokens
    folder: Path
    session: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def post(
        self, path: str, body: Any, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body of an answer that ends well."""
        data = {"json": body} if not isinstance(body, bytes) else {"data": io.BytesIO(body)}
        sent = {"authorization": f"Bearer {self.token}", "content-type": "application/json", **(headers or {})}
        async with self.session.post(self.url + path, headers=sent, **data) as answer:
            return answer.status, answer.headers, await answer.read()

    def rows(self) -> list[dict[str, Any]]:
        """The ledger's attempts."""
        path = next(self.folder.rglob("ledger.db"))
        with contextlib.closing(sqlite3.connect(path)) as ledger:
            ledger.row_factory = sqlite3.Row
            return [dict(row) for row in ledger.execute("SELECT * FROM attempts ORDER BY rowid")]

    def held(self) -> int:
        """Pico-dollars that are reserved."""
        path = next(self.folder.rglob("ledger.db"))
        with contextlib.closing(sqlite3.connect(path)) as ledger:
            return int(ledger.execute("SELECT COALESCE(SUM(amount), 0) FROM reservations").fetchone()[0])


async def sent(gateway: Running, request: bytes) -> bytes:
    """All that comes back for bytes as they are, until the gateway hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(request)
    try:
        async with asyncio.timeout(10):
            return b"".join([piece async for piece in _pieces(reader)])
    finally:
        writer.close()


async def _pieces(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while piece := await reader.read(1 << 16):
        yield piece


async def raw(gateway: Running, path: str, body: Mapping[str, Any]) -> bytes:
    """The same for a JSON body."""
    text = json.dumps(body).encode()
    lines = (
        f"POST {path} HTTP/1.1",
        f"host: 127.0.0.1:{gateway.port}",
        f"authorization: Bearer {gateway.token}",
        f"content-length: {len(text)}",
    )
    return await sent(gateway, "\r\n".join((*lines, "", "")).encode() + text)


def configuration(
    upstreams: Mapping[str, Upstream | InThread], more: str = "", dialects: str = '"chat", "responses", "messages"'
) -> str:
    """Every tier asks the upstreams in their order."""
    models = ", ".join(f'"{name}/test-model"' for name in upstreams)
    tiers = "".join(f"{tier} = [{models}]\n" for tier in ("utility", "speed", "logic", "architect"))
    providers = "".join(
        f'[providers.{name}]\nbase_url = "{upstream.base_url}"\napi_key = {{ env = "GATEWAY_KEY" }}\n'
        f"dialects = [{dialects}]\n"
        for name, upstream in upstreams.items()
    )
    return f"[tiers]\n{tiers}{providers}{PRICES}{more}"


@contextlib.asynccontextmanager
async def running(
    folder: Path, patch: pytest.MonkeyPatch, configured: str, home: bool = True
) -> AsyncIterator[Running]:
    """A gateway with a home of its own in ``folder``."""
    if home:
        at_home(folder, patch)
    patch.setenv("GATEWAY_KEY", KEY)
    file = folder / "routerd.toml"
    file.write_text(configured, encoding="utf-8")
    app, tokens = App.open(config_file=file), HttpTokens()
    try:
        async with (
            aiohttp.ClientSession() as session,
            listening(Gateway(app), tokens, HttpListen("127.0.0.1", 0)) as port,
        ):
            yield Running(port, tokens.of(DEFAULT), app, tokens, folder, session)
    finally:
        await app.disconnect()
        app.close()

"""What a stream under way holds: its money stays marked as sent while it grows, and a slow reader fills no memory."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from routerd.frontends.http import answer
from tests.frontends.http.running import Running, configuration, running
from tests.loopback import Turn, Upstream

ASKED = {"model": "speed", "stream": True, "messages": [{"role": "user", "content": "hi"}]}


def held(gateway: Running) -> list[tuple[int, int]]:
    """Pico-dollars of each reservation, and whether it counts as sent."""
    path = next(gateway.folder.rglob("ledger.db"))
    with contextlib.closing(sqlite3.connect(path)) as ledger:
        return [(int(amount), int(sent)) for amount, sent in ledger.execute("SELECT amount, sent FROM reservations")]


async def test_what_a_growing_stream_holds_is_sent_at_every_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies after a top-up must leave a bill: what only was held is given back."""
    turn = Turn(reply="several words of an answer " * 900, chunk_chars=60, delay_s=0.0005)
    async with (
        Upstream(otherwise=turn) as upstream,
        running(tmp_path, monkeypatch, configuration({"a": upstream}, '[budget]\ndaily = "5"\n')) as gateway,
    ):
        seen: set[tuple[int, int]] = set()
        headers = {"authorization": f"Bearer {gateway.token}"}
        async with gateway.session.post(f"{gateway.url}/v1/chat/completions", json=ASKED, headers=headers) as got:
            async for _ in got.content.iter_chunked(4_096):
                seen.update(held(gateway))
        assert len({amount for amount, _ in seen}) > 2, "it was topped up"
        assert {sent for _, sent in seen} == {1}
        (row,) = gateway.rows()
        assert row["status"] == "ok"
        assert gateway.held() == 0


@contextlib.asynccontextmanager
async def unread(gateway: Running) -> AsyncIterator[None]:
    """A client that asks and reads nothing."""
    with socket.socket() as small:
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)  # or the kernel grows it to many megabytes
        small.setblocking(False)
        await asyncio.get_running_loop().sock_connect(small, ("127.0.0.1", gateway.port))
        reader, writer = await asyncio.open_connection(sock=small.dup(), limit=1_024)
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # of its socket
    body = json.dumps(ASKED).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:{gateway.port}\r\n"
    writer.write(f"{head}authorization: Bearer {gateway.token}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
    try:
        yield
    finally:
        writer.close()
        assert reader is not None


async def test_a_client_that_reads_nothing_fills_no_memory_and_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pieces, size = 1_600, 64 * 1024  # 100 MB: more than twice what the kernel may hold between the two
    monkeypatch.setattr(answer, "_READER_S", 1.0)
    async with (
        Upstream(otherwise=Turn(reply="x" * pieces * size, chunk_chars=size)) as upstream,
        running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway,
        unread(gateway),
    ):
        await upstream.wait_for(lambda one: bool(one.seen) and one.seen[0].disconnected_at is not None, timeout_s=60)
        assert upstream.seen[0].pieces_sent < pieces // 2, "the provider was made to wait, and not all was taken in"
        while not gateway.rows():
            await asyncio.sleep(0.01)
        (row,) = gateway.rows()
        assert row["status"] == "cancelled"
        assert row["cost"] > 0
        assert gateway.held() == 0
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR], "that is no fault of routerd"

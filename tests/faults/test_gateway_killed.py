"""kill -9 of the gateway under load: after a restart the ledger holds every bill, or a flagged row for it."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import aiohttp
import pytest

from tests.clients.program import GatewayProgram, environment
from tests.frontends.http.running import PRICES
from tests.loopback import InThread, Seen, Turn, Upstream

ROUNDS, CLIENTS = 3, 12
PICO_IN, PICO_OUT = 1_000_000, 5_000_000
"""Pico-dollars for a token, as ``PRICES`` has it."""
LONG = "A word of the answer, and another one. " * 60
PATHS = ("/v1/chat/completions", "/v1/messages")


def turn(seen: Seen) -> Turn:
    """Quick answers and long ones, whose reservation is topped up while they stream."""
    number = int(seen.headers["x-session-id"].partition("-")[2])
    return Turn(reply=LONG, delay_s=0.002) if number % 3 == 0 else Turn(delay_s=0.001)


async def load(gateway: GatewayProgram, token: str, prefix: str, enough: asyncio.Event, least: int) -> None:
    """Ask and ask, in sessions of a request each, until the gateway is gone."""
    numbers, done = iter(range(10**6)), 0

    async def client(session: aiohttp.ClientSession) -> None:
        nonlocal done
        for number in numbers:
            body = {
                "model": "speed",
                "messages": [{"role": "user", "content": f"number {number}"}],
                "max_tokens": 2_000,
            }
            headers = {"authorization": f"Bearer {token}", "x-session-id": f"{prefix}-{number}"}
            try:
                path = PATHS[number % 2]
                async with session.post(
                    gateway.url + path, json=body | {"stream": number % 4 < 3}, headers=headers
                ) as got:
                    assert got.status == 200, await got.text()
                    await got.read()
            except (aiohttp.ClientError, ConnectionError):
                return
            done += 1
            if done >= least:
                enough.set()

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        await asyncio.gather(*(client(session) for _ in range(CLIENTS)))


@pytest.mark.slow
def test_after_a_restart_the_ledger_is_the_bills_but_for_flagged_rows(tmp_path: Path) -> None:
    rng = random.Random(3)
    upstream = Upstream(turn)
    with InThread(upstream) as server:
        env = environment(tmp_path, os.environ)
        tiers = "".join(f'{tier} = "a/test-model"\n' for tier in ("utility", "speed", "logic", "architect"))
        provider = f'[providers.a]\nbase_url = "{server.base_url}"\napi_key = {{}}\ndialects = ["chat", "messages"]\n'
        configured = f'[tiers]\n{tiers}{provider}{PRICES}[budget]\ndaily = "1000"\n'
        for number in range(ROUNDS):
            gateway = GatewayProgram(env, configured)
            with gateway:
                token = gateway.setup("openai")["OPENAI_API_KEY"]
                asyncio.run(killed_in(gateway, token, f"r{number}", rng))
        with GatewayProgram(env, configured) as gateway:
            token = gateway.setup("openai")["OPENAI_API_KEY"]
            asyncio.run(one_more(gateway, token))
            rows = gateway.rows()
        bills = {seen.headers["x-session-id"]: cost(seen) for seen in server.seen}
    whole = {row["session"]: row["cost"] for row in rows if row["status"] != "unknown"}
    flagged = {row["session"]: row["cost"] for row in rows if row["status"] == "unknown"}
    assert len(rows) == len(whole) + len(flagged), "each request once"
    assert len(bills) > ROUNDS * 40
    assert bills.keys() <= whole.keys() | flagged.keys(), "no bill is lost"
    assert whole == {session: bills[session] for session in whole}
    assert 0 < len(flagged) <= ROUNDS * CLIENTS, "those under way when it was killed"
    assert all(flagged[session] >= bills.get(session, 0) for session in flagged)
    assert not [row for row in rows if row["status"] == "unknown" and not row["usage_estimated"]]


def cost(seen: Seen) -> int:
    """What the upstream bills, in pico-dollars."""
    return seen.billed.prompt_tokens * PICO_IN + seen.billed.completion_tokens * PICO_OUT


async def killed_in(gateway: GatewayProgram, token: str, prefix: str, rng: random.Random) -> None:
    enough = asyncio.Event()
    work = asyncio.ensure_future(load(gateway, token, prefix, enough, 40))
    async with asyncio.timeout(120):
        await enough.wait()
        await asyncio.sleep(rng.random() * 0.1)  # at a random moment
        gateway.kill()
        await work


async def one_more(gateway: GatewayProgram, token: str) -> None:
    """The first reservation of a new process settles what a dead one held."""
    body = {"model": "speed", "messages": [{"role": "user", "content": "hi"}]}
    headers = {"authorization": f"Bearer {token}", "x-session-id": "last-1"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{gateway.url}/v1/chat/completions", json=body, headers=headers) as got,
    ):
        assert got.status == 200
        await got.read()

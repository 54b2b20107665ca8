"""What the engine adds to a direct `AsyncOpenAI` stream: `python -m tests.bench.upstream` prints JSON.

Both ask the same instant server, in a process of its own, for the same answer of 20 chunks. They take turns
within one run, so that a slow moment of the machine meets both.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from openai import AsyncOpenAI

from routerd.domain.reply import Reply
from routerd.domain.settings import Limits
from routerd.providers import ProviderState, UpstreamEngine
from tests.providers.scene import MESSAGES, Witness, candidate, engine, provider, question

CHUNKS, PAIRS, WARM_UP = 20, 300, 30
IN_FLIGHT, REQUESTS, ROUNDS = 32, 640, 3
TEXT = "".join(f"{number:015d}\n" for number in range(CHUNKS))
Ask = Callable[[], Awaitable[str]]


def direct(base_url: str) -> tuple[AsyncOpenAI, Ask]:
    """What a plain program would write: stream, collect the text, look at the finish and the usage."""
    client = AsyncOpenAI(base_url=base_url, api_key="key-a", max_retries=0)
    body: Any = {
        "model": "m",
        "messages": [{"role": message.role, "content": message.content} for message in MESSAGES],
        "max_tokens": 1000,
        "stream_options": {"include_usage": True},
    }

    async def ask() -> str:
        stream = await client.chat.completions.create(stream=True, **body)
        text = ""
        async for chunk in stream:
            if chunk.choices:
                text += chunk.choices[0].delta.content or ""
        return text

    return client, ask


def through(running: UpstreamEngine) -> Ask:
    asked, where = question(), candidate("a/m")

    async def ask() -> str:
        reply: Reply = await running.ask(asked, where, Witness())
        return reply.text

    return ask


async def milliseconds(ask: Ask) -> float:
    began = time.perf_counter()
    text = await ask()
    took = time.perf_counter() - began
    assert text == TEXT
    return took * 1000


async def per_second(ask: Ask) -> float:
    """Requests per second with so many in flight at any time."""
    left = REQUESTS

    async def worker() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await ask()

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    return REQUESTS / (time.perf_counter() - began)


async def measure(base_url: str) -> dict[str, object]:
    client, plain = direct(base_url)
    provider_state = ProviderState()
    ours = through(engine({"a": provider("a", base_url)}, provider_state=provider_state, limits=Limits()))
    for _ in range(WARM_UP):
        await plain()
        await ours()
    pairs = [(await milliseconds(plain), await milliseconds(ours)) for _ in range(PAIRS)]
    rates = [(await per_second(plain), await per_second(ours)) for _ in range(ROUNDS)]
    await provider_state.close()
    await client.close()
    rate_plain, rate_ours = (statistics.median(rate[side] for rate in rates) for side in (0, 1))
    return {
        "chunks": CHUNKS,
        "direct_ms_median": round(statistics.median(a for a, _ in pairs), 3),
        "engine_ms_median": round(statistics.median(b for _, b in pairs), 3),
        "added_ms_median": round(statistics.median(b - a for a, b in pairs), 3),
        "added_ms_p90": round(statistics.quantiles((b - a for a, b in pairs), n=10)[8], 3),
        "in_flight": IN_FLIGHT,
        "direct_per_s": round(rate_plain, 1),
        "engine_per_s": round(rate_ours, 1),
        "ratio": round(rate_ours / rate_plain, 3),
    }


def main() -> None:
    command = [sys.executable, "-m", "tests.loopback", "--until-stdin-closes", "--reply", TEXT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        result = asyncio.run(measure(server.stdout.readline().strip()))
        server.stdin.close()
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

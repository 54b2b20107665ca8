"""What the gateway costs beside a direct call, a minimal aiohttp proxy and LiteLLM's proxy, in one run.

`python -m tests.bench.gateway [REQUESTS]` prints JSON (Linux only): CPU of the proxy's process for each request and
for each stream of 23 chunks (ms), time to the first byte (ms, p50), requests a second at 1, 16 and 64 connections, and
memory (MiB). LiteLLM is measured where $ROUTERD_BENCH_LITELLM names its program, from a venv of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.clients.program import GatewayProgram, environment
from tests.frontends.http.running import PRICES

CONNECTIONS = (1, 16, 64)
WARM_UP = 50
_TICK_MS = 10.0
"""Of the clock in which Linux tells CPU time: a hundred ticks a second on every common build."""
QUESTION = [{"role": "user", "content": "What does parse_header return for an empty line? " * 20}]


@dataclass(frozen=True, slots=True)
class Peer:
    """Something that answers chat completions."""

    name: str
    base_url: str
    model: str
    pid: int | None = None
    """Of the process whose CPU and memory count; none for a direct call."""
    token: str = "none"  # where none is asked for

    def cpu_ms(self) -> float:
        """CPU time of its process so far."""
        if self.pid is None:
            return 0.0
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * _TICK_MS

    def memory_mib(self) -> float:
        """Memory that its process holds now."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1_024


async def asked(session: aiohttp.ClientSession, peer: Peer, stream: bool) -> float:
    """One request; seconds until its first byte."""
    body = {"model": peer.model, "messages": QUESTION, "max_tokens": 500, "stream": stream}
    headers = {"authorization": f"Bearer {peer.token}"}
    begun = time.perf_counter()
    async with session.post(f"{peer.base_url}/chat/completions", json=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        await answer.content.readany()
        first = time.perf_counter() - begun
        await answer.read()
    return first


async def cpu(session: aiohttp.ClientSession, peer: Peer, stream: bool, requests: int) -> float:
    """CPU milliseconds for each request, one after another."""
    before = peer.cpu_ms()
    for _ in range(requests):
        await asked(session, peer, stream)
    return (peer.cpu_ms() - before) / requests


async def throughput(peer: Peer, connections: int, requests: int) -> float:
    """Requests a second."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def one() -> None:
            for _ in range(max(requests // connections, 1)):
                await asked(session, peer, stream=False)

        begun = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(connections)))
        return max(requests // connections, 1) * connections / (time.perf_counter() - begun)


async def measured(peers: list[Peer], requests: int) -> dict[str, Any]:
    """The peers take turns in rounds, so that a slow moment of the machine meets all of them."""
    rounds = 5
    found: dict[str, Any] = {peer.name: {"cpu_json": [], "cpu_stream": [], "first": []} for peer in peers}
    async with aiohttp.ClientSession() as session:
        for peer in peers:
            for _ in range(WARM_UP):
                await asked(session, peer, stream=True)
        for _ in range(rounds):
            for peer in peers:
                rows = found[peer.name]
                rows["cpu_json"].append(await cpu(session, peer, False, requests // rounds))
                rows["cpu_stream"].append(await cpu(session, peer, True, requests // rounds))
                rows["first"] += [await asked(session, peer, True) * 1_000 for _ in range(requests // rounds)]
    out: dict[str, Any] = {}
    for peer in peers:
        rows = found[peer.name]
        rates = {str(many): round(await throughput(peer, many, requests)) for many in CONNECTIONS}
        out[peer.name] = {
            "cpu_json_ms": round(statistics.median(rows["cpu_json"]), 3),
            "cpu_stream_ms": round(statistics.median(rows["cpu_stream"]), 3),
            "first_byte_ms": round(statistics.median(rows["first"]), 3),
            "requests_per_s": rates,
            "memory_mib": round(peer.memory_mib(), 1) if peer.pid else None,
        }
    return out


@contextmanager
def peer_program(*words: str) -> Iterator[tuple[int, int]]:
    """The process and the port of an upstream or a minimal proxy."""
    command = [sys.executable, "-m", "tests.bench.gateway_peers", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.pid, int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def litellm(program: str, folder: Path, base_url: str) -> Iterator[Peer]:
    """LiteLLM's proxy before the upstream; with its defaults, and no database."""
    config = folder / "litellm.yaml"
    named = {"model_name": "m", "litellm_params": {"model": "openai/m", "api_base": base_url, "api_key": "none"}}
    config.write_text(json.dumps({"model_list": [named]}), encoding="utf-8")
    port, token = 40_311, "sk-of-this-bench"
    command = [program, "--config", str(config), "--port", str(port), "--host", "127.0.0.1", "--telemetry", "False"]
    env = {**environment(folder, os.environ), "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MASTER_KEY": token}
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            asyncio.run(_answers(f"http://127.0.0.1:{port}/health/liveliness"))
            yield Peer("litellm", f"http://127.0.0.1:{port}/v1", "m", process.pid, token)
        finally:
            process.kill()


async def _answers(url: str) -> None:
    async with asyncio.timeout(300), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)


def main() -> None:
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        _, port = opened.enter_context(peer_program("upstream"))
        base_url = f"http://127.0.0.1:{port}/v1"
        pid, proxy = opened.enter_context(peer_program("proxy", base_url))
        env = environment(folder, os.environ)
        tiers = "".join(f'{tier} = "a/test-model"\n' for tier in ("utility", "speed", "logic", "architect"))
        provider = f'[providers.a]\nbase_url = "{base_url}"\napi_key = {{}}\ndialects = ["chat"]\n'
        gateway = opened.enter_context(
            GatewayProgram(env, f'[tiers]\n{tiers}{provider}{PRICES}[budget]\ndaily = "1000"\n')
        )
        token = gateway.setup("openai")["OPENAI_API_KEY"]
        peers = [
            Peer("direct", base_url, "m"),
            Peer("aiohttp", f"http://127.0.0.1:{proxy}/v1", "m", pid),
            Peer("routerd", f"{gateway.url}/v1", "speed", gateway.pid, token),
        ]
        if program := os.environ.get("ROUTERD_BENCH_LITELLM"):
            peers.append(opened.enter_context(litellm(program, folder, base_url)))
        found = asyncio.run(measured(peers, requests))
        ours, least = found["routerd"], found["aiohttp"]
        ratios = {name: round(ours[name] / least[name], 2) for name in ("cpu_json_ms", "cpu_stream_ms") if least[name]}
        added = round(ours["first_byte_ms"] - found["direct"]["first_byte_ms"], 3)
        print(json.dumps({**found, "routerd_per_aiohttp": ratios, "first_byte_over_direct_ms": added}, indent=1))


if __name__ == "__main__":
    main()

"""Two thousand seeded schedules of faults through the gateway: after each the ledger holds the providers' bills."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from routerd.adapters.catalogue import Catalogue
from routerd.app import services
from routerd.app.gateway import Gateway
from routerd.app.http_tokens import DEFAULT, HttpTokens
from routerd.app.queries import ready_to_route
from routerd.app.workspace import App
from routerd.frontends.http import HttpListen, listening
from tests.faults.answers import PRICE, RIGHT
from tests.faults.test_bills import FAULTY, UNBILLED, Position
from tests.faults.test_schedules import EPOCH, said
from tests.faults.virtual import VirtualLoop, run
from tests.home import at_home
from tests.loopback import Upstream

SCHEDULES, BATCHES, FEW = 2_000, 10, 20
PATIENCE = (None, None, None, 0.57, 4.13, 25.29)
"""Seconds after which a client hangs up; never the moment at which a server has just said all."""
ASKED: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "What is right?"}]},
    "/v1/responses": {"input": "What is right?"},
    "/v1/messages": {"messages": [{"role": "user", "content": "What is right?"}], "max_tokens": 4_000},
}
NATIVE = "c"
"""The provider that speaks Anthropic's own API; the others have chat completions: most requests are translated."""
WHOLE = (*UNBILLED, "redirect", "error in 200", "right", "filtered", "reset", "hang", "no usage", "wrong usage")
"""What can be done to an answer in one piece."""
LIMITS = "[limits]\ntotal_s = 40\nfirst_token_s = 5\nbetween_tokens_s = 3\n"


@dataclass(frozen=True, slots=True)
class Scene:
    app: App
    gateway: Gateway
    url: str
    client: aiohttp.ClientSession
    positions: dict[str, Position]

    def rows(self, after: int) -> list[tuple[int, str, Decimal, bool, str]]:
        """The ledger's rows behind one: number, provider, dollars, whether estimated, status."""
        found = self.app.services.database.read(
            "SELECT id, provider, cost, usage_estimated, status FROM attempts WHERE id > ? ORDER BY id", (after,)
        )
        return [(row, name, Decimal(cost) / 10**12, bool(flag), status) for row, name, cost, flag, status in found]


async def asked(scene: Scene, path: str, stream: bool, delay_s: float, patience_s: float | None) -> str:
    """How a request ended for its client: answered, refused, cut or left."""
    await asyncio.sleep(delay_s)
    body = {"model": "speed", "stream": stream, **ASKED[path]}
    try:
        async with asyncio.timeout(patience_s), scene.client.post(scene.url + path, json=body) as answer:
            text = (await answer.read()).decode()
    except TimeoutError:
        return "left"
    except aiohttp.ClientPayloadError:
        assert stream
        return "cut"
    if answer.status != 200:
        assert json.loads(text)["error"]["message"], text
        return "refused"
    # Some finish early, for reasons of their own: what passes through is not judged.
    assert RIGHT.startswith(_text(path, stream, text)), text
    return "answered"


def _text(path: str, stream: bool, text: str) -> str:
    """The words of a whole answer, read by other code than routerd's."""
    if not stream or text.startswith("{"):  # some providers answer in one piece, whatever is asked
        whole = json.loads(text)
        if path.endswith("completions"):
            return str(whole["choices"][0]["message"]["content"])
        items = [whole] if path.endswith("messages") else whole["output"]
        parts = [part for item in items for part in item["content"]]
        return "".join(part["text"] for part in parts if "text" in part["type"])
    told = [line[5:].strip() for line in text.splitlines() if line.startswith("data:")]
    events = [json.loads(one) for one in told if one not in ("", "[DONE]")]
    if path.endswith("completions"):
        deltas = [one.get("delta") or {} for event in events for one in event.get("choices") or []]
        return "".join(delta.get("content") or "" for delta in deltas)
    if path.endswith("messages"):
        said = [event["delta"] for event in events if event.get("type") == "content_block_delta"]
        return "".join(delta.get("text", "") for delta in said)
    return "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")


async def play(seed: int, scene: Scene) -> list[str]:
    """One schedule: what each provider does, and one to three requests, which may overlap."""
    rng = Random(seed)
    stream = rng.random() < 0.7
    for name, position in scene.positions.items():
        right, kinds = ("", ("", *FAULTY)) if stream else ("right", WHOLE)  # what was recorded are streams
        position.script = [rng.choice(kinds) if rng.random() < 0.6 else right for _ in range(rng.randrange(5))]
        if not stream:
            position.script = ["right"] * 20 + position.script
        position.rng, position.bills, position.native = Random(rng.random()), [], name == NATIVE
        position.upstream.seen.clear()
    asks = [
        asked(scene, rng.choice([*ASKED]), stream, rng.choice([0, 0, 1, 20]), rng.choice(PATIENCE))
        for _ in range(rng.randint(1, 3))
    ]
    ended = list(await asyncio.gather(*asks))
    while scene.gateway.requests:
        await asyncio.sleep(0.01)
    for position in scene.positions.values():
        await position.upstream.wait_for(lambda upstream: all(seen.over for seen in upstream.seen))
    return ended


def check(seed: int, rows: list[tuple[int, str, Decimal, bool, str]], positions: dict[str, Position]) -> None:
    """The rows are the bills; what no provider told is flagged."""
    for name, position in positions.items():
        booked = [row for row in rows if row[1] == name]
        due = [bill.due for bill in position.bills]
        told = [(bill.kind, bill.due.bill, bill.due.sure) for bill in position.bills]
        assert len(booked) == len(due), (seed, name, booked, told)
        assert sum(row[3] for row in booked) == sum(not one.sure for one in due), (seed, name, booked, told)
        paid = sum(row[2] for row in booked if not row[3])
        assert paid == sum(one.bill or 0 for one in due if one.sure), (seed, name, booked, told)


def schedules(seeds: range, folder: Path, patch: pytest.MonkeyPatch) -> Counter[str]:
    """Play these schedules, each held against its bills; how often what came of it."""
    at_home(folder, patch)
    patch.setattr(Catalogue, "price", lambda self, model, at: PRICE)
    count: Counter[str] = Counter()

    async def main(loop: VirtualLoop) -> None:
        clock = SimpleNamespace(monotonic=loop.time, time=lambda: EPOCH + loop.time(), time_ns=lambda: 0)
        patch.setattr(services, "time", clock)
        positions = {name: Position() for name in "abc"}
        async with AsyncExitStack() as opened:
            for position in positions.values():
                position.upstream = Upstream(position.turn, reply=said, clock=loop.time)
                await opened.enter_async_context(position.upstream)
            app = App.open(config_file=configured(folder, positions))
            # In threads, for which virtual time does not wait.
            await app.warm()
            await ready_to_route(app)
            gateway, tokens = Gateway(app), HttpTokens()
            port = await opened.enter_async_context(listening(gateway, tokens, HttpListen("127.0.0.1", 0)))
            client = aiohttp.ClientSession(
                headers={"authorization": f"Bearer {tokens.of(DEFAULT)}"},
                connector=aiohttp.TCPConnector(force_close=True),
            )
            await opened.enter_async_context(client)
            scene, last = Scene(app, gateway, f"http://127.0.0.1:{port}", client, positions), 0
            for seed in seeds:
                count.update(await play(seed, scene))
                rows = scene.rows(last)
                check(seed, rows, positions)
                last = rows[-1][0] if rows else last
                count["told"] += sum(not flag and bool(cost) for _, _, cost, flag, _ in rows)
                count["estimated"] += sum(flag for *_, flag, _ in rows)
                held = app.services.database.read("SELECT COUNT(*) FROM reservations")
                assert held == [(0,)], seed
                with app.services.database.transaction() as run_statement:
                    run_statement("DELETE FROM health", ())
                    run_statement("DELETE FROM refused_fields", ())
            await app.disconnect()
            app.close()

    run(main)
    return count


def configured(folder: Path, positions: dict[str, Position]) -> Path:
    models = ", ".join(f'"{name}/m"' for name in positions)
    tiers = "".join(f"{tier} = [{models}]\n" for tier in ("utility", "speed", "logic", "architect"))
    providers = "".join(
        f'[providers.{name}]\nbase_url = "{position.upstream.base_url}"\napi_key = {{}}\n'
        f'dialects = ["{"messages" if name == NATIVE else "chat"}"]\n'
        for name, position in positions.items()
    )
    file = folder / "routerd.toml"
    file.write_text(f"[tiers]\n{tiers}{providers}{LIMITS}", encoding="utf-8")
    return file


def test_a_hundredth_of_the_schedules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = schedules(range(FEW), tmp_path, monkeypatch)
    assert count["told"] > count["estimated"] > 0, count


@pytest.mark.fuzz
@pytest.mark.parametrize("batch", range(BATCHES))
def test_after_each_schedule_the_ledger_holds_the_bills(
    batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = SCHEDULES // BATCHES
    count = schedules(range(batch * each, (batch + 1) * each), tmp_path, monkeypatch)
    # A stage on which all goes well, or nothing does, would prove nothing.
    assert count["answered"] > count["refused"] > 0
    assert min(count["cut"], count["left"], count["told"], count["estimated"]) > 0, count

"""Twenty turns of a coding agent through `auto`: no turn fails, no loop changes its model, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.frontends.http.agent import Agent, Thinker
from tests.frontends.http.running import Running, running
from tests.home import at_home
from tests.loopback import Upstream

EASY = (
    "rename the variable w to weight in this file",
    "add a docstring to parse_header",
    "summarize this file in one line",
    "list the public functions of this module",
    "fix the typo in the comment",
)
HARD = (
    "design the architecture of a fault-tolerant scheduler over many files",
    "why do these two services deadlock on shutdown when the queue is full",
    "review this change for edge cases and race conditions",
)
WORDS = tuple(f"{(HARD[turn // 4 % 3] if turn % 4 == 2 else EASY[turn % 5])}, step {turn}" for turn in range(20))
CALLS = {words: 1 + number % 3 for number, words in enumerate(WORDS)}
MODELS = {"small": ("0.20", "0.60", "0.02"), "middle": ("2.50", "10.00", "0.25"), "large": ("3.00", "15.00", "0.30")}
TIERS = {"utility": "small", "speed": "small", "logic": "middle", "architect": "large"}


@dataclass
class Scene:
    gateway: Running
    upstreams: dict[str, Upstream]
    thinkers: dict[str, Thinker]

    def cost(self, session: str) -> Decimal:
        rows = [row for row in self.gateway.rows() if row["session"] == session]
        return Decimal(sum(row["cost"] for row in rows)) / 10**12


def configuration(upstreams: dict[str, Upstream]) -> str:
    tiers = "".join(f'{tier} = "{name}/{name}"\n' for tier, name in TIERS.items())
    providers = "".join(
        f'[providers.{name}]\nbase_url = "{upstream.base_url}"\napi_key = {{ env = "GATEWAY_KEY" }}\n'
        'dialects = ["messages"]\n'
        for name, upstream in upstreams.items()
    )
    prices = "".join(
        f'[models.{name}]\ninput = "{price[0]}"\noutput = "{price[1]}"\ncached_input = "{price[2]}"\n'
        for name, price in MODELS.items()
    )
    return f'[tiers]\n{tiers}{providers}{prices}[http.aliases]\n"claude-haiku-*" = "utility"\n'


@pytest.fixture
async def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    at_home(tmp_path, monkeypatch)
    thinkers = {name: Thinker(CALLS) for name in MODELS}
    async with AsyncExitStack() as opened:
        upstreams = {name: await opened.enter_async_context(Upstream(thinker)) for name, thinker in thinkers.items()}
        gateway = await opened.enter_async_context(running(tmp_path, monkeypatch, configuration(upstreams)))
        yield Scene(gateway, upstreams, thinkers)


async def driven(scene: Scene, model: str, session: str) -> Agent:
    agent = Agent(scene.gateway, model, session)
    for words in WORDS:
        await agent.ask(words)
    await agent.close()
    return agent


async def test_a_session_through_auto_never_fails_and_costs_less(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    agent = await driven(scene, "auto", "auto")
    assert all(len(set(models)) == 1 for models in agent.turns), "no switch inside a tool loop"
    by_turn = [models[0] for models in agent.turns]
    switches = sum(one != other for one, other in pairwise(by_turn))
    assert switches > 1
    assert not any(thinker.refused for thinker in scene.thinkers.values())
    rows = scene.gateway.rows()
    assert {row["status"] for row in rows} == {"ok"}
    assert {row["turn"] for row in rows} == {str(number) for number in range(1, 21)}
    assert all(0 < row["tools_input"] + row["system_input"] < row["counted_input"] for row in rows)
    assert any("prompt cache" in reason for reason in agent.reasons), "the switch pays for the lost cache"
    await driven(scene, "architect", "architect")
    await driven(scene, by_turn[0], "first")
    costs = {session: scene.cost(session) for session in ("auto", "architect", "first")}
    with capsys.disabled():
        told = ", ".join(f"{name} ${cost:.4f}" for name, cost in costs.items())
        print(f"\n20 turns, {len(rows)} requests, {switches} switches: {told}")  # what is measured
    assert costs["auto"] < costs["architect"]


async def test_thoughts_of_another_model_are_left_out_and_the_maker_gets_its_own(scene: Scene) -> None:
    agent = Agent(scene.gateway, "auto", "s")
    for words in (EASY[0], HARD[0], EASY[0]):
        full = next(one for one in WORDS if one.startswith(words))
        await agent.ask(full)
    await agent.close()
    for name, upstream in scene.upstreams.items():
        for seen in upstream.seen:
            assert {block["signature"] for block in thoughts(seen.body)} <= {f"by {name}"}
    last = scene.upstreams["small"].seen[-1].body
    assert len([*thoughts(last)]) > CALLS[next(one for one in WORDS if one.startswith(EASY[0]))], "its own come back"


def thoughts(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for message in body["messages"]:
        if isinstance(message["content"], list):
            yield from (block for block in message["content"] if block["type"] == "thinking")


async def test_side_calls_go_to_speed_and_sub_agents_by_their_alias(scene: Scene) -> None:
    agent = Agent(scene.gateway, "auto", "s")
    hard = next(one for one in WORDS if one.startswith(HARD[0]))
    await agent.ask(hard)
    assert agent.turns[-1][0] == "large/large"
    small = {"model": "auto", "max_tokens": 50, "messages": [{"role": "user", "content": hard}], "tools": []}
    status, headers, _ = await scene.gateway.post("/v1/messages", small, {"x-claude-code-session-id": "s"})
    assert (status, headers["x-routerd-tier"]) == (200, "speed")
    named = {**small, "model": "claude-haiku-4-5"}
    status, headers, _ = await scene.gateway.post("/v1/messages", named, {"x-claude-code-session-id": "s"})
    assert (status, headers["x-routerd-tier"]) == (200, "utility")
    await agent.ask(hard)
    assert agent.turns[-1][0] == "large/large", "what was beside it changed nothing"
    status, headers, _ = await scene.gateway.post("/v1/messages", small)
    assert headers["x-routerd-tier"] == "architect", "a client without sessions may have no tools at all"
    await agent.close()

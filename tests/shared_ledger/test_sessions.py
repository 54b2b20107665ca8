"""An agent's session goes on at whichever replica the balancer hands a request to, also inside a tool loop."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.frontends.http.agent import Agent, Thinker
from tests.frontends.http.running import running
from tests.frontends.http.test_agent_session import CALLS, MODELS, WORDS, configuration
from tests.home import at_home
from tests.loopback import Seen, Turn, Upstream


async def test_every_request_at_another_machine_keeps_the_model_of_its_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    """Each gateway has a home of its own and has seen nothing: what it knows of the session is in the database."""
    thinkers = {name: Thinker(CALLS) for name in MODELS}
    async with AsyncExitStack() as opened:
        upstreams = {name: await opened.enter_async_context(Upstream(thinker)) for name, thinker in thinkers.items()}
        configured = configuration(upstreams) + f'\n[ledger]\nurl = "{database_url}"\n'
        begun = 0

        def home() -> Path:
            nonlocal begun
            begun += 1
            folder = tmp_path / f"machine{begun}"
            folder.mkdir()
            at_home(folder, monkeypatch)
            return folder

        async with running(home(), monkeypatch, configured, home=False) as gateway:
            agent = Agent(gateway, "auto", "s")

        async def anew() -> None:
            await one.aclose()
            await agent.move(await one.enter_async_context(running(home(), monkeypatch, configured, False)))

        async with AsyncExitStack() as one:
            for words in WORDS[:8]:
                await agent.ask(words, anew)
        await agent.close()
        assert begun > 8
        assert all(len(set(models)) == 1 for models in agent.turns), "no switch inside a tool loop"
        assert len({models[0] for models in agent.turns}) > 1, "some turns are for another model"
        assert not any(thinker.refused for thinker in thinkers.values())


class Silent(Thinker):
    """A model that shows no thoughts, so that nothing in a session says whose it is."""

    def __call__(self, seen: Seen) -> Turn:
        return replace(super().__call__(seen), reasoning="")


@pytest.mark.parametrize("thinker", [Thinker, Silent])
async def test_two_gateways_that_take_turns_within_a_loop_ask_one_model(
    thinker: type[Thinker], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    """Each of them remembers another half of the session."""
    thinkers = {name: thinker(CALLS) for name in MODELS}
    async with AsyncExitStack() as opened:
        upstreams = {name: await opened.enter_async_context(Upstream(one)) for name, one in thinkers.items()}
        configured = configuration(upstreams) + f'\n[ledger]\nurl = "{database_url}"\n'
        gateways = []
        for name in ("first", "second"):
            folder = tmp_path / name
            folder.mkdir()
            at_home(folder, monkeypatch)
            gateways.append(await opened.enter_async_context(running(folder, monkeypatch, configured, home=False)))
        agent, served = Agent(gateways[0], "auto", "s"), 0

        async def other() -> None:
            nonlocal served
            served += 1
            await agent.move(gateways[served % 2])

        for words in WORDS:
            await agent.ask(words, other)
        await agent.close()
        assert any(len(models) > 1 for models in agent.turns), "loops that both gateways served"
        assert all(len(set(models)) == 1 for models in agent.turns), agent.turns
        assert len({models[0] for models in agent.turns}) > 1, "some turns are for another model"
        assert not any(one.refused for one in thinkers.values())

"""An agent's session goes on after a restart of the gateway in the midst of it, also inside a tool loop."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.frontends.http.agent import Agent, Thinker
from tests.frontends.http.running import running
from tests.frontends.http.test_agent_session import CALLS, MODELS, WORDS, configuration
from tests.home import at_home
from tests.loopback import Upstream


async def test_each_restart_keeps_the_model_of_its_loop_and_drops_what_others_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway is begun anew before every single request, so that none of them has its memory."""
    at_home(tmp_path, monkeypatch)
    thinkers = {name: Thinker(CALLS) for name in MODELS}
    async with AsyncExitStack() as opened:
        upstreams = {name: await opened.enter_async_context(Upstream(thinker)) for name, thinker in thinkers.items()}
        begun = 0
        async with running(tmp_path, monkeypatch, configuration(upstreams), home=False) as gateway:
            agent = Agent(gateway, "auto", "s")

        async def anew() -> None:
            nonlocal begun
            begun += 1
            await one.aclose()
            await agent.move(
                await one.enter_async_context(running(tmp_path, monkeypatch, configuration(upstreams), False))
            )

        async with AsyncExitStack() as one:
            for words in WORDS[:8]:
                await agent.ask(words, anew)
        await agent.close()
        assert begun == sum(len(models) for models in agent.turns) > 8
        assert all(len(set(models)) == 1 for models in agent.turns), "no switch inside a tool loop"
        assert len({models[0] for models in agent.turns}) > 1, "some turns are for another model"
        assert not any(thinker.refused for thinker in thinkers.values())
        thoughts = [upstream.seen[-1].body["messages"] for upstream in upstreams.values() if upstream.seen]
        assert any("'signature'" in str(messages) for messages in thoughts), "a maker gets its own back"

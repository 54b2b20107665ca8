"""Health is shared: four replicas discover one outage once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from random import Random

from routerd.adapters.postgres import Postgres
from routerd.domain.settings import Limits
from routerd.providers import Clock, KeyCache, PostgresHealth, ProviderState, UpstreamEngine
from routerd.providers.health import OPENS_AT, Health
from tests.loopback import Turn, Upstream, rate_limited, server_error
from tests.providers.scene import PRICE, QuarterOfBytes, Witness, candidate, provider, question

Connect = Callable[[], Postgres]
REPLICAS = 4


async def until_known(healths: list[PostgresHealth], holds: Callable[[Health], bool]) -> None:
    """Each replica has heard of it, of a deployment or a key."""
    while not all(any(map(holds, health._known.values())) for health in healths):
        await asyncio.sleep(0.01)


async def replicas_ask(connect: Connect, turns: list[Turn], holds: Callable[[Health], bool]) -> tuple[int, int]:
    """Each of four replicas asks four times in turn; how often the bad and the good upstream were asked."""
    healths = [PostgresHealth(connect()) for _ in range(REPLICAS)]
    states = [ProviderState() for _ in range(REPLICAS)]
    async with Upstream(turns, otherwise=server_error()) as bad, Upstream() as good:
        providers = {"a": provider("a", bad.base_url), "b": provider("b", good.base_url)}
        engines = [
            UpstreamEngine(
                providers,
                keys=KeyCache(lambda _: "key"),
                price=lambda _: PRICE,
                counter=QuarterOfBytes(),
                limits=Limits(),
                clock=Clock(time.monotonic, time.time),
                rng=Random(1),
                health=health,
                provider_state=state,
            )
            for health, state in zip(healths, states, strict=True)
        ]
        for number in range(4 * REPLICAS):
            before = len(bad.seen)
            await engines[number % REPLICAS].ask(question(), candidate("a/m", "b/m"), Witness())
            if len(bad.seen) > before:
                await until_known(healths, holds)
        for state in states:
            await state.close()
        return len(bad.seen), len(good.seen)


async def test_a_cooldown_that_one_replica_earned_holds_for_all(connect: Connect) -> None:
    bad, good = await replicas_ask(connect, [rate_limited(50)], lambda health: health.cooldown_until > 0)
    assert (bad, good) == (1, 16)


async def test_an_outage_is_met_by_the_replicas_together_and_not_by_each(connect: Connect) -> None:
    bad, good = await replicas_ask(connect, [server_error()], lambda health: health.failures > 0)
    assert good == 16
    assert bad == 1, "a replica that has not met the failure asks elsewhere first"


async def test_failures_of_several_replicas_add_up_to_one_open_breaker(connect: Connect) -> None:
    healths = [PostgresHealth(connect()) for _ in range(REPLICAS)]
    for number in range(OPENS_AT):
        healths[number].change("a/m", lambda health: health.fail(1_000.0, "HTTP 503"))
    await until_known(healths, lambda health: health.failures == OPENS_AT)
    assert all(health.get("a/m").half_open() for health in healths)
    assert healths[3].get("a/m").cooldown_until > 1_000
    healths[3].change("a/m", lambda health: health.succeed(2_000.0))
    await until_known(healths, lambda health: health == Health())
    assert await asyncio.to_thread(healths[0].all) == {"a/m": Health()}

"""Many requests, daemons and snapshots at once, in virtual time: limits add up, one probe, one budget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from routerd.adapters.ledger import MIGRATIONS
from routerd.adapters.sqlite import Database
from routerd.domain.errors import ContextTooLong, Exhausted, KeyUnavailable, OverBudget, Unauthorized, UpstreamError
from routerd.domain.model import ModelRef
from routerd.domain.reply import Reply
from routerd.domain.settings import Limits, ProviderSettings
from routerd.providers import Clock, KeyCache, MemoryHealth, ProviderState, SharedHealth, UpstreamEngine
from tests.faults.virtual import VirtualLoop, run
from tests.loopback import (
    RateLimit,
    Turn,
    Upstream,
    hang_mid_stream,
    rate_limited,
    server_error,
    slow_drip,
)
from tests.providers.scene import PRICE, QuarterOfBytes, Witness, candidate, outcome, provider, question

EPOCH = 1_790_000_000.0


def engine(loop: VirtualLoop, providers: dict[str, ProviderSettings], **changes: Any) -> UpstreamEngine:
    arguments: dict[str, Any] = {
        "keys": KeyCache(lambda _: "key"),
        "price": lambda _: PRICE,
        "counter": QuarterOfBytes(),
        "limits": Limits(),
        "clock": Clock(loop.time, lambda: EPOCH + loop.time()),
        "rng": Random(1),
    }
    return UpstreamEngine(providers, **(arguments | changes))


@asynccontextmanager
async def provider_state() -> AsyncIterator[ProviderState]:
    shared = ProviderState()
    try:
        yield shared
    finally:
        await shared.close()


def test_four_providers_of_60_a_minute_answer_240_in_a_minute_without_a_429() -> None:
    async def main(loop: VirtualLoop) -> None:
        limits = [RateLimit(60) for _ in range(4)]
        ups = [Upstream(limit=limit, otherwise=Turn(), clock=loop.time) for limit in limits]
        async with provider_state() as shared, ups[0], ups[1], ups[2], ups[3]:
            providers = {name: provider(name, up.base_url, rpm=60) for name, up in zip("abcd", ups, strict=True)}
            running = engine(loop, providers, provider_state=shared)
            watches = [Witness() for _ in range(240)]
            began = loop.time()

            async def ask(number: int, observer: Witness) -> Reply:
                await asyncio.sleep(number * 59 / 240)
                return await running.ask(question(), candidate("a/m", "b/m", "c/m", "d/m"), observer)

            replies = await asyncio.gather(*(ask(number, observer) for number, observer in enumerate(watches)))
            assert len(replies) == 240
            assert loop.time() - began < 60
            assert not any(observer.attempts for observer in watches)
            assert [limit.refused for limit in limits] == [0] * 4
            assert {len(up.seen) for up in ups} == {60}

    run(main)


def test_the_241st_waits_for_the_minute_to_pass_and_is_answered() -> None:
    async def main(loop: VirtualLoop) -> None:
        async with provider_state() as shared, Upstream(limit=RateLimit(3), clock=loop.time) as up:
            running = engine(loop, {"a": provider("a", up.base_url, rpm=3)}, provider_state=shared)
            watches = [Witness() for _ in range(4)]
            began = loop.time()
            for observer in watches:
                await running.ask(question(), candidate("a/m"), observer)
            assert 60 <= loop.time() - began < 62
            assert watches[3].stages[0] == "waiting 60 s for a/m: the limits set for a are used up"
            assert not any(observer.attempts for observer in watches)

    run(main)


def test_without_any_setting_the_headers_spread_the_load() -> None:
    async def main(loop: VirtualLoop) -> None:
        limits = [RateLimit(5), RateLimit(5)]
        ups = [Upstream(limit=limit, clock=loop.time) for limit in limits]
        async with provider_state() as shared, ups[0], ups[1]:
            providers = {name: provider(name, up.base_url) for name, up in zip("ab", ups, strict=True)}
            running = engine(loop, providers, provider_state=shared)
            for _ in range(10):
                await running.ask(question(), candidate("a/m", "b/m"), Witness())
            assert [limit.refused for limit in limits] == [0, 0]
            assert [len(up.seen) for up in ups] == [5, 5]

    run(main)


def test_no_more_calls_run_at_once_than_the_limit_allows() -> None:
    async def main(loop: VirtualLoop) -> None:
        slow = Turn(delay_s=1.0, chunk_chars=100)
        limit = RateLimit(1000, concurrency=2)
        async with provider_state() as shared, Upstream(otherwise=slow, limit=limit, clock=loop.time) as up:
            running = engine(loop, {"a": provider("a", up.base_url, max_concurrency=2)}, provider_state=shared)
            began = loop.time()
            await asyncio.gather(*(running.ask(question(), candidate("a/m"), Witness()) for _ in range(6)))
            assert limit.refused == 0
            assert 3 <= loop.time() - began < 3.5

    run(main)


def test_two_daemons_share_what_one_of_them_found_out() -> None:
    async def main(loop: VirtualLoop) -> None:
        health = MemoryHealth()
        async with (
            provider_state() as one,
            provider_state() as two,
            Upstream([rate_limited(50)], clock=loop.time) as bad,
            Upstream(clock=loop.time) as good,
        ):
            providers = {"a": provider("a", bad.base_url), "b": provider("b", good.base_url)}
            for shared in (one, two):
                running = engine(loop, providers, health=health, provider_state=shared)
                await running.ask(question(), candidate("a/m", "b/m"), Witness())
            assert (len(bad.seen), len(good.seen)) == (1, 2)
            await asyncio.sleep(51)
            await running.ask(question(), candidate("a/m", "b/m"), Witness())
            assert len(bad.seen) == 2

    run(main)


def test_an_outage_is_probed_by_one_request_and_one_answer_ends_it() -> None:
    async def main(loop: VirtualLoop) -> None:
        async with provider_state() as shared, Upstream(clock=loop.time) as bad, Upstream(clock=loop.time) as good:
            bad.then(*[server_error()] * 3, Turn(delay_s=2.0, chunk_chars=100))
            providers = {"a": provider("a", bad.base_url), "b": provider("b", good.base_url)}
            running = engine(loop, providers, provider_state=shared)
            where = candidate("a/m", "b/m")
            for _ in range(3):
                await running.ask(question(), where, Witness())
                await asyncio.sleep(11)
            # Ten at once: one of them is the probe, the others go elsewhere and do not wait for it.
            await asyncio.gather(*(running.ask(question(), where, Witness()) for _ in range(10)))
            assert (len(bad.seen), len(good.seen)) == (4, 3 + 9)
            await running.ask(question(), where, Witness())
            assert len(bad.seen) == 5

    run(main)


@contextmanager
def two_daemons(loop: VirtualLoop, file: Path) -> Iterator[list[SharedHealth]]:
    """Health as two processes have it: over one file, each with a connection of its own."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    databases = [Database(file, MIGRATIONS, at) for _ in range(2)]
    try:
        yield [SharedHealth(database, lambda: EPOCH + loop.time()) for database in databases]
    finally:
        for database in databases:
            database.close()


def test_a_cooldown_that_one_daemon_earned_holds_for_the_other_over_one_file(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        with two_daemons(loop, tmp_path / "ledger.db") as healths:
            async with (
                provider_state() as one,
                provider_state() as two,
                Upstream([rate_limited(50)], clock=loop.time) as bad,
                Upstream(clock=loop.time) as good,
            ):
                providers = {"a": provider("a", bad.base_url), "b": provider("b", good.base_url)}
                for shared, health in zip((one, two), healths, strict=True):
                    running = engine(loop, providers, health=health, provider_state=shared)
                    observer = Witness()
                    reply = await running.ask(question(), candidate("a/m", "b/m"), observer)
                assert (len(bad.seen), len(good.seen)) == (1, 2)
                assert observer.attempts == []
                assert (
                    reply.attempt.reason
                    == "not a/m: rate limited (429), asks to wait 50 s: “Rate limit reached for requests”"
                )

    run(main)


def test_of_two_daemons_over_one_file_one_probes_and_its_answer_is_news_to_both(tmp_path: Path) -> None:
    async def main(loop: VirtualLoop) -> None:
        with two_daemons(loop, tmp_path / "ledger.db") as healths:
            async with (
                provider_state() as one,
                provider_state() as two,
                Upstream(clock=loop.time) as bad,
                Upstream(clock=loop.time) as good,
            ):
                bad.then(*[server_error()] * 3, Turn(delay_s=2.0, chunk_chars=100))
                providers = {"a": provider("a", bad.base_url), "b": provider("b", good.base_url)}
                daemons = [
                    engine(loop, providers, health=health, provider_state=shared)
                    for shared, health in zip((one, two), healths, strict=True)
                ]
                where = candidate("a/m", "b/m")
                for number in range(3):  # each daemon sees but a part of the outage
                    await daemons[number % 2].ask(question(), where, Witness())
                    await asyncio.sleep(11)
                # Ten at once, five from each: one is the probe, the others do not wait for it.
                asks = (daemons[number % 2].ask(question(), where, Witness()) for number in range(10))
                await asyncio.gather(*asks)
                assert (len(bad.seen), len(good.seen)) == (4, 3 + 9)
                for running in daemons:
                    await running.ask(question(), where, Witness())
                assert len(bad.seen) == 6

    run(main)


def test_a_burst_that_no_setting_foresaw_is_answered_whole() -> None:
    async def main(loop: VirtualLoop) -> None:
        limits = [RateLimit(60) for _ in range(4)]
        ups = [Upstream(limit=limit, clock=loop.time) for limit in limits]
        async with provider_state() as shared, ups[0], ups[1], ups[2], ups[3]:
            providers = {name: provider(name, up.base_url) for name, up in zip("abcd", ups, strict=True)}
            running = engine(loop, providers, provider_state=shared)
            where, began = candidate("a/m", "b/m", "c/m", "d/m"), loop.time()
            replies = await asyncio.gather(*(running.ask(question(), where, Witness()) for _ in range(240)))
            assert len(replies) == 240
            assert loop.time() - began < 60
            assert {len(up.seen) - limit.refused for up, limit in zip(ups, limits, strict=True)} == {60}

    run(main)


def test_a_burst_within_the_limits_that_are_set_meets_none_of_them() -> None:
    async def main(loop: VirtualLoop) -> None:
        limits = [RateLimit(60) for _ in range(4)]
        ups = [Upstream(limit=limit, clock=loop.time) for limit in limits]
        async with provider_state() as shared, ups[0], ups[1], ups[2], ups[3]:
            providers = {name: provider(name, up.base_url, rpm=60) for name, up in zip("abcd", ups, strict=True)}
            running = engine(loop, providers, provider_state=shared)
            where = candidate("a/m", "b/m", "c/m", "d/m")
            await asyncio.gather(*(running.ask(question(), where, Witness()) for _ in range(240)))
            assert [limit.refused for limit in limits] == [0] * 4
            assert {len(up.seen) for up in ups} == {60}

    run(main)


def test_a_reload_keeps_limits_and_connections_and_lets_calls_under_way_finish() -> None:
    async def main(loop: VirtualLoop) -> None:
        async with provider_state() as shared, Upstream(otherwise=slow_drip(0.1, 16), clock=loop.time) as up:
            settings = provider("a", up.base_url, rpm=2)
            before = engine(loop, {"a": settings}, provider_state=shared)
            under_way = asyncio.create_task(before.ask(question(), candidate("a/m"), Witness()))
            await asyncio.sleep(0.05)
            after = engine(loop, {"a": replace(settings, rpm=1)}, provider_state=shared)
            observer = Witness()
            assert isinstance(await after.ask(question(), candidate("a/m"), observer), Reply)
            assert observer.stages[0].startswith("waiting 60 s")
            assert isinstance(await under_way, Reply)

    run(main)


@pytest.mark.parametrize(("calls", "kind"), [(0, OverBudget), (1, Exhausted)])
def test_a_call_that_there_is_no_money_for_is_not_made_and_the_fault_says_so(
    calls: int, kind: type[UpstreamError]
) -> None:
    async def main(loop: VirtualLoop) -> None:
        cut = Turn(finish=None)
        async with provider_state() as shared, Upstream(otherwise=cut, clock=loop.time) as up:
            running = engine(loop, {"a": provider("a", up.base_url)}, provider_state=shared)
            fault = await outcome(running, candidate("a/m"), Witness(calls=calls))
            assert type(fault) is kind
            assert "A further call may cost more than is left" in str(fault)
            assert len(up.seen) == calls

    run(main)


def test_the_three_time_limits_are_kept_apart() -> None:
    async def main(loop: VirtualLoop) -> None:
        limits = Limits(total_s=20, first_token_s=5, between_tokens_s=2)
        for turn, seconds, said in [
            (Turn(delay_s=6, chunk_chars=100), 5, "no first token in 5 s"),
            (hang_mid_stream(1), 2, "no further token in 2 s"),
            (Turn(delay_s=1.9, chunk_chars=1), 20, "not done within 20 s"),
        ]:
            async with (
                provider_state() as shared,
                Upstream([turn], clock=loop.time) as slow,
                Upstream(clock=loop.time) as good,
            ):
                providers = {"a": provider("a", slow.base_url), "b": provider("b", good.base_url)}
                running = engine(loop, providers, provider_state=shared, limits=limits)
                observer, began = Witness(), loop.time()
                await outcome(running, candidate("a/m", "b/m"), observer)
                assert seconds <= loop.time() - began < seconds + 0.5
                assert (observer.statuses, observer.attempts[0].reason) == (["timeout"], said)
                await slow.wait_for(lambda upstream: upstream.seen[0].disconnected_at is not None)

    run(main)


def test_a_provider_without_a_key_is_passed_over_and_said_where_nobody_else_is() -> None:
    def key(settings: ProviderSettings) -> str | None:
        if settings.name == "a":
            raise KeyUnavailable("The keyring is locked.")
        return None if settings.name == "b" else "key"

    async def main(loop: VirtualLoop) -> None:
        async with provider_state() as shared, Upstream(clock=loop.time) as up:
            providers = {name: provider(name, up.base_url) for name in "abc"}
            running = engine(loop, providers, provider_state=shared, keys=KeyCache(key))
            observer = Witness()
            reply = await outcome(running, candidate("a/m", "b/m", "c/m"), observer)
            assert isinstance(reply, Reply)
            assert (reply.attempt.model.provider, observer.attempts) == ("c", [])
            fault = await outcome(running, candidate("a/m", "b/m"), Witness())
            assert isinstance(fault, Unauthorized)
            assert "a/m: The keyring is locked;" in str(fault)
            assert "environment variable B_API_KEY holds no key" in str(fault)

    run(main)


def test_a_local_server_needs_no_key_and_an_unknown_price_stays_unknown() -> None:
    async def main(loop: VirtualLoop) -> None:
        async with provider_state() as shared, Upstream(clock=loop.time) as up:
            settings = replace(provider("a", up.base_url), key=None)
            running = engine(
                loop, {"a": settings}, provider_state=shared, keys=KeyCache(lambda _: None), price=lambda _: None
            )
            reply = await outcome(running, candidate("a/m"), Witness())
            assert isinstance(reply, Reply)
            assert reply.attempt.cost is None

    run(main)


def test_a_prompt_that_is_known_not_to_fit_is_not_sent() -> None:
    async def main(loop: VirtualLoop) -> None:
        def price(model: ModelRef) -> Any:
            return replace(PRICE, context=10 if model.provider == "a" else 100_000)

        async with (
            provider_state() as shared,
            Upstream(clock=loop.time) as small,
            Upstream(clock=loop.time) as large,
        ):
            providers = {"a": provider("a", small.base_url), "b": provider("b", large.base_url)}
            running = engine(loop, providers, provider_state=shared, price=price)
            assert isinstance(await outcome(running, candidate("a/m", "b/m"), Witness()), Reply)
            assert isinstance(await outcome(running, candidate("a/m"), Witness()), ContextTooLong)
            assert (len(small.seen), len(large.seen)) == (0, 1)

    run(main)

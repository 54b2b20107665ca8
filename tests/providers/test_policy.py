"""Benches, breaker, limits, hints and the order of failover, in a time that the test tells."""

from __future__ import annotations

import ast
import math
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.model import ModelRef
from routerd.providers.failover import Deployment, Go, Stop, Wait, next_move, pause_s
from routerd.providers.health import FIRST_COOLDOWN_S, LONGEST_COOLDOWN_S, Health, MemoryHealth
from routerd.providers.quota import WINDOW_S, Limiter, Quota

PURE = [
    "bounded",
    "classify",
    "dialect",
    "draft",
    "failover",
    "failure",
    "finish",
    "health",
    "meaning",
    "metering",
    "quota",
    "retry_after",
    "said",
    "sse",
    "too_long",
    "usage",
]
IMPURE = {"asyncio", "httpx2", "openai", "os", "random", "socket", "sqlite3", "threading", "time"}
WIRE = {f"routerd.providers.{name}" for name in ("call", "client", "engine", "provider_state")}


@pytest.mark.parametrize("name", PURE)
def test_policy_sees_neither_clock_nor_network_nor_the_wire(name: str) -> None:
    source = resources.files("routerd.providers").joinpath(f"{name}.py").read_text(encoding="utf-8")
    imported = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    assert not imported & (IMPURE | WIRE)


# ── benches and the breaker


@given(st.lists(st.tuples(st.sampled_from(["bench", "fail", "succeed"]), st.floats(0, 300)), max_size=30))
def test_a_cooldown_is_never_shortened_by_anything_that_happens_while_it_runs(
    moves: list[tuple[str, float]],
) -> None:
    health, now = Health(), 0.0
    for what, seconds in moves:
        before = health.cooldown_until
        match what:
            case "bench":
                health = health.cool_down(now + seconds, "told")
            case "fail":
                health = health.fail(now, "failed")
            case _:
                health = health.succeed(now)
        assert health.cooldown_until >= before or before <= now
        now += 1.0


def test_the_third_failure_in_a_row_opens_the_breaker_and_a_success_closes_it() -> None:
    health = Health()
    for _ in range(2):
        health = health.fail(100.0, "server error")
        assert health.wait_s(100.0) == 0
    health = health.fail(100.0, "server error")
    assert health.wait_s(100.0) == FIRST_COOLDOWN_S
    assert health.reason == "server error"
    assert health.succeed(200.0) == Health()


def test_a_half_open_breaker_lets_one_probe_through() -> None:
    health = Health(failures=3, cooldown_until=105.0)
    assert health.probe(104.9, 30.0) is None
    probing = health.probe(105.0, 30.0)
    assert probing is not None
    assert probing.probe(106.0, 30.0) is None
    assert probing.wait_s(106.0) == pytest.approx(29.0)
    # The lease ends by itself where the prober died, and at once where it gives it back.
    assert probing.probe(135.0, 30.0) is not None
    assert probing.end_probe().probe(106.0, 30.0) is not None


def test_each_failed_probe_doubles_the_cooldown_up_to_the_longest() -> None:
    health, cooldowns = Health(), []
    for _ in range(2000):
        health = health.fail(health.cooldown_until, "down")
        cooldowns.append(health.cooldown_until - health.failed_at)
    assert cooldowns[2:6] == [5.0, 10.0, 20.0, 40.0]
    assert set(cooldowns[6:]) == {LONGEST_COOLDOWN_S}


def test_the_memory_store_keeps_what_a_move_made() -> None:
    store = MemoryHealth()
    assert store.get("a/m") == Health()
    assert store.change("a/m", lambda health: health.cool_down(9.0, "x")).cooldown_until == 9.0
    assert store.get("a/m").reason == "x"


# ── limits


@given(
    st.integers(1, 6),
    st.lists(st.floats(0, 30), min_size=1, max_size=40),
)
def test_no_minute_ever_holds_more_requests_than_the_limit(rpm: int, gaps: list[float]) -> None:
    limiter, now, sent = Limiter(rpm=rpm), 0.0, []
    for gap in gaps:
        now += gap
        now += limiter.wait_s(now, 10)
        assert limiter.wait_s(now, 10) <= 1e-6
        limiter.end(limiter.begin(now, 10), 10)
        sent.append(now)
    for first in sent:
        assert sum(first <= at < first + 60 for at in sent) <= rpm


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 100)), min_size=1, max_size=40))
def test_no_minute_ever_holds_more_tokens_than_the_limit(requests: list[tuple[float, int]]) -> None:
    limiter, now, sent = Limiter(tpm=100), 0.0, []
    for gap, tokens in requests:
        now += gap
        now += limiter.wait_s(now, tokens)
        limiter.end(limiter.begin(now, tokens), tokens)
        sent.append((now, tokens))
    for first, _ in sent:
        assert sum(tokens for at, tokens in sent if first <= at < first + 60) <= 100


def test_a_request_larger_than_the_token_limit_goes_alone() -> None:
    limiter = Limiter(tpm=100)
    assert limiter.wait_s(0.0, 5000) == 0
    limiter.end(limiter.begin(0.0, 50), 50)
    assert limiter.wait_s(10.0, 5000) == pytest.approx(WINDOW_S - 10)


def test_concurrency_is_waited_for_until_a_call_ends() -> None:
    limiter = Limiter(max_concurrency=1)
    slot = limiter.begin(0.0, 1)
    assert limiter.wait_s(0.0, 1) == math.inf
    assert limiter.headroom(0.0) == 0
    limiter.end(slot, 1)
    assert limiter.wait_s(0.0, 1) == 0


def test_headroom_is_the_share_of_the_tightest_limit() -> None:
    limiter = Limiter(rpm=10, tpm=100, max_concurrency=4)
    assert limiter.headroom(0.0) == 1
    limiter.begin(0.0, 80)
    assert limiter.headroom(0.0) == pytest.approx(0.2)
    assert limiter.headroom(WINDOW_S) == pytest.approx(0.75)


# ── hints from headers

OPENAI = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": "1.5s",
    "x-ratelimit-limit-tokens": "1000",
    "x-ratelimit-remaining-tokens": "250",
    "x-ratelimit-reset-tokens": "6m0s",
}
ANTHROPIC = {
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "0",
    "anthropic-ratelimit-requests-reset": "1970-01-01T00:01:10Z",
}


def test_the_headers_of_openai_are_used() -> None:
    quota = Quota()
    quota.read(OPENAI, now=100.0, wall=0.0)
    assert quota.wait_s(100.0, 10) == pytest.approx(1.5)
    assert quota.wait_s(102.0, 10) == 0
    assert quota.wait_s(102.0, 300) == pytest.approx(358)
    assert quota.headroom(102.0) == pytest.approx(0.25)
    quota.spend(200)
    assert quota.wait_s(102.0, 100) == pytest.approx(358)


def test_the_headers_of_anthropic_are_used() -> None:
    quota = Quota()
    quota.read(ANTHROPIC, now=5.0, wall=60.0)
    assert quota.wait_s(5.0, 10) == pytest.approx(10.0)


def test_headers_that_say_nothing_leave_what_was_known() -> None:
    quota = Quota()
    quota.read(OPENAI, now=100.0, wall=0.0)
    quota.read({"x-ratelimit-remaining-requests": "many"}, now=100.0, wall=0.0)
    assert quota.wait_s(100.0, 10) == pytest.approx(1.5)


# ── who is next

A, B, C = (ModelRef(name, "m") for name in "abc")


def one(model: ModelRef, listed: int, group: int | None = None, **more: object) -> Deployment:
    return Deployment(model, listed, listed if group is None else group, **more)  # type: ignore[arg-type]  # fields by name


def test_the_list_is_tried_in_order() -> None:
    assert next_move([one(A, 0), one(B, 1)], 60) == Go(A)


def test_a_later_one_goes_while_the_first_is_in_cooldown_and_it_is_said_why() -> None:
    move = next_move([one(A, 0, wait_s=30, why="rate limited"), one(B, 1)], 60)
    assert move == Go(B, "not a/m: rate limited")


def test_one_that_failed_a_moment_ago_goes_behind_the_others() -> None:
    assert next_move([one(A, 0, degraded=True), one(B, 1)], 60) == Go(B, "not a/m: it failed a moment ago")


def test_equal_prices_share_the_load_by_headroom_and_dearer_ones_wait_for_their_turn() -> None:
    deployments = [one(A, 0, 0, headroom=0.2), one(B, 1, 0, headroom=0.9), one(C, 2, 1, headroom=1.0)]
    assert next_move(deployments, 60) == Go(B, "not a/m: it has less headroom")


def test_the_one_that_began_an_answer_goes_on_with_it() -> None:
    assert next_move([one(A, 0), one(B, 1, degraded=True)], 60, prefer=B) == Go(B)


def test_nobody_free_means_to_wait_for_the_first_that_will_be() -> None:
    move = next_move([one(A, 0, wait_s=30, why="x"), one(B, 1, wait_s=20, why="y")], 60)
    assert move == Wait(20, B, "y")


def test_a_wait_past_the_deadline_is_no_option() -> None:
    assert next_move([one(A, 0, wait_s=61)], 60) == Stop()
    assert next_move([one(A, 0)], 0) == Stop()
    assert next_move([one(A, 0, out=True)], 60) == Stop()
    assert next_move([], 60) == Stop()


def test_a_hint_is_waited_for_where_there_is_time_and_else_disregarded() -> None:
    assert next_move([one(A, 0, hint_s=5, why="used up")], 60) == Wait(5, A, "used up")
    assert next_move([one(A, 0, hint_s=500)], 60) == Go(A)
    assert next_move([one(A, 0, hint_s=500), one(B, 1, wait_s=500)], 60) == Go(A)


def test_a_call_that_must_end_first_is_waited_for() -> None:
    assert next_move([one(A, 0, wait_s=math.inf, why="full")], 60) == Wait(math.inf, A, "full")


@given(st.integers(1, 5000), st.floats(0, 1, exclude_max=True))
def test_the_pause_before_another_try_grows_and_has_an_end(failures: int, chance: float) -> None:
    assert 0.125 <= pause_s(failures, chance) <= 4.0
    assert pause_s(failures, 0.0) <= pause_s(failures + 1, 0.0)

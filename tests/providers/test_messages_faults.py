"""The engine on Anthropic's own API: each fault fails over by its meaning, and is booked as billed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.dialect_name import DialectName
from routerd.domain.money import Price
from routerd.domain.reply import Reply
from tests.loopback import (
    Fault,
    Turn,
    Upstream,
    credential,
    cut_before_finish,
    error_in_stream,
    hang_mid_stream,
    rate_limited,
    reset,
    server_error,
)
from tests.providers.scene import LIMITS, PRICE, Witness, candidate, engine, outcome, provider, run
from tests.providers.wire_cases import EVENTS, raw

HELLO = "Hello from the test upstream."


def refused(status: int, kind: str, message: str) -> Turn:
    return Turn(status=status, error={"type": kind, "message": message})


FAULTS = {
    "overloaded": (refused(529, "overloaded_error", "Overloaded"), "server_error"),
    "no balance": (refused(400, "invalid_request_error", "Your credit balance is too low to access it"), "credential"),
    "a refused key": (refused(401, "authentication_error", "invalid x-api-key"), "credential"),
    "too long": (refused(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"), "bad_request"),
    "not found": (refused(404, "not_found_error", "model: m"), "bad_request"),
    "internal": (refused(500, "api_error", "Internal server error"), "server_error"),
    "rate limited": (rate_limited(600), "rate_limited"),
    "a server error": (server_error(), "server_error"),
    "a wrong key": (credential(401), "credential"),
    "reset": (reset(), "network"),
    "reset in the stream": (reset(1), "network"),
    "cut before its end": (cut_before_finish(), "truncated"),
    "dropped": (Turn(fault=Fault("drop", 1)), "network"),
    "an error in the stream": (error_in_stream(), "server_error"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_next_provider_answers_after_a_fault_of_the_native_api(name: str) -> None:
    turn, status = FAULTS[name]

    async def main() -> None:
        async with Upstream([turn]) as bad, Upstream() as good:
            providers = {
                "a": provider("a", bad.base_url, dialect=DialectName.MESSAGES),
                "b": provider("b", good.base_url, dialect=DialectName.MESSAGES),
            }
            observer = Witness()
            reply = await outcome(engine(providers), candidate("a/m", "b/m"), observer)
            assert isinstance(reply, Reply)
            assert (reply.text, observer.statuses) == (HELLO, [status])
            prompt, completion = good.billed
            assert reply.attempt.cost == (prompt * PRICE.input + completion * PRICE.output) / Decimal(10**6)
            assert not reply.attempt.usage_estimated
            if turn.status != 200:
                assert observer.attempts[0].cost == 0

    run(main())


def test_a_stream_that_stops_midway_is_given_up_after_its_limit() -> None:
    async def main() -> None:
        async with Upstream([hang_mid_stream(1)]) as bad, Upstream() as good:
            providers = {
                "a": provider("a", bad.base_url, dialect=DialectName.MESSAGES),
                "b": provider("b", good.base_url, dialect=DialectName.MESSAGES),
            }
            observer = Witness()
            limits = replace(LIMITS, between_tokens_s=0.2)
            reply = await outcome(engine(providers, limits=limits), candidate("a/m", "b/m"), observer)
            assert isinstance(reply, Reply)
            assert observer.statuses == ["timeout"]

    run(main())


def in_one_piece(**changes: object) -> Turn:
    """A whole message although a stream was asked for."""
    message = {
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "thinking", "thinking": "Greet."}, {"type": "text", "text": HELLO}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 30, "output_tokens": 10},
    }
    body = json.dumps(message | changes).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return Turn(raw=[head.encode() + body])


def test_an_answer_that_is_not_streamed_is_read_with_its_bill() -> None:
    async def main() -> None:
        async with Upstream([in_one_piece()]) as upstream:
            observer = Witness()
            providers = {"a": provider("a", upstream.base_url, dialect=DialectName.MESSAGES)}
            reply = await outcome(engine(providers), candidate("a/m"), observer)
            assert isinstance(reply, Reply)
            assert (reply.text, observer.statuses) == (HELLO, [])
            assert (reply.attempt.usage.all_input, reply.attempt.usage.all_output) == (30, 10)
            assert reply.attempt.cost == Decimal("0.00007")  # 30 + 40

    run(main())


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"stop_reason": "refusal"}, "truncated"),
        ({"stop_reason": None}, "network"),
        ({"content": "words"}, "network"),
    ],
)
def test_an_answer_in_one_piece_that_is_not_whole_is_no_answer(changes: dict[str, object], status: str) -> None:
    async def main() -> None:
        async with Upstream([in_one_piece(**changes)]) as bad, Upstream() as good:
            providers = {
                "a": provider("a", bad.base_url, dialect=DialectName.MESSAGES),
                "b": provider("b", good.base_url, dialect=DialectName.MESSAGES),
            }
            observer = Witness()
            assert isinstance(await outcome(engine(providers), candidate("a/m", "b/m"), observer), Reply)
            assert observer.statuses == [status]

    run(main())


USED = {"input_tokens": 7, "cache_read_input_tokens": 90_000, "cache_creation_input_tokens": 400, "output_tokens": 1}
BEGUN = {"type": "message_start", "message": {"type": "message", "usage": USED}}
SAID = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello."}}
CACHED = Price(Decimal(2), Decimal(8), cached_input=Decimal("0.2"), cache_write=Decimal("2.5"))


async def booked(*events: Mapping[str, object]) -> Attempt:
    """The attempt of a stream that consists of these events and then ends."""
    stream = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events)
    async with Upstream([raw(200, stream, EVENTS)]) as upstream:
        providers = {"a": provider("a", upstream.base_url, dialect=DialectName.MESSAGES, max_concurrency=1)}
        observer = Witness(calls=1)
        reply = await outcome(engine(providers, price=lambda _: CACHED), candidate("a/m"), observer)
        return reply.attempt if isinstance(reply, Reply) else observer.attempts[0]


def test_what_was_told_before_a_stream_broke_is_billed_with_the_caches_rates() -> None:
    async def main() -> None:
        attempt = await booked(BEGUN, SAID)
        assert attempt.status is AttemptStatus.TRUNCATED
        # 14 + 18,000 + 1,000 micro-dollars, and 16 for the two tokens that were counted of its text
        assert (attempt.cost, attempt.usage_estimated) == (Decimal("0.01903"), True)

    run(main())


def test_what_is_cached_for_an_hour_costs_twice_the_input() -> None:
    lifetimes = {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 300}
    told = {"type": "message_start", "message": {"usage": USED | {"cache_creation": lifetimes}}}
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}

    async def main() -> None:
        attempt = await booked(told, SAID, end, {"type": "message_stop"})
        # 14 + 18,000 + 250 + 1,200 + 16 micro-dollars
        assert (attempt.cost, attempt.usage_estimated) == (Decimal("0.01948"), False)

    run(main())

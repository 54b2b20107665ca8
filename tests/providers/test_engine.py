"""The engine against servers on loopback: what the user gets, what is booked, what the server saw."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from routerd.domain.attempt import AttemptStatus
from routerd.domain.errors import BadRequest, ContextTooLong, Exhausted, Unauthorized, Unfinished
from routerd.domain.money import Price
from routerd.domain.reply import Finish, Reply
from routerd.providers import KeyCache
from routerd.providers.client import ProviderClient
from tests.loopback import (
    Turn,
    Upstream,
    context_too_long,
    credential,
    cut_before_finish,
    error_in_200,
    error_in_stream,
    gzipped,
    hang,
    hang_mid_stream,
    malformed_chunk,
    no_such_model,
    rate_limited,
    redirect,
    reset,
    server_error,
    unacceptable,
    unsupported,
    usages,
)
from tests.providers.scene import (
    INPUT_TOKENS,
    LIMITS,
    PRICE,
    Witness,
    candidate,
    engine,
    outcome,
    provider,
    question,
    run,
)

HELLO = "Hello from the test upstream."


def test_a_whole_answer_comes_with_its_usage_and_its_exact_cost() -> None:
    async def main() -> None:
        async with Upstream() as upstream:
            observer = Witness()
            reply = await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/test-model"), observer)
            assert isinstance(reply, Reply)
            assert (reply.text, reply.finish) == (HELLO, Finish.STOP)
            prompt, completion = upstream.billed
            assert (reply.attempt.usage.input, reply.attempt.usage.output) == (prompt, completion)
            assert reply.attempt.cost == (prompt * PRICE.input + completion * PRICE.output) / Decimal(10**6)
            assert not reply.attempt.usage_estimated
            assert observer.attempts == []
            assert observer.counts[-1] >= completion
            assert observer.costs[-1] == (INPUT_TOKENS * PRICE.input + observer.counts[-1] * PRICE.output) / Decimal(
                10**6
            )
            body = upstream.seen[0].body
            assert (body["max_tokens"], body["stream_options"]) == (1000, {"include_usage": True})

    run(main())


FAILS_OVER = {
    "rate_limited": (rate_limited(60), AttemptStatus.RATE_LIMITED),
    "server": (server_error(503), AttemptStatus.SERVER_ERROR),
    "reset": (reset(), AttemptStatus.NETWORK),
    "reset mid-stream": (reset(1), AttemptStatus.NETWORK),
    "no first token": (hang(), AttemptStatus.TIMEOUT),
    "stalled": (hang_mid_stream(1), AttemptStatus.TIMEOUT),
    "heartbeats without tokens": (hang_mid_stream(1, heartbeat_s=0.05), AttemptStatus.TIMEOUT),
    "cut before finish": (cut_before_finish(), AttemptStatus.TRUNCATED),
    "malformed chunk": (malformed_chunk(), AttemptStatus.NETWORK),
    "error in 200": (error_in_200(), AttemptStatus.SERVER_ERROR),
    "error in stream": (error_in_stream(), AttemptStatus.SERVER_ERROR),
    "credential": (credential(401), AttemptStatus.CREDENTIAL),
    "no money": (credential(402), AttemptStatus.CREDENTIAL),
    "forbidden": (credential(403), AttemptStatus.CREDENTIAL),
    "no such model": (no_such_model(), AttemptStatus.BAD_REQUEST),
    "redirect": (redirect(), AttemptStatus.BAD_REQUEST),
    "filtered": (Turn(finish="content_filter"), AttemptStatus.TRUNCATED),
    "no finish reason": (Turn(finish=None), AttemptStatus.TRUNCATED),
}


@pytest.mark.parametrize("name", FAILS_OVER)
def test_the_next_provider_answers_at_once_and_the_failure_is_reported_once(name: str) -> None:
    turn, status = FAILS_OVER[name]

    async def main() -> None:
        async with Upstream([turn]) as bad, Upstream() as good:
            observer = Witness()
            providers = {"a": provider("a", bad.base_url), "b": provider("b", good.base_url)}
            reply = await outcome(engine(providers), candidate("a/m", "b/m"), observer)
            assert isinstance(reply, Reply), reply
            assert reply.text == HELLO
            assert observer.statuses == [status.value]
            assert (len(bad.seen), len(good.seen)) == (1, 1)
            assert str(reply.attempt.reason).startswith("not a/m: ")

    run(main())


def test_a_refused_connection_fails_over_and_costs_nothing() -> None:
    async def main() -> None:
        async with Upstream() as gone, Upstream() as good:
            await gone.refuse()
            observer = Witness()
            providers = {"a": provider("a", gone.base_url), "b": provider("b", good.base_url)}
            reply = await outcome(engine(providers), candidate("a/m", "b/m"), observer)
            assert isinstance(reply, Reply)
            assert (observer.statuses, observer.attempts[0].cost) == (["network"], Decimal(0))

    run(main())


def test_cancelling_closes_the_socket_and_books_what_had_arrived() -> None:
    async def main() -> None:
        async with Upstream([hang_mid_stream(1)]) as upstream:
            observer = Witness()
            running = engine({"a": provider("a", upstream.base_url)})
            task = asyncio.create_task(running.ask(question(), candidate("a/m"), observer))
            await upstream.wait_for(lambda u: bool(u.seen) and u.seen[0].hanging)
            while not observer.counts:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await upstream.wait_for(lambda u: u.seen[0].disconnected_at is not None)
            (attempt,) = observer.attempts
            assert attempt.status is AttemptStatus.CANCELLED
            assert attempt.usage_estimated
            assert (attempt.usage.input, attempt.usage.output) == upstream.billed

    run(main())


def test_an_answer_cut_by_length_is_continued_and_joined() -> None:
    async def main() -> None:
        text = "abcdefgh" * 20
        turns = [Turn(reply=text[:80], finish="length"), Turn(reply=text[80:])]
        async with Upstream(turns) as upstream:
            observer = Witness()
            reply = await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/m"), observer)
            assert isinstance(reply, Reply)
            assert reply.text.startswith(text[:80])
            assert observer.statuses == ["truncated"]
            sent = upstream.seen[1].body["messages"]
            assert sent[-2] == {"role": "assistant", "content": text[:80]}

    run(main())


def test_an_answer_that_never_ends_is_a_clear_failure_and_not_an_answer() -> None:
    async def main() -> None:
        async with Upstream(otherwise=Turn(finish="length")) as upstream:
            observer = Witness()
            fault = await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/m"), observer)
            assert isinstance(fault, Unfinished)
            assert "longer than 1000 tokens" in str(fault)
            assert observer.statuses == ["truncated"] * 3

    run(main())


def test_a_model_that_only_thinks_until_its_limit_makes_way_for_the_next() -> None:
    async def main() -> None:
        thought = Turn(reply="", reasoning="Let me think about that.", finish="length")
        async with Upstream([thought]) as deep, Upstream() as good:
            observer = Witness()
            providers = {"a": provider("a", deep.base_url), "b": provider("b", good.base_url)}
            reply = await outcome(engine(providers), candidate("a/m", "b/m"), observer)
            assert isinstance(reply, Reply)
            assert observer.statuses == ["truncated"]
            assert reply.attempt.reason == "not a/m: it spent all of its 1000 output tokens on reasoning"

    run(main())


def test_a_continuation_that_would_cost_more_than_a_new_try_is_not_asked_for() -> None:
    async def main() -> None:
        dear = Price(input=Decimal(5), output=Decimal(1))
        async with Upstream([Turn(finish="length")]) as cut, Upstream() as good:
            providers = {"a": provider("a", cut.base_url), "b": provider("b", good.base_url)}
            reply = await outcome(engine(providers, price=lambda _: dear), candidate("a/m", "b/m"), Witness())
            assert isinstance(reply, Reply)
            assert len(good.seen[0].body["messages"]) == 2

    run(main())


def test_a_single_provider_is_tried_again_after_a_server_error() -> None:
    async def main() -> None:
        async with Upstream([server_error(500), reset()]) as upstream:
            observer = Witness()
            reply = await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/m"), observer)
            assert isinstance(reply, Reply)
            assert observer.statuses == ["server_error", "network"]

    run(main())


def test_when_all_are_in_cooldown_it_waits_visibly_and_then_asks() -> None:
    async def main() -> None:
        async with Upstream([rate_limited(0.8, "ms")]) as upstream:
            observer = Witness()
            reply = await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/m"), observer)
            assert isinstance(reply, Reply)
            assert any(stage.startswith("waiting 1 s for a/m: rate limited") for stage in observer.stages)
            assert upstream.seen[1].at - upstream.seen[0].at >= 0.8

    run(main())


def test_a_wait_past_the_deadline_is_not_begun() -> None:
    async def main() -> None:
        async with Upstream([rate_limited(60)]) as upstream:
            observer = Witness()
            loop = asyncio.get_running_loop()
            began = loop.time()
            fault = await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/m"), observer)
            assert isinstance(fault, Exhausted)
            assert loop.time() - began < LIMITS.total_s / 2
            assert "rate limited (429), asks to wait 60 s" in str(fault)

    run(main())


def test_waiting_can_be_cancelled_and_books_no_attempt_for_it() -> None:
    async def main() -> None:
        async with Upstream([rate_limited(2)]) as upstream:
            observer = Witness()
            running = engine({"a": provider("a", upstream.base_url)})
            task = asyncio.create_task(running.ask(question(), candidate("a/m"), observer))
            while not any(stage.startswith("waiting") for stage in observer.stages):
                await asyncio.sleep(0.005)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert observer.statuses == ["rate_limited"]

    run(main())


def test_a_refused_key_is_said_with_its_source_and_never_shown() -> None:
    async def main() -> None:
        async with Upstream(keys=["right"]) as upstream:
            observer = Witness()
            fault = await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/m"), observer)
            assert isinstance(fault, Unauthorized)
            assert "a refused the key from environment variable A_API_KEY (401)" in str(fault)
            assert "key-a" not in str(fault)

    run(main())


def test_a_refused_key_is_not_tried_again_until_it_changes() -> None:
    async def main() -> None:
        async with Upstream(keys=["right"]) as upstream:
            keys = iter(["wrong", "wrong", "right"])
            running = engine({"a": provider("a", upstream.base_url)}, keys=KeyCache(lambda _: next(keys)))
            for _ in range(2):
                assert isinstance(await outcome(running, candidate("a/m"), Witness()), Unauthorized)
            assert len(upstream.seen) == 1
            # A person changes the key; the daemon reads it anew as the old one was refused.
            running = engine({"a": provider("a", upstream.base_url)}, keys=KeyCache(lambda _: next(keys)))
            assert isinstance(await outcome(running, candidate("a/m"), Witness()), Reply)

    run(main())


def test_a_prompt_that_is_too_long_goes_to_a_larger_window_or_is_said_so() -> None:
    async def main() -> None:
        async with Upstream(otherwise=context_too_long()) as small, Upstream() as large:
            providers = {"a": provider("a", small.base_url), "b": provider("b", large.base_url)}
            reply = await outcome(engine(providers), candidate("a/small", "b/large"), Witness())
            assert isinstance(reply, Reply)
            fault = await outcome(engine(providers), candidate("a/small"), Witness())
            assert isinstance(fault, ContextTooLong)

    run(main())


def test_a_request_that_one_provider_refuses_is_asked_of_the_next_and_never_twice_of_one() -> None:
    async def main() -> None:
        async with Upstream(otherwise=unacceptable(422)) as bad, Upstream() as good:
            providers = {"a": provider("a", bad.base_url), "b": provider("b", good.base_url)}
            observer = Witness()
            assert isinstance(await outcome(engine(providers), candidate("a/m", "b/m"), observer), Reply)
            assert (observer.statuses, len(good.seen)) == (["bad_request"], 1)
            fault = await outcome(engine(providers), candidate("a/m", "a/n"), observer)
            assert isinstance(fault, BadRequest)
            assert "The request is not acceptable" in str(fault)
            assert len(bad.seen) == 3

    run(main())


@pytest.mark.parametrize("refused", ["max_tokens", "stream_options"])
def test_a_field_that_a_provider_refuses_is_left_out_and_that_is_remembered(refused: str) -> None:
    async def main() -> None:
        async with Upstream(rejects=[refused]) as upstream:
            running = engine({"a": provider("a", upstream.base_url)})
            first, second = Witness(), Witness()
            assert isinstance(await outcome(running, candidate("a/m"), first), Reply)
            assert isinstance(await outcome(running, candidate("a/m"), second), Reply)
            assert (first.statuses, second.statuses) == (["bad_request"], [])
            assert upstream.seen[0].body.keys() ^ upstream.seen[2].body.keys() >= {refused}

    run(main())


@pytest.mark.parametrize("shape", [usages.missing, usages.zero, usages.negative])
def test_usage_that_is_absent_or_nonsense_is_estimated_and_flagged(shape: usages.Usage) -> None:
    async def main() -> None:
        async with Upstream([Turn(usage=shape)]) as upstream:
            reply = await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/m"), Witness())
            assert isinstance(reply, Reply)
            assert reply.attempt.usage_estimated
            assert (reply.attempt.usage.input, reply.attempt.usage.output) == upstream.billed
            assert reply.attempt.usage.input == INPUT_TOKENS

    run(main())


def test_a_compressed_stream_is_read_as_any_other() -> None:
    async def main() -> None:
        async with Upstream([gzipped()]) as upstream:
            reply = await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/m"), Witness())
            assert isinstance(reply, Reply)
            assert reply.text == HELLO

    run(main())


def test_the_parameter_that_was_refused_by_name_alone_is_found() -> None:
    async def main() -> None:
        async with Upstream([unsupported("max_tokens")]) as upstream:
            reply = await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/m"), Witness())
            assert isinstance(reply, Reply)
            assert "max_completion_tokens" in upstream.seen[1].body

    run(main())


def test_only_openai_is_told_the_openai_organization(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-mine")

    async def main() -> None:
        async with Upstream() as upstream:
            await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/m"), Witness())
            assert not upstream.seen[0].headers.keys() & {"openai-organization", "openai-project"}

    run(main())
    client = ProviderClient("https://api.openai.com/v1", "key")._client
    assert (client.organization, client.project) == ("org-mine", "proj-mine")

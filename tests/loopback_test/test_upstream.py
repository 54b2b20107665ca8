"""What a real client sees of the loopback upstream, turn by turn; the other tests rest on these."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionChunk

from tests import loopback as up
from tests.loopback import Fault, InThread, RateLimit, Turn, Upstream, usages

KEY = "sk-not-a-real-key"
SAY: Any = [{"role": "user", "content": "Say something."}]
ROOT = Path(__file__).parents[2]


def client_of(upstream: Upstream, key: str = KEY, **options: Any) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=upstream.base_url, api_key=key, max_retries=0, timeout=5, **options)


async def said(upstream: Upstream, **options: Any) -> Any:
    async with client_of(upstream) as client:
        return await client.chat.completions.create(model="m", messages=SAY, **options)


async def streamed(upstream: Upstream, **options: Any) -> AsyncIterator[ChatCompletionChunk]:
    async with client_of(upstream) as client:
        asked: Any = {"stream": True, "stream_options": {"include_usage": True}, **options}
        chunks: Any = await client.chat.completions.create(model="m", messages=SAY, **asked)
        async for chunk in chunks:
            yield chunk


async def text_of(upstream: Upstream) -> tuple[str, str | None, Any]:
    """(text, finish reason, usage) of one stream, read to its end."""
    text, finish, usage = "", None, None
    async for chunk in streamed(upstream):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
    return text, finish, usage


async def raw(upstream: Upstream, stream: bool = True) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        body = {"model": "m", "messages": SAY, "stream": stream}
        return await client.post(upstream.base_url + "/chat/completions", json=body)


# ── right answers


async def test_a_whole_answer_has_text_finish_reason_and_usage() -> None:
    async with Upstream([Turn(reply="four words of text")]) as upstream:
        answer = await said(upstream)
    assert answer.choices[0].message.content == "four words of text"
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == upstream.billed == (4, 5)


async def test_a_stream_gives_the_same_text_and_usage_in_a_last_chunk_without_choices() -> None:
    async with Upstream([Turn(reply="a ümlaut and 🎉 " * 5)]) as upstream:
        chunks = [chunk async for chunk in streamed(upstream)]
    assert "".join(c.choices[0].delta.content or "" for c in chunks[:-1]) == "a ümlaut and 🎉 " * 5
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == upstream.billed
    assert chunks[-2].choices[0].finish_reason == "stop"


async def test_a_stream_has_no_usage_unless_it_was_asked_for() -> None:
    async with Upstream() as upstream:
        chunks = [chunk async for chunk in streamed(upstream, stream_options=openai.omit)]
    assert all(chunk.usage is None for chunk in chunks)


async def test_a_stream_ends_with_done_and_each_event_is_one_data_line() -> None:
    async with Upstream() as upstream:
        response = await raw(upstream)
    assert response.headers["content-type"].startswith("text/event-stream")
    *events, done, nothing = response.text.split("\n\n")
    assert (done, nothing) == ("data: [DONE]", "")
    assert all(json.loads(event.removeprefix("data: "))["choices"] for event in events)


async def test_the_reply_can_be_a_function_of_the_request() -> None:
    async with Upstream(reply=lambda body: body["messages"][0]["content"].upper()) as upstream:
        assert (await said(upstream)).choices[0].message.content == "SAY SOMETHING."


async def test_turns_can_be_a_function_of_the_request() -> None:
    def choose(seen: up.Seen) -> Turn:
        return up.no_such_model() if seen.model == "m" else Turn()

    async with Upstream(choose) as upstream:
        with pytest.raises(openai.NotFoundError):
            await said(upstream)


async def test_a_max_tokens_of_the_request_is_obeyed_and_told() -> None:
    async with Upstream([Turn(reply="x" * 100)]) as upstream:
        answer = await said(upstream, max_tokens=3)
    assert answer.choices[0].message.content == "x" * 12
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 3


async def test_models_are_listed() -> None:
    async with Upstream(models=["a", "b"]) as upstream, client_of(upstream) as client:
        assert [model.id async for model in client.models.list()] == ["a", "b"]


async def test_reasoning_and_comments_stream_before_and_between_the_text() -> None:
    async with Upstream([Turn(reply="ok", reasoning="hmm", comments=True)]) as upstream:
        response = await raw(upstream)
    assert response.text.count(": still working") == 5  # role, reasoning, text, finish, done
    assert '"reasoning_content": "hmm"' in response.text


async def test_gzip_is_undone_by_the_client_as_it_arrives() -> None:
    async with Upstream([up.gzipped(), up.gzipped()], reply="zipped") as upstream:
        assert (await text_of(upstream))[0] == "zipped"
        assert (await said(upstream)).choices[0].message.content == "zipped"


# ── usage


@pytest.mark.parametrize(("name", "shape"), usages.NAMED.items(), ids=list(usages.NAMED))
async def test_every_shape_of_usage_arrives_as_it_was_made(name: str, shape: usages.Usage) -> None:
    async with Upstream([Turn(usage=shape)]) as upstream:
        body = (await raw(upstream, stream=False)).json()
    assert body.get("usage") == shape(*upstream.billed)
    assert name == "missing" or body["usage"]


async def test_usage_can_come_in_the_last_chunk_or_in_every_chunk() -> None:
    async with Upstream([Turn(usage_in="last chunk"), Turn(usage_in="every chunk")]) as upstream:
        last = [chunk.usage async for chunk in streamed(upstream)]
        every = [chunk.usage async for chunk in streamed(upstream)]
    assert [usage is not None for usage in last] == [False, False, False, True]
    growing = [usage.completion_tokens for usage in every if usage]
    assert growing == [4, 8, 8]


# ── faults


async def test_a_closed_port_refuses_and_opens_again_at_the_same_address() -> None:
    async with Upstream() as upstream, client_of(upstream) as client:
        await client.models.list()  # leaves an idle connection in the client's pool
        await upstream.refuse()
        with pytest.raises(openai.APIConnectionError):
            await client.models.list()
        await upstream.listen()
        await client.models.list()


async def test_a_closed_port_is_kept_from_others() -> None:
    async with Upstream() as upstream:
        await upstream.refuse()
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", upstream.port))
        await upstream.listen()


@pytest.mark.parametrize("kind", ["reset", "drop"])
@pytest.mark.parametrize("at", ["headers", 1, "finish", "done"])
@pytest.mark.parametrize("stream", [True, False])
async def test_a_broken_connection_is_an_error_at_any_place(kind: Any, at: Any, stream: bool) -> None:
    async with Upstream([Turn(fault=Fault(kind, at))]) as upstream:
        if at == "done" and not stream:
            return  # there is no [DONE] in an answer that is not streamed
        with pytest.raises(httpx2.TransportError):
            await raw(upstream, stream)
        assert upstream.seen[0].finished_at is not None


async def test_a_raw_socket_sees_a_reset_as_a_reset() -> None:
    body = json.dumps({"model": "m", "messages": SAY}).encode()
    with (
        InThread(Upstream([up.reset()])) as upstream,
        socket.create_connection(("127.0.0.1", upstream.port)) as s,
    ):
        s.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body))
        s.sendall(body)
        with pytest.raises(ConnectionResetError):
            s.recv(1)


async def test_a_hang_before_the_headers_ends_when_released() -> None:
    async with Upstream([up.hang()]) as upstream:
        asking = asyncio.create_task(said(upstream))
        await upstream.wait_for(lambda u: bool(u.seen) and u.seen[0].hanging)
        assert upstream.seen[0].status is None
        upstream.release()
        assert (await asking).choices[0].finish_reason == "stop"
        assert not upstream.seen[0].hanging


async def test_a_client_that_leaves_a_hanging_stream_is_seen_and_billed_for_what_was_sent() -> None:
    async with Upstream([up.hang_mid_stream(after=2)], reply="x" * 160) as upstream:

        async def read() -> None:
            async for _chunk in streamed(upstream):
                pass

        reading = asyncio.create_task(read())
        await upstream.wait_for(lambda u: bool(u.seen) and u.seen[0].hanging)
        reading.cancel()
        await upstream.wait_for(lambda u: u.seen[0].disconnected_at is not None)
        seen = upstream.seen[0]
    assert seen.finished_at is None
    assert seen.pieces_sent == 2
    assert (seen.billed.prompt_tokens, seen.billed.completion_tokens) == (4, 8)  # 32 of 160 characters


async def test_a_client_that_leaves_an_unstreamed_answer_is_seen_too() -> None:
    async with Upstream([up.slow_drip(delay_s=0.02, chunk_chars=1)], reply="x" * 400) as upstream:
        asking = asyncio.create_task(said(upstream))
        await upstream.wait_for(lambda u: bool(u.seen) and u.seen[0].pieces_sent >= 2)
        asking.cancel()
        await upstream.wait_for(lambda u: u.seen[0].over)
    assert upstream.seen[0].disconnected_at is not None
    assert 1 <= upstream.billed[1] < 100


async def test_heartbeats_keep_bytes_but_no_tokens_coming() -> None:
    async with Upstream([up.hang_mid_stream(after=1, heartbeat_s=0.01)]) as upstream:
        async with httpx2.AsyncClient() as client:
            body = {"model": "m", "messages": SAY, "stream": True}
            beats = 0
            async with client.stream("POST", upstream.base_url + "/chat/completions", json=body) as response:
                async for line in response.aiter_lines():
                    beats += line.startswith(":")
                    if beats == 3:
                        break
        await upstream.wait_for(lambda u: u.seen[0].disconnected_at is not None)
        assert upstream.seen[0].pieces_sent == 1


async def test_retry_after_comes_in_each_of_its_forms() -> None:
    forms: list[Any] = ["seconds", "float", "date", "ms", "both", "none"]
    async with Upstream([up.rate_limited(2.5, form) for form in forms]) as upstream:
        told = [(await raw(upstream)).headers for _ in forms]
    pairs = [(headers.get("retry-after"), headers.get("retry-after-ms")) for headers in told]
    date = parsedate_to_datetime(str(pairs.pop(2)[0]))
    assert pairs == [("2", None), ("2.500", None), (None, "2500"), ("2", "2500"), (None, None)]
    assert timedelta(seconds=0) < date - datetime.now(UTC) < timedelta(seconds=4)


@pytest.mark.parametrize(
    ("turn", "error", "code"),
    [
        (up.rate_limited(), openai.RateLimitError, "rate_limit_exceeded"),
        (up.server_error(500), openai.InternalServerError, None),
        (up.server_error(503), openai.InternalServerError, None),
        (up.server_error(529), openai.InternalServerError, None),
        (up.credential(401), openai.AuthenticationError, "invalid_api_key"),
        (up.credential(402), openai.APIStatusError, "insufficient_quota"),
        (up.credential(403), openai.PermissionDeniedError, "permission_denied"),
        (up.no_such_model(), openai.NotFoundError, "model_not_found"),
        (up.unacceptable(413), openai.APIStatusError, None),
        (up.unacceptable(422), openai.UnprocessableEntityError, None),
        (up.context_too_long(), openai.BadRequestError, "context_length_exceeded"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
async def test_a_refusal_is_the_openai_error_with_its_code_and_is_billed_nothing(
    turn: Turn, error: type[openai.APIStatusError], code: str | None, stream: bool
) -> None:
    async with Upstream([turn]) as upstream:
        with pytest.raises(error) as caught:
            await said(upstream, stream=stream)
    assert (caught.value.code, caught.value.status_code) == (code, turn.status)
    assert upstream.billed == (0, 0)


async def test_a_malformed_chunk_stands_between_good_ones() -> None:
    async with Upstream([up.malformed_chunk()]) as upstream:
        events = (await raw(upstream)).text.split("\n\n")
    with pytest.raises(ValueError, match="Unterminated string"):
        json.loads(events[2].removeprefix("data: "))
    assert events[-2] == "data: [DONE]"


async def test_cut_streams_end_well_formed_but_early() -> None:
    async with Upstream([up.cut_before_finish(), up.cut_before_finish(after=1), up.cut_before_done()]) as upstream:
        no_finish, no_rest, no_done = [(await raw(upstream)).text for _ in range(3)]
    assert "upstream." in no_finish
    assert '"stop"' not in no_finish
    assert "upstream." not in no_rest
    assert '"stop"' not in no_rest
    assert '"stop"' in no_done
    assert "[DONE]" not in no_done


async def test_a_cut_answer_that_is_not_streamed_has_no_finish_reason() -> None:
    async with Upstream([up.cut_before_finish(after=1)]) as upstream:
        choice = (await said(upstream)).choices[0]
    assert (choice.message.content, choice.finish_reason) == ("Hello from the t", None)


async def test_an_answer_cut_by_length_says_so() -> None:
    async with Upstream([up.cut_by_length()]) as upstream:
        assert (await text_of(upstream))[1] == "length"


async def test_a_slow_drip_takes_its_time_character_by_character() -> None:
    async with Upstream([up.slow_drip(delay_s=0.01)], reply="drip") as upstream:
        began = time.monotonic()
        assert (await text_of(upstream))[0] == "drip"
    assert time.monotonic() - began >= 0.04
    assert upstream.seen[0].pieces_sent == 4


async def test_an_error_can_hide_in_a_200_or_in_mid_stream() -> None:
    async with Upstream([up.error_in_200(), up.error_in_stream()]) as upstream:
        hidden = await raw(upstream)
        assert (hidden.status_code, list(hidden.json())) == (200, ["error"])
        with pytest.raises(openai.APIError, match="provider went away"):
            await text_of(upstream)


async def test_a_redirect_is_followed_to_the_next_turn() -> None:
    async with Upstream([up.redirect(), Turn(reply="over here")]) as upstream:
        assert (await said(upstream)).choices[0].message.content == "over here"
    assert [seen.path for seen in upstream.seen] == ["/v1/chat/completions", "/moved/v1/chat/completions"]


async def test_every_named_fault_can_be_ordered_as_json() -> None:
    for name, make in up.FAULTS.items():
        needed = {"field_name": "n"} if name == "unsupported" else {}
        assert up.turn_from_json({"fault": name, **needed}).status == make(**needed).status
    assert up.turn_from_json({"reply": "x", "usage": "zero"}) == Turn(reply="x", usage=usages.zero)


# ── limits, keys, quirks


async def test_a_rate_limit_lets_so_many_through_and_tells_when_the_next_may_come() -> None:
    now = 100.0
    async with Upstream(limit=RateLimit(requests=2, window_s=60), clock=lambda: now) as upstream:
        first, second, third = [await raw(upstream) for _ in range(3)]
        assert [r.status_code for r in (first, second, third)] == [200, 200, 429]
        assert second.headers["x-ratelimit-remaining-requests"] == "0"
        assert third.headers["retry-after"] == "60"
        now = 160.0
        assert (await raw(upstream)).status_code == 200


async def test_more_at_once_than_allowed_is_a_429() -> None:
    async with Upstream([up.hang(), Turn()], limit=RateLimit(concurrency=1)) as upstream:
        first = asyncio.create_task(raw(upstream))
        await upstream.wait_for(lambda u: len(u.seen) == 1)
        assert (await raw(upstream)).status_code == 429
        upstream.release()
        assert (await first).status_code == 200


async def test_a_wrong_key_is_refused_everywhere_and_no_key_is_kept() -> None:
    async with Upstream(keys=[KEY]) as upstream:
        await said(upstream)
        async with client_of(upstream, key="sk-wrong") as client:
            with pytest.raises(openai.AuthenticationError):
                await client.models.list()
    assert KEY not in repr(upstream.seen)
    assert upstream.seen[0].headers["authorization"] == up.fingerprint(KEY)


async def test_a_field_that_the_provider_does_not_know_is_a_400() -> None:
    async with Upstream(rejects=["max_tokens"]) as upstream:
        with pytest.raises(openai.BadRequestError) as caught:
            await said(upstream, max_tokens=5)
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", "max_tokens")


async def test_a_mistake_in_a_reply_function_fails_the_test_that_made_it() -> None:
    upstream = await Upstream(reply=lambda body: str(body["no such field"])).__aenter__()
    with pytest.raises(openai.APIConnectionError):
        await said(upstream)
    with pytest.raises(KeyError, match="no such field"):
        await upstream.__aexit__(None, None, None)


async def test_many_clients_at_once_are_each_answered_once() -> None:
    async with (
        Upstream(reply=lambda body: body["messages"][0]["content"]) as upstream,
        client_of(upstream) as client,
    ):

        async def ask(i: int) -> str | None:
            messages: Any = [{"role": "user", "content": f"number {i}"}]
            answer = await client.chat.completions.create(model="m", messages=messages)
            return answer.choices[0].message.content

        assert await asyncio.gather(*map(ask, range(60))) == [f"number {i}" for i in range(60)]
    assert sorted(seen.number for seen in upstream.seen) == list(range(60))


# ── from outside


def order(url: str, path: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(url.removesuffix("/v1") + path, data, timeout=5) as response:
        return json.load(response)


async def test_the_program_prints_its_url_takes_orders_and_ends_with_its_parent() -> None:
    command = [sys.executable, "-m", "tests.loopback", "--until-stdin-closes", "--reply", "from outside"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdin is not None
        url = program.stdout.readline().strip()
        ask = {"model": "m", "messages": SAY}
        assert order(url, "/v1/chat/completions", ask)["choices"][0]["message"]["content"] == "from outside"
        order(url, "/_turns", [{"fault": "server_error", "status": 500}])
        with pytest.raises(urllib.error.HTTPError, match="500"):
            order(url, "/v1/chat/completions", ask)
        with pytest.raises(urllib.error.HTTPError, match="400"):
            order(url, "/_turns", [{"fault": "no such fault"}])
        assert [seen["status"] for seen in order(url, "/_seen")] == [200, 500]
        order(url, "/_reset", {})
        assert order(url, "/_seen") == []
        program.stdin.close()
        assert program.wait(timeout=5) == 0

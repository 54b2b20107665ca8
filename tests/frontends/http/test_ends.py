"""Each way in which an answer ends: failover, limits, cuts, clients that leave, and money that runs out."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.frontends.http.running import Running, configuration, raw, running
from tests.loopback import (
    Turn,
    Upstream,
    context_too_long,
    credential,
    cut_before_finish,
    error_in_stream,
    hang,
    hang_mid_stream,
    rate_limited,
    reset,
    server_error,
    slow_drip,
)
from tests.loopback.turns import Fault
from tests.machine_lag import OwnTime

REPLY = "Hello from the test upstream, in several pieces, so that it can break off."
ASKED = {"content": "hi", "role": "user"}
REQUESTS: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"messages": [ASKED]},
    "/v1/responses": {"input": [ASKED]},
    "/v1/messages": {"messages": [ASKED], "max_tokens": 100},
}
PATHS = pytest.mark.parametrize("path", REQUESTS)


def asking(path: str, **fields: Any) -> dict[str, Any]:
    return {"model": "speed", **REQUESTS[path], **fields}


async def broken(gateway: Running, path: str) -> bytes:
    """What comes of a stream that must break off: its chunked body has no last chunk."""
    got = await raw(gateway, path, asking(path, stream=True))
    assert got.startswith(b"HTTP/1.1 200")
    assert b"Transfer-Encoding: chunked" in got
    assert not got.endswith(b"\r\n0\r\n\r\n")
    return got


@PATHS
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", [rate_limited(9), server_error(), reset(), credential(401), error_in_stream(0)])
async def test_another_deployment_answers_before_the_first_content(
    path: str, stream: bool, fault: Turn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        Upstream(otherwise=fault, reply=REPLY) as first,
        Upstream(reply=REPLY) as second,
        running(tmp_path, monkeypatch, configuration({"a": first, "b": second})) as gateway,
    ):
        status, headers, text = await gateway.post(path, asking(path, stream=stream))
        assert status == 200
        assert headers["x-routerd-model"] == "b/test-model"
        assert b"Hello" in text
        assert b"went away" not in text
        statuses = [row["status"] for row in gateway.rows()]
        assert statuses[-1] == "ok"
        assert len(statuses) == len(first.seen) + 1
        assert headers["x-routerd-attempts"] == str(len(statuses))
        assert gateway.held() == 0


@PATHS
async def test_a_cut_upstream_ends_with_an_error_and_without_an_end(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, fault in enumerate(
        (cut_before_finish(3), error_in_stream(3), Turn(fault=Fault("drop", 3)), reset(3)),
    ):
        turn = replace(fault, delay_s=0.02)  # so that something has left before
        folder = tmp_path / str(number)
        folder.mkdir()
        async with (
            Upstream(otherwise=turn, reply=REPLY) as upstream,
            Upstream(reply="never") as other,
            running(folder, monkeypatch, configuration({"a": upstream, "b": other})) as gateway,
        ):
            got = await broken(gateway, path)
            assert b"Hello" in got
            last = [line for line in got.decode().splitlines() if line.startswith("data:")][-1]
            told = json.loads(last[5:])
            assert "broke off" in json.dumps(told), told
            assert not other.seen, "nothing else may follow what has left"
            (row,) = gateway.rows()
            assert row["status"] != "ok"
            assert row["output"] > 3, "counted here, as no provider told it"
            assert row["usage_estimated"] == 1
            assert gateway.held() == 0


async def test_a_rate_limit_everywhere_is_told_with_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        Upstream(otherwise=rate_limited(7)) as first,
        Upstream(otherwise=rate_limited(3)) as second,
        running(tmp_path, monkeypatch, configuration({"a": first, "b": second})) as gateway,
    ):
        for _ in range(2):
            status, headers, _ = await gateway.post("/v1/chat/completions", asking("/v1/chat/completions"))
            assert status == 429
            assert 1 <= int(headers["retry-after"]) <= 3
            assert "x-should-retry" not in headers
        assert (len(first.seen), len(second.seen)) == (1, 1), "the second request knows it already"


async def test_a_refusal_of_the_request_itself_passes_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        Upstream(otherwise=context_too_long()) as upstream,
        running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway,
    ):
        status, headers, text = await gateway.post("/v1/chat/completions", asking("/v1/chat/completions"))
        assert (status, headers["x-should-retry"]) == (400, "false")
        assert json.loads(text)["error"]["code"] == "context_length_exceeded"


@PATHS
@pytest.mark.parametrize("turn", [hang(), hang_mid_stream(2), slow_drip(0.02)])
async def test_a_client_that_leaves_closes_the_upstream_and_is_booked(
    path: str, turn: Turn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        Upstream(otherwise=turn, reply=REPLY) as upstream,
        running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway,
    ):
        sent = asyncio.ensure_future(gateway.post(path, asking(path, stream=True)))
        await upstream.wait_for(lambda one: bool(one.seen) and (one.seen[0].hanging or one.seen[0].pieces_sent > 1))
        await asyncio.sleep(0.05)
        with OwnTime() as taken:
            sent.cancel()
            await upstream.wait_for(lambda one: one.seen[0].disconnected_at is not None)
        assert taken.seconds < 0.25
        await asyncio.sleep(0.02)
        (row,) = gateway.rows()
        assert row["status"] == "cancelled"
        assert row["cost"] > 0
        assert gateway.held() == 0


@PATHS
async def test_what_the_budget_does_not_allow_is_refused_once(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("daily", "monthly", "session")):
        folder = tmp_path / str(number)
        folder.mkdir()
        budget = f'[budget]\n{name} = "0.000001"\n'
        async with (
            Upstream() as upstream,
            running(folder, monkeypatch, configuration({"a": upstream}, budget)) as gateway,
        ):
            headers = {"x-session-id": "one"}
            status, answered, text = await gateway.post(path, asking(path), headers)
            assert (status, answered["x-should-retry"]) == (400, "false")
            told = json.loads(text)["error"]
            assert told["type"] == "insufficient_quota"
            assert told["code"] == "insufficient_quota"
            assert name in told["message"]
            assert not upstream.seen
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        status, _, text = await gateway.post(path, asking(path), {"x-routerd-max-cost": "0.0000001"})
        assert (status, json.loads(text)["error"]["code"]) == (400, "insufficient_quota")
        status, _, _ = await gateway.post(path, asking(path), {"x-routerd-max-cost": "much"})
        assert status == 400
        assert not upstream.seen


async def test_under_a_cap_only_the_limit_of_the_answer_is_lowered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        path = "/v1/chat/completions"
        body = asking(path, max_tokens=32_000, seed=7)
        status, _, _ = await gateway.post(path, body, {"x-routerd-max-cost": "0.01"})
        assert status == 200
        seen = upstream.seen[0].body
        assert seen == {**body, "model": "test-model", "max_tokens": seen["max_tokens"]}
        assert 1_000 < seen["max_tokens"] <= 2_000, "0.01 dollars at 5 dollars a million"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses"])
async def test_under_a_cap_an_answer_in_one_piece_without_a_limit_gets_one(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"max_tokens", "max_completion_tokens", "max_output_tokens"}
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        body = {name: value for name, value in asking(path).items() if name not in names | {"stream"}}
        assert (await gateway.post(path, body, {"x-routerd-max-cost": "0.01"}))[0] == 200
        (limit,) = names & upstream.seen[0].body.keys()
        assert 1_000 < upstream.seen[0].body[limit] <= 2_000, "0.01 dollars at 5 dollars a million"
        assert (await gateway.post(path, body))[0] == 200
        assert not names & upstream.seen[1].body.keys(), "nothing is added where all of it is allowed"


async def test_of_two_limits_the_higher_one_is_reserved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        path = "/v1/chat/completions"
        body = asking(path) | {"max_completion_tokens": 10, "max_tokens": 32_000}
        assert (await gateway.post(path, body, {"x-routerd-max-cost": "0.01"}))[0] == 200
        assert upstream.seen[0].body["max_completion_tokens"] == 10
        assert upstream.seen[0].body["max_tokens"] <= 2_000, "whichever a provider heeds"


async def test_a_stream_that_outgrows_the_budget_is_cut_and_booked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "several words of an answer " * 4_000
    async with (
        Upstream(otherwise=Turn(reply=long, chunk_chars=200, delay_s=0.0005)) as upstream,
        running(tmp_path, monkeypatch, configuration({"a": upstream}, '[budget]\ndaily = "0.03"\n')) as gateway,
    ):
        got = await broken(gateway, "/v1/chat/completions")
        assert b"insufficient_quota" in got
        (row,) = gateway.rows()
        assert row["status"] == "cancelled"
        assert 0.02e12 < row["cost"] < 0.04e12
        assert gateway.held() == 0


async def test_rows_say_who_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        path = "/v1/messages"
        token = gateway.tokens.of("aider")
        own = {"x-claude-code-session-id": "s-1", "user-agent": "claude-cli/2.1 (external)", "x-routerd-project": "p"}
        await gateway.post(path, asking(path), own)
        await gateway.post(path, asking(path), {"authorization": f"Bearer {token}", "user-agent": "OpenAI/Python 3"})
        first, second = gateway.rows()
        assert (first["frontend"], first["client"], first["session"]) == ("http", "claude-cli", "s-1")
        assert first["project"] == "p"
        assert (second["client"], second["session"]) == ("aider", None)

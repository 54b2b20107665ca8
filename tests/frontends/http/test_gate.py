"""Who is let in, and what every kind of bad request is told, in the words of the API that was asked."""

from __future__ import annotations

import asyncio
import gzip
import json
import stat
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.frontends.http.running import Running, configuration, running, sent
from tests.loopback import Upstream

CHAT = {"model": "speed", "messages": [{"role": "user", "content": "hi"}]}
PATHS = ("/v1/chat/completions", "/v1/responses", "/v1/messages")


def request_of(gateway: Running, *lines: str, body: bytes = b"", version: str = "1.1") -> bytes:
    head = [f"POST /v1/chat/completions HTTP/{version}", *lines, f"content-length: {len(body)}", "connection: close"]
    return "\r\n".join([*head, "", ""]).encode() + body


async def test_hosts_and_origins_of_others_are_refused_before_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        port, token = gateway.port, f"authorization: Bearer {gateway.token}"
        body = json.dumps(CHAT).encode()
        for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}"):
            assert b" 200 " in (await sent(gateway, request_of(gateway, f"host: {host}", token, body=body)))[:20]
        for lines in (
            [f"host: evil.example:{port}"],
            [f"host: 127.0.0.1.evil.example:{port}"],
            ["host: 127.0.0.1"],
            [f"host: 127.0.0.1:{port + 1 if port < 65_535 else 1}"],
            [f"host: localhost:{port}@evil.example"],
            [f"host: 0.0.0.0:{port}"],
            [f"host: 127.0.0.1:{port}", "host: evil.example"],
            [f"host: 127.0.0.1:{port}", f"origin: http://127.0.0.1:{port}"],
            [f"host: 127.0.0.1:{port}", "origin: null"],
            [],
        ):
            answer = await sent(gateway, request_of(gateway, *lines, token, body=body))
            assert answer[9:12] in (b"403", b"400"), (lines, answer[:100])
            assert b"access-control" not in answer.lower()
        assert len(upstream.seen) == 3


async def test_a_right_token_in_three_ways_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        url = f"{gateway.url}/v1/chat/completions"
        for name, value in (
            ("Authorization", f"Bearer {gateway.token}"),
            ("x-api-key", gateway.token),
            ("api-key", gateway.token),
        ):
            async with gateway.session.post(url, json=CHAT, headers={name: value}) as answer:
                assert answer.status == 200
        wrong = ("", "x", gateway.token[:-1], gateway.token + "x", gateway.token.swapcase())
        for token in wrong:
            async with gateway.session.post(url, json=CHAT, headers={"x-api-key": token}) as answer:
                assert answer.status == 401
                assert (await answer.json())["error"]["code"] == "invalid_api_key"
        async with gateway.session.post(f"{gateway.url}/v1/messages", json=CHAT) as answer:
            assert (answer.status, (await answer.json())["error"]["type"]) == (401, "authentication_error")
        for method, path in (("HEAD", "/"), ("GET", "/"), ("GET", "/health")):
            async with gateway.session.request(method, gateway.url + path) as answer:
                assert answer.status == 200, "Claude Code looks there without a token"
        assert stat.S_IMODE(gateway.tokens.path.stat().st_mode) == 0o600
        assert len(gateway.token) >= 43, "256 bits in base64"
        assert len(upstream.seen) == 3


BAD: dict[str, tuple[bytes, int]] = {
    "no JSON": (b"hello", 400),
    "empty": (b"", 400),
    "a list": (b"[]", 400),
    "two values": (b'{"model":"speed"} {}', 400),
    "a key twice": (b'{"model":"speed","model":"logic"}', 400),
    "no model": (b'{"messages":[]}', 400),
    "a model of another kind": (b'{"model":1}', 400),
    "an unknown model": (b'{"model":"gpt-nobody","messages":[]}', 404),
    "stream of another kind": (b'{"model":"speed","messages":[],"stream":"yes"}', 400),
    "10,000 tools": (json.dumps({**CHAT, "tools": [{}] * 10_000}).encode(), 400),
    "deep nesting": (b'{"model":"speed","messages":' + b"[" * 200_000 + b"]" * 200_000 + b"}", 400),
    "no UTF-8": (b'{"model":"\xff"}', 400),
    "a limit below one": (b'{"model":"speed","messages":[],"max_tokens":0,"max_output_tokens":0}', 400),
    "over 32 MB": (b'{"model":"speed","messages":["' + b"x" * (33 << 20) + b'"]}', 413),
}


@pytest.mark.parametrize("path", PATHS)
async def test_each_bad_body_is_told_in_the_shape_of_the_api(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        for name, (body, expected) in BAD.items():
            status, headers, text = await gateway.post(path, body)
            assert (name, status) == (name, expected)
            assert headers["x-should-retry"] == "false"
            told = json.loads(text)
            assert told["error"]["message"].endswith("."), name
            assert told.get("type") == ("error" if path == "/v1/messages" else None)
        assert not upstream.seen


@pytest.mark.parametrize("count", [0, -1, True, "2", 1.5])
async def test_the_number_of_answers_is_a_number(
    count: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        status, _, text = await gateway.post("/v1/chat/completions", {**CHAT, "n": count})
        assert (status, b"'n'" in text) == (400, True)
        assert not upstream.seen


@pytest.mark.parametrize("amounts", [["nan"], ["-1"], ["1e-400"], ["1e9"], ["$1"], [""], ["1, 2"], ["٣"], ["0.1", "9"]])
async def test_a_cap_that_is_no_plain_amount_is_refused(
    amounts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        lines = [f"host: 127.0.0.1:{gateway.port}", f"authorization: Bearer {gateway.token}"]
        lines += ["content-type: application/json", *(f"x-routerd-max-cost: {amount}" for amount in amounts)]
        answer = await sent(gateway, request_of(gateway, *lines, body=json.dumps(CHAT).encode()))
        assert answer[9:12] == b"400"
        assert b"must be one amount of dollars" in answer
        assert not upstream.seen


@pytest.mark.parametrize(
    "lines",
    [
        ["content-length: -1"],
        ["transfer-encoding: chunked", "content-length: 3"],
        ["authorization: Bearer sk-secret\x01"],
        ["x-long: sk-secret" + "x" * 9_000],
        ["content-encoding: gzip"],
        ["content-encoding: br"],
    ],
)
async def test_what_cannot_be_read_is_never_logged(
    lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The library's own messages show the bytes at which it stopped."""
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        body = json.dumps({**CHAT, "messages": [{"role": "user", "content": "sk-secret"}]}).encode()
        head = [f"host: 127.0.0.1:{gateway.port}", f"authorization: Bearer {gateway.token}", *lines]
        answer = await sent(gateway, request_of(gateway, *head, body=body))
        assert answer[9:12] == b"400"
        assert "sk-secret" not in caplog.text
        assert gateway.token not in caplog.text
        assert not any(record.exc_info for record in caplog.records)
        assert not upstream.seen


async def test_other_ways_to_send_a_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
        body = json.dumps(CHAT).encode()

        async def chunks() -> AsyncGenerator[bytes]:
            for at in range(0, len(body), 7):
                yield body[at : at + 7]

        headers = {"authorization": f"Bearer {gateway.token}", "content-type": "application/json"}
        url = f"{gateway.url}/v1/chat/completions"
        async with gateway.session.post(url, data=chunks(), headers=headers) as answer:
            assert answer.status == 200, "chunked"
        packed = {**headers, "content-encoding": "gzip"}
        async with gateway.session.post(url, data=gzip.compress(body), headers=packed) as answer:
            assert answer.status == 200, "compressed"
        bomb = gzip.compress(b'{"model":"speed","x":"' + b"x" * (40 << 20) + b'"}')
        async with gateway.session.post(url, data=bomb, headers=packed) as answer:
            assert answer.status == 413, "compressed to less than it holds"
        ours = (f"host: 127.0.0.1:{gateway.port}", f"authorization: Bearer {gateway.token}")
        old = await sent(gateway, request_of(gateway, *ours, body=body, version="1.0"))
        assert b" 200 " in old[:20]
        assert old.endswith(b"}")
        one = request_of(gateway, *ours, body=body).replace(b"connection: close\r\n", b"")
        both = await sent(gateway, one + request_of(gateway, *ours, body=body))
        assert both.count(b"HTTP/1.1 200") >= 1, "pipelined requests are answered in their order"
        idle = [await asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(200)]
        assert (await gateway.post("/v1/chat/completions", CHAT))[0] == 200, "beside 200 idle connections"
        for _, writer in idle:
            writer.close()


async def test_without_a_key_a_client_is_told_once_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch, "") as gateway:
        for path in PATHS:
            body = {"model": "auto", "messages": CHAT["messages"], "input": "hi", "max_tokens": 9}
            headers = {"x-api-key": gateway.token}
            async with gateway.session.post(gateway.url + path, json=body, headers=headers) as answer:
                assert (answer.status, answer.headers["x-should-retry"]) == (400, "false")
                assert "routerd config init" in (await answer.json())["error"]["message"]

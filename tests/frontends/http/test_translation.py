"""Clients of each API before a provider of each other API: real SDKs, whole and streamed."""

from __future__ import annotations

import json
from pathlib import Path

import anthropic
import openai
import pytest

from tests.frontends.http.running import configuration, running
from tests.loopback import Turn, Upstream

REPLY = "Hello from the test upstream, in several pieces."


@pytest.mark.parametrize("dialect", ["chat", "responses", "messages"])
async def test_every_sdk_before_a_provider_of_one_api(
    dialect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        Upstream(reply=REPLY) as upstream,
        running(tmp_path, monkeypatch, configuration({"a": upstream}, dialects=f'"{dialect}"')) as gateway,
    ):
        client = openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.token, max_retries=0)
        other = anthropic.AsyncAnthropic(base_url=gateway.url, auth_token=gateway.token, max_retries=0)
        chat = await client.chat.completions.create(model="speed", messages=[{"role": "user", "content": "hi"}])
        assert chat.choices[0].message.content == REPLY
        pieces = await client.chat.completions.create(
            model="speed", messages=[{"role": "user", "content": "hi"}], stream=True
        )
        assert "".join([piece.choices[0].delta.content or "" async for piece in pieces if piece.choices]) == REPLY
        assert (await client.responses.create(model="speed", input="hi")).output_text == REPLY
        async with client.responses.stream(model="speed", input="hi") as events:
            assert (await events.get_final_response()).output_text == REPLY
        async with other.messages.stream(
            model="speed", max_tokens=100, messages=[{"role": "user", "content": "hi"}]
        ) as stream:
            assert "".join([text async for text in stream.text_stream]) == REPLY
        await client.close()
        await other.close()
        path = {"chat": "/chat/completions", "responses": "/responses", "messages": "/messages"}[dialect]
        assert {seen.asked for seen in upstream.seen} == {path}
        rows = gateway.rows()
        assert [row["status"] for row in rows] == ["ok"] * 5
        assert not any(row["usage_estimated"] for row in rows)


async def test_hints_are_dropped_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        Upstream(reply=REPLY) as upstream,
        running(tmp_path, monkeypatch, configuration({"a": upstream}, dialects='"chat"')) as gateway,
    ):
        body = {
            "model": "speed",
            "max_tokens": 50,
            "messages": [{"role": "user", "content": "hi"}],
            "context_management": {"edits": []},
        }
        status, headers, text = await gateway.post("/v1/messages", body)
        assert (status, json.loads(text)["content"][0]["text"]) == (200, REPLY)
        assert "context_management" in headers["x-routerd-dropped"]
        assert "context_management" not in upstream.seen[0].body


@pytest.mark.parametrize(
    ("path", "native"), [("/v1/chat/completions", "chat"), ("/v1/messages", "messages"), ("/v1/responses", "responses")]
)
@pytest.mark.parametrize("stream", [False, True])
async def test_where_the_api_s_own_provider_fails_one_of_another_api_is_asked(
    path: str, native: str, stream: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider that offers the client's API is asked first, wherever it stands in the tier."""
    other = "messages" if native == "chat" else "chat"
    async with Upstream(otherwise=Turn(status=503)) as failing, Upstream(reply=REPLY) as works:
        configured = configuration({"b": works, "a": failing}, dialects='"?"')
        configured = configured.replace('"?"', f'"{other}"', 1).replace('"?"', f'"{native}"', 1)
        async with running(tmp_path, monkeypatch, configured) as gateway:
            words = {"input": "hi"} if native == "responses" else {"messages": [{"role": "user", "content": "hi"}]}
            body = {"model": "speed", "stream": stream, **words}
            if native == "messages":
                body["max_tokens"] = 50
            status, headers, text = await gateway.post(path, body)
            assert (status, headers["x-routerd-model"]) == (200, "b/test-model")
            assert REPLY.rsplit(maxsplit=1)[-1] in text.decode()
            assert [seen.asked for seen in failing.seen] == [path.removeprefix("/v1")]
            assert [row["status"] for row in gateway.rows()] == ["server_error", "ok"]


async def test_what_another_api_cannot_carry_is_no_reason_to_say_less_of_the_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outage is worth another try by the client: it stays an outage, whatever the second provider cannot take."""
    async with Upstream(otherwise=Turn(status=503)) as failing, Upstream(reply=REPLY) as works:
        configured = configuration({"a": failing, "b": works}, dialects='"?"')
        configured = configured.replace('"?"', '"chat"', 1).replace('"?"', '"messages"', 1)
        async with running(tmp_path, monkeypatch, configured) as gateway:
            body = {"model": "speed", "n": 2, "messages": [{"role": "user", "content": "hi"}]}
            status, _, _ = await gateway.post("/v1/chat/completions", body)
            assert status in (429, 502, 503)
            assert not works.seen

"""What passes through: byte for byte but for the model, in each API, whole and streamed, with real SDKs too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from tests.frontends.http.running import KEY, configuration, running
from tests.loopback import Turn, Upstream, fingerprint

REPLY = "Hello from the test upstream, in several pieces."
BODIES: dict[str, bytes] = {
    "/v1/chat/completions": b' {"x_unknown": {"b":1,  "a":[2.50]},"model" : "logic", "messages":[{"role":"user",'
    b'"content":"h\\u00e9 \xc3\xa9"}],"tools":[{"type":"odd"}], "max_tokens": 50 }',
    "/v1/responses": b'{"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}],'
    b'"store":false,  "model":"logic","include":["reasoning.encrypted_content"]}',
    "/v1/messages": b'{"max_tokens":50,"messages":[{"role":"user","content":[{"type":"text","text":"hi",'
    b'"cache_control":{"type":"ephemeral"}}]}],"model":"logic","thinking":{"type":"adaptive"}}',
}


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("stream", [False, True])
async def test_a_body_passes_byte_for_byte_but_for_the_model(
    path: str, stream: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        Upstream(reply=REPLY, keys=[KEY]) as upstream,
        running(tmp_path, monkeypatch, configuration({"local": upstream})) as gateway,
    ):
        body = BODIES[path].rstrip()
        asked = b',"stream_options":{"include_usage":true}' if path.endswith("completions") else b""
        if stream:
            body = body[:-1] + b',"stream":true' + asked + b"}"
        headers = {"anthropic-beta": "one,two", "x-stainless-lang": "js", "cookie": "secret", "x-odd": "1"}
        status, answered, text = await gateway.post(f"{path}?beta=true", body, headers)
        seen = upstream.seen[0]
        assert status == 200
        assert seen.raw == body.replace(b'"logic"', b'"test-model"')
        assert REPLY.split(",", maxsplit=1)[0][:16].encode() in text
        assert seen.headers["anthropic-beta"] == "one,two"
        assert seen.headers["x-stainless-lang"] == "js"
        assert not {"cookie", "x-odd", "origin"} & seen.headers.keys()
        shown = {seen.headers.get("authorization"), seen.headers.get("x-api-key")} - {None}
        assert shown == {fingerprint(KEY)}, "the provider's key, never the client's"
        assert answered["x-routerd-tier"] == "logic"
        assert answered["x-routerd-model"] == "local/test-model"
        assert answered["x-routerd-attempts"] == "1"
        assert KEY not in str(dict(answered)) + text.decode()
        (row,) = gateway.rows()
        assert (row["status"], row["tier"], row["usage_estimated"]) == ("ok", "logic", 0)
        assert (row["input"], row["output"]) == seen_tokens(upstream)
        assert gateway.held() == 0
        if not stream:
            assert answered["x-routerd-cost"] == f"{row['cost'] / 1e12:.6f}"


def seen_tokens(upstream: Upstream) -> tuple[int, int]:
    return upstream.billed


async def test_the_answer_is_the_same_bytes_as_asked_directly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        Upstream(lambda seen: Turn(reply=REPLY)) as upstream,
        running(tmp_path, monkeypatch, configuration({"local": upstream})) as gateway,
    ):
        for number, path in enumerate(BODIES):
            body = json.loads(BODIES[path]) | {"stream": True, "stream_options": {"include_usage": True}}
            _, _, through = await gateway.post(path, body)
            async with gateway.session.post(
                upstream.base_url + path.removeprefix("/v1"), json=body | {"model": "test-model"}
            ) as answer:
                direct = await answer.read()
            ids = (f"-{2 * number + 1}", f"_{2 * number + 1}"), (f"-{2 * number}", f"_{2 * number}")
            for own, other in zip(*ids, strict=True):
                direct = direct.replace(own.encode() + b'"', other.encode() + b'"')
            assert through == direct


@pytest.mark.parametrize("asks", [True, False])
async def test_usage_is_asked_upstream_and_told_only_to_those_who_asked(
    asks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        Upstream(reply=REPLY) as upstream,
        running(tmp_path, monkeypatch, configuration({"local": upstream})) as gateway,
    ):
        body: dict[str, Any] = {"model": "speed", "messages": [{"role": "user", "content": "hi"}], "stream": True}
        if asks:
            body["stream_options"] = {"include_usage": True}
        _, _, text = await gateway.post("/v1/chat/completions", body)
        assert upstream.seen[0].body["stream_options"] == {"include_usage": True}
        assert (b'"usage"' in text) is asks
        assert text.endswith(b"data: [DONE]\n\n")
        (row,) = gateway.rows()
        assert row["usage_estimated"] == 0
        assert row["output"] == upstream.billed[1]


@pytest.mark.parametrize("prefix", ["", "/v1"])
@pytest.mark.parametrize("slash", ["", "/"])
async def test_each_endpoint_with_and_without_its_version_and_a_slash(
    prefix: str, slash: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        Upstream() as upstream,
        running(tmp_path, monkeypatch, configuration({"local": upstream})) as gateway,
    ):
        for path, body in BODIES.items():
            status, _, _ = await gateway.post(prefix + path.removeprefix("/v1") + slash, body)
            assert status == 200
        status, _, text = await gateway.post(f"{prefix}/messages/count_tokens{slash}", BODIES["/v1/messages"])
        assert (status, json.loads(text)) == (200, {"input_tokens": 1})
        headers = {"x-api-key": gateway.token}
        async with gateway.session.get(f"{gateway.url}{prefix}/models{slash}", headers=headers) as answer:
            listed = [model["id"] for model in (await answer.json())["data"]]
        assert listed == ["auto", "utility", "speed", "logic", "architect", "local/test-model"]
        status, _, text = await gateway.post(f"{prefix}/nothing{slash}", {})
        assert (status, json.loads(text)["error"]["code"]) == (404, "not_found")
        assert len(gateway.rows()) == len(BODIES), "counting tokens is no attempt"


async def test_the_openai_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        Upstream(reply=REPLY) as upstream,
        running(tmp_path, monkeypatch, configuration({"local": upstream})) as gateway,
    ):
        client = openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.token)
        chat = await client.chat.completions.create(model="auto", messages=[{"role": "user", "content": "explain it"}])
        assert chat.choices[0].message.content == REPLY
        assert chat._request_id
        response = await client.responses.create(model="speed", input="hi")
        assert response.output_text == REPLY
        async with client.responses.stream(model="speed", input="hi") as events:
            final = await events.get_final_response()
        assert final.output_text == REPLY
        pieces = await client.chat.completions.create(
            model="local/test-model", messages=[{"role": "user", "content": "hi"}], stream=True
        )
        assert "".join([piece.choices[0].delta.content or "" async for piece in pieces if piece.choices]) == REPLY
        vectors = await client.embeddings.create(model="local/test-model", input=["one", "three"])
        assert [vector.embedding for vector in vectors.data] == [[3.0, 1.0], [5.0, 1.0]]
        assert (await client.models.retrieve("auto")).id == "auto"
        with pytest.raises(openai.NotFoundError) as missing:
            await client.chat.completions.create(model="gpt-nobody", messages=[{"role": "user", "content": "hi"}])
        assert missing.value.code == "model_not_found"
        assert "architect" in str(missing.value)
        await client.close()
        assert [row["action"] for row in gateway.rows()] == ["chat", "responses", "responses", "chat", "embeddings"]
        assert all(row["status"] == "ok" for row in gateway.rows())


async def test_the_anthropic_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        Upstream(reply=REPLY) as upstream,
        running(tmp_path, monkeypatch, configuration({"local": upstream})) as gateway,
    ):
        client = anthropic.AsyncAnthropic(base_url=gateway.url, auth_token=gateway.token)
        asked: Any = {"model": "claude-haiku-4-5", "max_tokens": 100, "messages": [{"role": "user", "content": "hi"}]}
        message = await client.messages.create(**asked)
        assert message.content[0].text == REPLY
        async with client.messages.stream(**asked) as stream:
            assert "".join([text async for text in stream.text_stream]) == REPLY
        counted = await client.messages.count_tokens(model="auto", messages=asked["messages"])
        assert counted.input_tokens == 1
        listed = await client.models.list()
        assert listed.data[0].id == "auto"
        await client.close()
        assert [row["tier"] for row in gateway.rows()] == ["utility", "utility"], "by the alias"

"""What the real SDKs do by themselves, against the gateway: retries, streaming helpers, parsed answers, vectors."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel

from tests.frontends.http.running import Running, configuration, running
from tests.loopback import ToolCall, Turn, Upstream, rate_limited, server_error, unacceptable

REPLY = "Hello from the test upstream, in several pieces."
HI: list[ChatCompletionMessageParam] = [{"role": "user", "content": "hi"}]
EVERY = '"chat", "responses", "messages"'
DIALECTS = pytest.mark.parametrize("dialects", [EVERY, '"chat"', '"messages"', '"responses"'])


class Parcel(BaseModel):
    """What is asked for as structured output."""

    weight: int
    zone: str


PARCEL = Parcel(weight=3, zone="north")


@dataclass
class Scene:
    upstream: Upstream
    gateway: Running
    openai: openai.AsyncOpenAI
    anthropic: anthropic.AsyncAnthropic


@pytest.fixture
def dialects() -> str:
    return EVERY


@pytest.fixture
async def scene(dialects: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    async with (
        Upstream(reply=REPLY) as upstream,
        running(tmp_path, monkeypatch, configuration({"local": upstream}, dialects=dialects)) as gateway,
        openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.token) as one,
        anthropic.AsyncAnthropic(base_url=gateway.url, auth_token=gateway.token) as other,
    ):
        yield Scene(upstream, gateway, one, other)


async def test_a_rate_limit_is_waited_for_as_long_as_it_says(scene: Scene) -> None:
    """Both SDKs read Retry-After and try again; the gateway tells them the true rest of the wait."""
    scene.upstream.then(rate_limited(1))
    told = await scene.openai.chat.completions.create(model="speed", messages=HI)
    assert told.choices[0].message.content == REPLY
    statuses = [row["status"] for row in scene.gateway.rows()]
    assert statuses == ["rate_limited", "ok"], "nothing is sent while the provider wants to be left alone"
    assert scene.upstream.seen[1].at - scene.upstream.seen[0].at >= 0.9


async def test_what_no_try_can_change_is_not_tried_again(scene: Scene) -> None:
    scene.upstream.then(unacceptable(400))
    with pytest.raises(openai.BadRequestError):
        await scene.openai.chat.completions.create(model="speed", messages=HI)
    scene.upstream.then(unacceptable(400))
    with pytest.raises(anthropic.BadRequestError):
        await scene.anthropic.messages.create(model="speed", max_tokens=9, messages=[{"role": "user", "content": "hi"}])
    assert len(scene.upstream.seen) == 2
    with pytest.raises(openai.NotFoundError):
        await scene.openai.chat.completions.create(model="nobody", messages=HI)
    with pytest.raises(openai.BadRequestError) as broke:
        await scene.openai.chat.completions.create(
            model="speed", messages=HI, extra_headers={"x-routerd-max-cost": "0"}
        )
    assert broke.value.code == "insufficient_quota"
    assert len(scene.upstream.seen) == 2


async def test_an_outage_is_tried_again_and_then_told(scene: Scene) -> None:
    scene.upstream.then(*[server_error(500)] * 40)
    patient = scene.openai.with_options(max_retries=1)
    with pytest.raises(openai.APIStatusError) as gone:
        await patient.chat.completions.create(model="speed", messages=HI)
    assert "No deployment of speed" in str(gone.value)
    assert int(gone.value.response.headers["retry-after"]) >= 1, "when the provider is tried again"
    assert {row["status"] for row in scene.gateway.rows()} == {"server_error"}


@DIALECTS
async def test_streaming_helpers_find_text_tools_and_ends(scene: Scene) -> None:
    call = ToolCall("look", {"path": "a.py"})
    scene.upstream.otherwise = Turn(reply=REPLY, calls=(call,))
    function = {"name": "look", "parameters": {"type": "object", "properties": {"path": {"type": "string"}}}}
    chat_tool: Any = {"type": "function", "function": function}
    async with scene.openai.chat.completions.stream(model="speed", messages=HI, tools=[chat_tool]) as events:
        kinds = {event.type async for event in events}
        whole = await events.get_final_completion()
    assert {"content.delta", "tool_calls.function.arguments.done"} <= kinds
    assert whole.choices[0].message.content == REPLY
    (called,) = whole.choices[0].message.tool_calls or []
    assert json.loads(called.function.arguments) == call.arguments
    assert whole.choices[0].finish_reason == "tool_calls"

    responses_tool: Any = {"type": "function", **function}
    async with scene.openai.responses.stream(model="speed", input="hi", tools=[responses_tool]) as told:
        assert "response.output_text.delta" in {event.type async for event in told}
        response = await told.get_final_response()
    (asked,) = [item for item in response.output if item.type == "function_call"]
    assert (response.output_text, json.loads(asked.arguments)) == (REPLY, call.arguments)

    tool: Any = {"name": "look", "input_schema": function["parameters"]}
    async with scene.anthropic.messages.stream(
        model="speed", max_tokens=400, messages=[{"role": "user", "content": "hi"}], tools=[tool]
    ) as stream:
        assert "input_json" in {event.type async for event in stream}
        message = await stream.get_final_message()
    assert [block.type for block in message.content] == ["text", "tool_use"]
    assert message.content[1].model_dump()["input"] == call.arguments
    assert message.stop_reason == "tool_use"
    rows = scene.gateway.rows()
    assert [row["status"] for row in rows] == ["ok"] * 3
    assert not any(row["usage_estimated"] for row in rows)


@pytest.mark.parametrize("dialects", [EVERY, '"chat"', '"responses"'])
async def test_structured_answers_are_parsed(scene: Scene) -> None:
    scene.upstream.otherwise = Turn(reply=PARCEL.model_dump_json())
    chat = await scene.openai.chat.completions.parse(model="speed", messages=HI, response_format=Parcel)
    assert chat.choices[0].message.parsed == PARCEL
    response = await scene.openai.responses.parse(model="speed", input="hi", text_format=Parcel)
    assert response.output_parsed == PARCEL
    sent = json.dumps([seen.body for seen in scene.upstream.seen])
    assert sent.count('"zone"') >= 4, "the schema went along"


async def test_vectors_come_as_they_were_asked_for(scene: Scene) -> None:
    plain = await scene.openai.embeddings.create(model="local/test-model", input=["one"], encoding_format="float")
    assert plain.data[0].embedding == [3.0, 1.0]
    own = await scene.openai.embeddings.create(model="local/test-model", input=["one"])
    assert own.data[0].embedding == [3.0, 1.0]
    packed: Any = (
        (await scene.openai.embeddings.create(model="local/test-model", input=["one"], encoding_format="base64"))
        .data[0]
        .embedding
    )
    assert struct.unpack("<2f", base64.b64decode(packed)) == (3.0, 1.0)
    assert scene.upstream.seen_embeddings[1].body["encoding_format"] == "base64", "what the SDK asks for by itself"


@DIALECTS
async def test_tokens_are_counted_wherever_the_provider_cannot(scene: Scene, dialects: str) -> None:
    long = await scene.anthropic.messages.count_tokens(
        model="speed",
        system="You are terse.",
        messages=[{"role": "user", "content": "hello " * 100}],
        tools=[{"name": "look", "input_schema": {"type": "object", "properties": {}}}],
    )
    assert 100 < long.input_tokens < 400
    assert scene.gateway.rows() == []

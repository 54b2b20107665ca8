"""A provider with another API than OpenAI's is one class behind ``Dialect``: here Anthropic's, over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from routerd.domain.prompt import Prompt
from routerd.domain.settings import Limits, Quirks
from routerd.providers.call import Heard, ProviderCall, answer
from routerd.providers.classify import classify
from routerd.providers.client import ProviderClient
from routerd.providers.dialect import Dialect
from routerd.providers.draft import Draft
from routerd.providers.failure import Failure, ProviderFaultError
from routerd.providers.usage import read_usage
from tests.providers.scene import question, run

EVENTS = (
    {"type": "message_start", "message": {"usage": {"input_tokens": 30, "output_tokens": 1}}},
    {"type": "ping"},
    {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Good "}},
    {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "day."}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"input_tokens": 30, "output_tokens": 4}},
    {"type": "message_stop"},
)


class Messages:
    """Anthropic's messages API."""

    path = "/messages"

    def headers(self, key: str) -> Mapping[str, str]:
        return {"x-api-key": key, "anthropic-version": "2023-06-01"}

    def body(self, model: str, prompt: Prompt, quirks: Quirks, max_output: int, so_far: str = "") -> dict[str, Any]:
        system = "\n".join(one.content for one in prompt.messages if one.role == "system")
        turns = [{"role": one.role, "content": one.content} for one in prompt.messages if one.role != "system"]
        return {"model": model, "system": system, "messages": turns, "max_tokens": max_output, "stream": True}

    def event(self, data: str) -> str:
        told = json.loads(data)
        if told["type"] == "message_stop":
            return "[DONE]"
        delta, usage = told.get("delta", {}), told.get("usage")
        if not delta:
            return ""
        choice = {"delta": {"content": delta.get("text")}, "finish_reason": delta.get("stop_reason")}
        return json.dumps({"choices": [choice], "usage": usage})


def test_another_api_is_one_class_behind_the_protocol() -> None:
    async def main() -> None:
        heads: list[str] = []
        bodies: list[dict[str, Any]] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            heads.append(head)
            bodies.append(json.loads(await reader.readexactly(length)))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            for event in EVENTS:
                writer.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        dialect: Dialect = Messages()
        client = ProviderClient(f"http://127.0.0.1:{port}/v1", "key-a", dialect=dialect)
        prompt = question().prompt
        draft = Draft()
        arrived: list[str] = []
        call = ProviderCall(dialect.body("m", prompt, Quirks(), 500), Limits(), 10.0, 0.0, True, 500)
        try:
            await answer(client, call, draft, Heard(lambda: None, arrived.append))
        finally:
            await client.close()
            server.close()
        assert heads[0].startswith("post /v1/messages ")
        assert "x-api-key: key-a\r\n" in heads[0]
        assert bodies[0]["max_tokens"] == 500
        assert (draft.text, "".join(arrived), draft.finish) == ("Good day.", "Good day.", "end_turn")
        usage = read_usage(draft.usage).usage
        assert (usage.all_input, usage.all_output) == (30, 4)

    run(main())


def test_an_error_of_another_api_is_read_as_every_other() -> None:
    told = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    chunks = [b": alive\n\n", b"data:\n\n", f"event: error\ndata: {json.dumps(told)}\n\n".encode()]

    async def main() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            writer.writelines(chunks)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = ProviderClient(f"http://127.0.0.1:{port}/v1", "key-a", dialect=Messages())
        call = ProviderCall({}, Limits(), 10.0, 0.0, True, 500)
        try:
            with pytest.raises(ProviderFaultError) as raised:
                await answer(client, call, Draft(), Heard(lambda: None, lambda text: None))
        finally:
            await client.close()
            server.close()
        assert classify(raised.value.fault) is Failure.OVERLOADED

    run(main())

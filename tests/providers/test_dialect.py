"""A provider with another API than OpenAI's is one class behind ``Dialect``: here Anthropic's, over a real socket."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from routerd.adapters.config import Sources, load
from routerd.domain.dialect_name import DialectName
from routerd.domain.money import Usage
from routerd.domain.prompt import Message
from routerd.domain.settings import Limits, Quirks
from routerd.providers.call import Heard, ProviderCall, answer
from routerd.providers.classify import classify
from routerd.providers.client import ProviderClient
from routerd.providers.dialect import Dialect
from routerd.providers.draft import Draft
from routerd.providers.failure import Failure, FaultKind, ProviderFaultError
from routerd.providers.messages_dialect import MESSAGES
from routerd.providers.sse import Event
from routerd.providers.usage import read_usage
from tests.providers.scene import question, run

EVENTS = (
    {"type": "message_start", "message": {"usage": {"input_tokens": 30, "output_tokens": 1}}},
    {"type": "ping"},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Greet."}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "by m"}},
    {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Good "}},
    {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "day."}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"input_tokens": 30, "output_tokens": 4}},
    {"type": "message_stop"},
)


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
        dialect: Dialect = MESSAGES
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
        assert "anthropic-version: 2023-06-01\r\n" in heads[0]
        assert "x-api-key: key-a\r\n" in heads[0]
        assert bodies[0]["max_tokens"] == 500
        assert (draft.text, "".join(arrived), draft.finish) == ("Good day.", "Greet.Good day.", "stop")
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
        client = ProviderClient(f"http://127.0.0.1:{port}/v1", "key-a", dialect=MESSAGES)
        call = ProviderCall({}, Limits(), 10.0, 0.0, True, 500)
        try:
            with pytest.raises(ProviderFaultError) as raised:
                await answer(client, call, Draft(), Heard(lambda: None, lambda text: None))
        finally:
            await client.close()
            server.close()
        assert classify(raised.value.fault) is Failure.OVERLOADED

    run(main())


def _draft(events: list[dict[str, Any]]) -> Draft:
    """What is read of a stream of Messages."""
    chunks, draft = MESSAGES.chunks(), Draft()
    for event in events:
        for chunk in chunks(json.dumps(event)):
            draft.event(Event(chunk))
    return draft


_SAID = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x"}}


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("end_turn", None),
        ("stop_sequence", None),
        ("max_tokens", FaultKind.LENGTH),
        ("model_context_window_exceeded", FaultKind.LENGTH),
        ("refusal", FaultKind.FILTERED),
    ],
)
def test_why_it_stopped_is_read_by_meaning(reason: str, fault: FaultKind | None) -> None:
    draft = _draft([_SAID, {"type": "message_delta", "delta": {"stop_reason": reason}}, {"type": "message_stop"}])
    if fault is None:
        draft.commit(True)
        return
    with pytest.raises(ProviderFaultError) as raised:
        draft.commit(True)
    assert raised.value.fault.sign is fault


def test_a_reason_that_is_not_known_is_a_failed_attempt_with_that_word() -> None:
    with pytest.raises(ProviderFaultError) as raised:
        _draft([_SAID, {"type": "message_delta", "delta": {"stop_reason": "pause_turn"}}, {"type": "message_stop"}])
    assert "pause_turn" in raised.value.fault.message


def test_a_reason_with_a_bill_is_a_whole_answer_although_the_last_event_is_missing() -> None:
    draft = _draft(list(EVENTS[:-1]))
    draft.commit(True)
    assert draft.usage == _draft(list(EVENTS)).usage


@pytest.mark.parametrize("kept", range(len(EVENTS) - 1))
def test_a_stream_that_is_cut_anywhere_else_is_no_answer(kept: int) -> None:
    with pytest.raises(ProviderFaultError) as raised:
        _draft(list(EVENTS[:kept])).commit(True)
    assert raised.value.fault.sign is FaultKind.CUT


def test_what_the_cache_read_and_wrote_is_counted_once() -> None:
    begun = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 300,
        "cache_read_input_tokens": 2000,
        "output_tokens": 1,
    }
    draft = _draft(
        [
            {"type": "message_start", "message": {"usage": begun}},
            _SAID,
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 40}},
            {"type": "message_stop"},
        ]
    )
    assert read_usage(draft.usage).usage == Usage(10, 2000, 300, 40)


def test_what_stays_the_same_is_marked_for_the_cache_and_a_continuation_is_two_turns_more() -> None:
    prompt = replace(question().prompt, messages=(Message("system", "Be terse."), Message("user", "Hello.")))
    body = MESSAGES.body("m", prompt, Quirks(extra_body={"thinking": {"type": "disabled"}}), 500)
    assert body == {
        "model": "m",
        "max_tokens": 500,
        "system": [{"type": "text", "text": "Be terse.", "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello."}]}],
        "stream": True,
        "thinking": {"type": "disabled"},
    }
    longer = MESSAGES.body("m", prompt, Quirks(), 500, "Good \n")["messages"]
    assert [turn["role"] for turn in longer] == ["user", "assistant", "user"]
    assert longer[1]["content"][0]["text"] == "Good"


def test_anthropic_is_asked_with_its_own_header_alone() -> None:
    async def main() -> None:
        for host, hooks in (("api.anthropic.com", 2), ("proxy.example.com", 1)):
            client = ProviderClient(f"https://{host}/v1", "key-a", dialect=MESSAGES)
            assert len(client._client._client.event_hooks["request"]) == hooks
            await client.close()

    run(main())


def test_the_shipped_preset_of_anthropic_speaks_its_own_api(tmp_path: Path) -> None:
    settings = load(Sources.found(None, tmp_path, {"ROUTERD_CONFIG": str(tmp_path / "none")})).settings
    assert settings.providers["anthropic"].dialect is DialectName.MESSAGES
    assert settings.providers["openai"].dialect is DialectName.CHAT

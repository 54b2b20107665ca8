"""`auto` in agents' sessions: by the person's words alone, once for each turn, and never another model in a loop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from routerd.app.client_settings import CLIENTS, client_settings
from routerd.domain.dialect_name import DialectName
from routerd.routing.last_words import last_turn
from tests.frontends.http.running import running
from tests.loopback import Upstream

EASY, HARD = "summarize this file in one line", "design the architecture of a fault-tolerant scheduler over many files"
REMINDER = f"<system-reminder>{HARD}</system-reminder>"


def configuration(upstream: Upstream) -> str:
    tiers = "".join(f'{tier} = "a/{tier}"\n' for tier in ("utility", "speed", "logic", "architect"))
    prices = "".join(
        f'[models.{tier}]\ninput = "1"\noutput = "5"\n' for tier in ("utility", "speed", "logic", "architect")
    )
    return (
        f'[tiers]\n{tiers}[providers.a]\nbase_url = "{upstream.base_url}"\napi_key = {{}}\n'
        f'dialects = ["chat", "responses", "messages"]\n{prices}'
    )


def user(text: str) -> dict[str, Any]:
    parts = [{"type": "text", "text": REMINDER}, {"type": "text", "text": text}]
    return {"role": "user", "content": parts}


def result(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": text}]}


def call(signed: bool = False) -> dict[str, Any]:
    thought = [{"type": "thinking", "thinking": "…", "signature": "by a model"}] if signed else []
    return {"role": "assistant", "content": [*thought, {"type": "tool_use", "id": "t", "name": "Read", "input": {}}]}


@pytest.mark.parametrize("session", [{"x-claude-code-session-id": "s"}, {}])
async def test_a_turn_keeps_its_model_through_its_tool_loop(
    session: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream() as upstream, running(tmp_path, monkeypatch, configuration(upstream)) as gateway:

        async def ask(*messages: dict[str, Any]) -> str:
            body = {"model": "auto", "max_tokens": 100, "system": HARD, "messages": messages}
            status, _, _ = await gateway.post("/v1/messages", body, session)
            assert status == 200
            return upstream.seen[-1].model

        first = await ask(user(EASY))
        assert first != "architect", "neither the system text nor a reminder is the person's"
        loop: list[dict[str, Any]] = [user(EASY)]
        for _ in range(4):
            loop += [call(), result(HARD)]
            assert await ask(*loop) == first
        assert await ask(*loop, {"role": "assistant", "content": "done"}, user(HARD)) == "architect"
        signed = [user(HARD), call(signed=True), result("x"), {"role": "assistant", "content": "done"}, user(EASY)]
        assert await ask(user(EASY), *loop[1:], {"role": "assistant", "content": "done"}, *signed) == first
        assert b"by a model" not in upstream.seen[-1].raw, "it may be another model's, so it is not sent on"


def test_the_last_words_in_each_shape() -> None:
    responses = {
        "input": [
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": HARD}]},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": REMINDER}]},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": EASY}]},
            {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "1"},
            {"type": "function_call_output", "call_id": "1", "output": HARD},
        ]
    }
    turn = last_turn(DialectName.RESPONSES, responses)
    assert (turn.words, turn.number, turn.in_loop) == (EASY, 1, True)
    assert last_turn(DialectName.RESPONSES, {"input": EASY}).words == EASY
    chat = {"messages": [{"role": "system", "content": HARD}, {"role": "user", "content": EASY}]}
    assert last_turn(DialectName.CHAT, chat).in_loop is False
    chat["messages"] += [{"role": "assistant", "content": ""}, {"role": "tool", "content": HARD}]
    assert last_turn(DialectName.CHAT, chat).words == EASY
    assert last_turn(DialectName.CHAT, chat).in_loop
    assert last_turn(DialectName.MESSAGES, {"messages": [user(EASY), call(), result(HARD)]}).words == EASY


@pytest.mark.parametrize("client", CLIENTS)
def test_each_client_is_given_the_address_and_its_token(client: str) -> None:
    found = client_settings(client, "http://127.0.0.1:4310", "the-token")
    told = "\n".join((*found.env.values(), *found.files.values()))
    assert "http://127.0.0.1:4310" in told
    assert "the-token" in told
    assert found.as_json().keys() == {"base_url", "token", "env", "files"}

"""Messages to the client and its answers: framed JSON out, each answer to its own question, whatever comes back."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.frontends.lsp import server
from routerd.frontends.lsp.client import NoAnswerError
from routerd.frontends.lsp.frames import Frames
from routerd.frontends.lsp.server import Protocol, Server

SECONDS = 5.0


class Client:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self._frames = Frames()

    def write(self, data: bytes) -> None:
        self.messages += [json.loads(body) for body in self._frames.feed(data)]

    def close(self) -> None:
        """Nothing."""


def connected() -> tuple[Protocol, Client]:
    wire, client = Server().protocol, Client()
    wire.set_writer(client)
    return wire, client


async def test_a_notification_goes_out_as_it_is_and_an_answer_comes_back_whole() -> None:
    wire, client = connected()
    wire.send("window/logMessage", {"type": 3, "message": "é \ud800"})
    asked = asyncio.ensure_future(wire.ask("routerd/key", {"provider": "n1n"}, SECONDS))
    await asyncio.sleep(0)
    note, question = client.messages
    assert note == {"jsonrpc": "2.0", "method": "window/logMessage", "params": {"type": 3, "message": "é \ud800"}}
    assert (question["method"], question["params"]) == ("routerd/key", {"provider": "n1n"})
    wire.answered({"jsonrpc": "2.0", "id": question["id"], "result": {"key": None}})
    assert await asked == {"key": None}


@pytest.mark.parametrize(
    ("answer", "result"),
    [({"result": None}, None), ({}, None), ({"result": [1], "error": None}, [1]), ({"error": None}, None)],
)
async def test_a_null_that_is_left_out_is_a_null(answer: dict[str, Any], result: object) -> None:
    wire, client = connected()
    asked = asyncio.ensure_future(wire.ask("x", {}, SECONDS))
    await asyncio.sleep(0)
    wire.answered({"id": client.messages[0]["id"], **answer})
    assert await asked == result


@pytest.mark.parametrize("error", [{"code": -32601, "message": "no"}, "no", {}, 0, {"result": 1}])
async def test_an_error_in_any_form_is_a_refusal(error: object) -> None:
    wire, client = connected()
    asked = asyncio.ensure_future(wire.ask("x", {}, SECONDS))
    await asyncio.sleep(0)
    wire.answered({"id": client.messages[0]["id"], "error": error, "result": None})
    with pytest.raises(NoAnswerError):
        await asked


async def test_an_answer_that_is_late_or_comes_twice_or_to_nobody_is_passed_over() -> None:
    wire, client = connected()
    with pytest.raises(NoAnswerError):
        await wire.ask("x", {}, 0.01)
    late = {"id": client.messages[0]["id"], "result": 1}
    wire.answered(late)
    asked = asyncio.ensure_future(wire.ask("y", {}, SECONDS))
    await asyncio.sleep(0)
    right = {"id": client.messages[1]["id"], "result": 2}
    for answer in (late, right, right | {"result": 3}):
        wire.answered(answer)
    assert await asked == 2


@given(number=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=3))
def test_a_number_that_was_never_given_out_harms_nothing(number: object) -> None:
    wire, client = connected()
    wire.answered({"id": number, "result": 1})
    wire.answered({"result": 1})
    assert client.messages == []


async def test_a_question_that_waits_is_followed_by_a_sign_and_an_answered_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Emacs 28 leaves a question unread that stood behind an answer, until more bytes come."""
    monkeypatch.setattr(server, "_AGAIN_S", 0.0)
    wire, client = connected()
    asked = asyncio.ensure_future(wire.ask("workspace/applyEdit", {}, SECONDS))
    while len(client.messages) < 3:
        await asyncio.sleep(0)
    question, *signs = client.messages
    assert question["method"] == "workspace/applyEdit"
    assert all(sign == {"jsonrpc": "2.0", "method": "$/routerd/waiting", "params": {}} for sign in signs)
    wire.answered({"id": question["id"], "result": {"applied": True}})
    await asked
    said = len(client.messages)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(client.messages) == said

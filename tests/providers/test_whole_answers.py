"""Answers that are whole are kept, however a server wraps them; answers that were cut stay refused."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from routerd.domain.errors import RouterdError
from routerd.domain.money import Usage
from routerd.domain.reply import Reply
from tests.providers.scene import run
from tests.providers.wire_cases import ANSWER, DONE, EVENTS, USAGE, USED, alone, chunk, data, raw

GOOD = chunk("Hel") + chunk("lo.") + chunk(None, "stop") + USED
WHOLE_MESSAGE = {"choices": [{"message": {"content": ANSWER}, "finish_reason": "stop"}], "usage": USAGE}

KEPT = {
    "as it should be": (GOOD + DONE, EVENTS),
    "empty frames": (GOOD.replace("\n\n", "\n\ndata:\n\n") + DONE, EVENTS),
    "empty frames with a blank": (GOOD.replace("\n\n", "\r\n\r\ndata: \r\n\r\n") + DONE, EVENTS),
    "a byte order mark": ("\ufeff" + GOOD + DONE, EVENTS),
    "blanks before done": (GOOD + "data:  [DONE]\n\n", EVENTS),
    "no done": (GOOD, EVENTS),
    "events called json": (GOOD + DONE, "application/json"),
    "events called text": (GOOD + DONE, "text/plain"),
    "json called events": (json.dumps(WHOLE_MESSAGE), EVENTS),
    "json after a byte order mark": ("\ufeff" + json.dumps(WHOLE_MESSAGE), "application/json"),
    "a whole message in one event": (data(WHOLE_MESSAGE) + DONE, EVENTS),
    "another word for stop": (GOOD.replace('"stop"', '"COMPLETE"') + DONE, EVENTS),
    "an empty error beside it": (
        GOOD.replace('{"choices"', '{"error": {"message": "", "code": ""}, "choices"') + DONE,
        EVENTS,
    ),
    "a good base_resp": (
        GOOD.replace('{"choices"', '{"base_resp": {"status_code": 0, "status_msg": ""}, "choices"') + DONE,
        EVENTS,
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_whole_answer_is_taken_at_the_first_call_with_its_bill(name: str) -> None:
    async def main() -> None:
        reply, attempts, calls = await alone(raw(200, *KEPT[name]))
        assert isinstance(reply, Reply), reply
        assert (reply.text, calls, attempts) == (ANSWER, 1, [])
        assert reply.attempt.usage == Usage(100, output=50)
        assert reply.attempt.cost == Decimal("0.0003")

    run(main())


CUT = {
    "no finish, no done": chunk("Hello.") + USED,
    "no finish": chunk("Hello.") + USED + DONE,
    "no bill, no done": chunk("Hello.", "stop"),
    "a word of nobody": chunk("Hello.", "whatever") + USED + DONE,
    "in the middle of an event": chunk("Hello.") + 'data: {"choices": [',
    "a reason that it failed": chunk("Hello.", "network_error") + USED + DONE,
}


@pytest.mark.parametrize("name", CUT)
def test_an_answer_that_was_cut_is_never_taken(name: str) -> None:
    async def main() -> None:
        fault, attempts, _ = await alone(raw(200, CUT[name], EVENTS))
        assert isinstance(fault, RouterdError)
        assert attempts

    run(main())

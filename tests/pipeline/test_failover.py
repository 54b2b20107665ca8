"""What the user reads when another model answered than the one that was asked first: which, for how much, and why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from routerd.app.workspace import App
from routerd.domain.attempt import AttemptStatus
from routerd.domain.document import Document
from routerd.domain.money import dollars
from routerd.domain.outcome import Status
from routerd.domain.text import Text
from tests import brain
from tests.home import at_home
from tests.loopback import Seen, Turn, Upstream, cut_before_finish, cut_by_length, rate_limited, server_error
from tests.pipeline.test_pipeline import SOURCE, Desk, request_for

CONFIG = """
[tiers]
utility = ["one/small", "two/small"]
logic = "two/large"
architect = "two/large"

[cache]
enabled = false

[providers.one]
base_url = "{one}"
api_key = {{ env = "TEST_KEY" }}

[providers.two]
base_url = "{two}"
api_key = {{ env = "TEST_KEY" }}

[models."small"]
input = "1.00"
output = "2.00"

[models."two/large"]
input = "10.00"
output = "20.00"
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    at_home(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("TEST_KEY", "a-key-for-loopback")
    path = tmp_path / "parcel.py"
    path.write_text(SOURCE, "utf-8", newline="")
    return Desk(Document(path.as_uri(), 3, "python", Text(SOURCE)))


@asynccontextmanager
async def opened(tmp_path: Path, one: Upstream, two: Upstream) -> AsyncIterator[App]:
    async with AsyncExitStack() as stack:
        for upstream in (one, two):
            await stack.enter_async_context(upstream)
        file = tmp_path / "config.toml"
        file.write_text(CONFIG.format(one=one.base_url, two=two.base_url), "utf-8")
        app = App.open(config_file=file, root=tmp_path)
        stack.callback(app.close)
        stack.push_async_callback(app.disconnect)
        yield app


@pytest.mark.parametrize(
    ("turn", "words", "costs"),
    [
        (rate_limited(30), "one/small was rate limited", False),
        (server_error(), "one/small had a server error", False),
        (cut_before_finish(), "one/small broke off its answer", True),
    ],
)
async def test_a_failover_names_who_answered_the_price_and_who_did_not(
    tmp_path: Path, desk: Desk, turn: Turn, words: str, costs: bool
) -> None:
    async with opened(tmp_path, Upstream([turn]), Upstream(reply=brain.reply)) as app:
        outcome = await app.run(request_for(desk), desk, desk)
    assert outcome.status is Status.APPLIED, outcome.message
    failed, answered = outcome.attempts
    assert failed.status is not AttemptStatus.OK
    price = dollars(answered.cost)
    if costs:
        price += f" ({dollars(outcome.cost)} with the failed attempts)"
    assert outcome.message == f"Document `weigh`: done by two/small for {price}; {words}."
    assert str(answered.reason).startswith("not one/small: ")


async def test_a_deployment_still_in_cooldown_is_named_as_the_reason(tmp_path: Path, desk: Desk) -> None:
    async with opened(tmp_path, Upstream([rate_limited(30)]), Upstream(reply=brain.reply)) as app:
        await app.run(request_for(desk), desk, desk)
        outcome = await app.run(request_for(desk), desk, desk)
    assert len(outcome.attempts) == 1
    assert outcome.message.endswith(
        "; not one/small: rate limited (429), asks to wait 30 s: “Rate limit reached for requests”."
    )


async def test_a_second_editors_daemon_knows_of_the_outage_that_the_first_one_met(tmp_path: Path, desk: Desk) -> None:
    one, two = Upstream([rate_limited(30)]), Upstream(reply=brain.reply)
    async with opened(tmp_path, one, two) as first:
        await first.run(request_for(desk), desk, desk)
        second = App.open(config_file=tmp_path / "config.toml", root=tmp_path)
        try:
            outcome = await second.run(request_for(desk), desk, desk)
        finally:
            await second.disconnect()
            second.close()
        assert (len(one.seen), len(two.seen)) == (1, 2)
    assert (
        str(outcome.attempts[0].reason)
        == "not one/small: rate limited (429), asks to wait 30 s: “Rate limit reached for requests”"
    )


async def test_an_escalation_names_the_answer_that_was_not_taken_and_its_reason(tmp_path: Path, desk: Desk) -> None:
    bad = Upstream(reply="```python\ndef weigh(parcel):\n    return 0\n```")
    async with opened(tmp_path, bad, Upstream(reply=brain.reply)) as app:
        outcome = await app.run(request_for(desk), desk, desk)
    rejected = outcome.attempts[0]
    assert rejected.status is AttemptStatus.REJECTED
    assert str(outcome.model) == "two/large"
    assert f"done by two/large for {dollars(outcome.attempts[-1].cost)}" in outcome.message
    assert f"; one/small gave an answer that was not taken: {rejected.reason}" in outcome.message


async def test_a_tier_that_is_down_is_no_reason_to_pay_for_a_dearer_one(tmp_path: Path, desk: Desk) -> None:
    one, two = Upstream(otherwise=rate_limited(600)), Upstream(reply=brain.reply)
    async with opened(tmp_path, one, two) as app:
        (tmp_path / "config.toml").write_text(
            CONFIG.replace(', "two/small"', "").format(one=one.base_url, two=two.base_url), "utf-8"
        )
        app.reload()
        outcome = await app.run(request_for(desk), desk, desk)
        assert not two.seen
    assert outcome.status is Status.FAILED
    assert "; a second one under [tiers] would be asked now" in outcome.message
    assert not desk.applied


async def test_answers_that_are_cut_short_by_every_small_model_are_asked_of_a_larger_one(
    tmp_path: Path, desk: Desk
) -> None:
    def turn(seen: Seen) -> Turn:
        return cut_by_length() if seen.model == "small" else Turn()

    async with opened(tmp_path, Upstream(turn), Upstream(turn, reply=brain.reply)) as app:
        outcome = await app.run(request_for(desk), desk, desk)
    assert outcome.status is Status.APPLIED, outcome.message
    assert str(outcome.model) == "two/large"


async def test_where_the_built_in_engine_is_the_last_resort_an_outage_ends_there(tmp_path: Path, desk: Desk) -> None:
    down, up = Upstream(otherwise=rate_limited(600)), Upstream(reply=brain.reply)
    async with opened(tmp_path, down, up) as app:
        lone = CONFIG.replace(', "two/small"', "").format(one=down.base_url, two=up.base_url)
        (tmp_path / "config.toml").write_text(lone + '\n[routing]\noffline = "last-resort"\n', "utf-8")
        app.reload()
        known = SOURCE.replace("weigh", "check_parcel").replace(
            "    return", "    if not parcel:\n        raise ValueError(parcel)\n    return"
        )
        desk.document = Document(desk.document.uri, 4, "python", Text(known))
        outcome = await app.run(request_for(desk), desk, desk)
        assert (len(down.seen), len(up.seen)) == (1, 0)
    assert outcome.status is Status.APPLIED, outcome.message
    assert str(outcome.model) == "offline/built-in"


async def test_an_answer_at_the_first_try_says_no_more_than_who_and_how_much(tmp_path: Path, desk: Desk) -> None:
    async with opened(tmp_path, Upstream(reply=brain.reply), Upstream()) as app:
        outcome = await app.run(request_for(desk), desk, desk)
    assert outcome.message == f"Document `weigh`: done by one/small for {dollars(outcome.cost)}."

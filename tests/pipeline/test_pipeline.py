"""The pipeline from request to change, against an upstream on loopback: prices, checks, escalation, cancel, money."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.attempt import AttemptStatus
from routerd.domain.document import Document
from routerd.domain.model import ModelRef
from routerd.domain.outcome import Outcome, Status
from routerd.domain.position import Position, Range
from routerd.domain.reply import Change
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, RefusalCode
from tests import brain
from tests.home import at_home
from tests.loopback import FAULTS, Turn, Upstream

SOURCE = '''\
"""Parcels 📦."""

LIMIT = 10


def weigh(parcel):
    return min(parcel, LIMIT)


class Label:
    def text(self):
        return weigh(3) * "x"
'''

CONFIG = """
[tiers]
utility = "cheap/small"
speed = "cheap/small"
logic = "dear/large"
architect = "dear/large"

[providers.cheap]
base_url = "{url}"
api_key = {{ env = "TEST_KEY" }}

[providers.dear]
base_url = "{url}"
api_key = {{ env = "TEST_KEY" }}

[models."cheap/small"]
input = "1.00"
output = "2.00"

[models."dear/large"]
input = "10.00"
output = "20.00"
{more}
"""


@dataclass
class Desk:
    """An Editor with one document, and a recording Observer."""

    document: Document
    answer: bool = True
    applied: list[Change] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    arrived: int = 0
    on_tokens: Callable[[], object] = lambda: None

    def current(self, uri: str) -> Document | None:
        return self.document if uri == self.document.uri else None

    async def apply(self, change: Change, label: str) -> str | None:
        self.applied.append(change)
        return None

    async def confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        self.stages.append(name)

    def wrote(self, text: str) -> None:
        """Not kept."""

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        self.arrived = so_far
        self.on_tokens()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    at_home(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("TEST_KEY", "a-key-for-loopback")
    (tmp_path / "project").mkdir()
    return tmp_path


@pytest.fixture
async def open_app(home: Path) -> AsyncIterator[Callable[..., App]]:
    opened: list[App] = []

    def make(url: str, more: str = "") -> App:
        config = home / "config.toml"
        config.write_text(CONFIG.format(url=url, more=more))
        opened.append(App.open(config_file=config, root=home / "project"))
        assert opened[-1].problems == ()
        return opened[-1]

    yield make
    for app in opened:
        await app.disconnect()
        app.close()


@pytest.fixture
def desk(home: Path) -> Desk:
    path = home / "project" / "parcel.py"
    path.write_text(SOURCE, "utf-8", newline="")
    return Desk(Document(path.as_uri(), 3, "python", Text(SOURCE)))


def request_for(desk: Desk, action: str = "document", line: int = 5, column: int = 4, **more: object) -> Request:
    position = Position(line, column)
    return Request(action, desk.document, Range(position, position), **more)  # type: ignore[arg-type]  # names are Request's


async def done(app: App, desk: Desk, request: Request) -> Outcome:
    return await app.run(request, desk, desk)


async def test_an_answer_that_keeps_its_contract_is_applied_and_billed(
    open_app: Callable[..., App], desk: Desk
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        outcome = await done(app, desk, request_for(desk))
    assert outcome.status is Status.APPLIED, outcome.message
    after = desk.applied[0].files[0].after.string
    assert 'def weigh(parcel):\n    """Do what weigh does."""\n    return' in after
    sent, received = upstream.billed
    assert outcome.usage.all_input == sent
    assert outcome.cost == (sent * 1 + received * 2) / Decimal(1_000_000)
    assert app.budget_status().spent_today == outcome.cost
    saved = app.budget_status().saved_today
    assert saved is not None
    assert saved > 0
    assert "cheap/small" in outcome.message


async def test_the_price_is_known_before_anything_is_sent(open_app: Callable[..., App], desk: Desk) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        planned = app.plan(request_for(desk))
        assert not isinstance(planned, Refusal)
        priced_actions = app.priced_actions(desk.document, request_for(desk).span)
        assert not upstream.seen
    assert [one.spec.name for one in priced_actions] == ["document", "test", "review", "design", "explain"]
    cost = planned.estimates[0].cost
    assert cost is not None
    assert 0 < cost.low < cost.likely < cost.high


@pytest.mark.parametrize(
    ("name", "language", "source"),
    [
        ("test_parcel.py", "python", SOURCE),
        ("cart_test.go", "go", "package a\n\nfunc weigh() int { return 1 }\n"),
        ("CartTest.kt", "kotlin", "fun weigh() = 1\n"),
        ("cart.ex", "elixir", "def weigh do\n  1\nend\n"),
    ],
)
async def test_tests_that_would_have_no_file_are_refused_before_anything_is_sent(
    open_app: Callable[..., App], desk: Desk, name: str, language: str, source: str
) -> None:
    uri = desk.document.uri.replace("parcel.py", name)
    desk.document = Document(uri, 1, language, Text(source))
    async with Upstream(reply=brain.reply) as upstream:
        outcome = await done(open_app(upstream.base_url), desk, replace(request_for(desk, "test"), whole_file=True))
        assert not upstream.seen
    assert outcome.status is Status.REFUSED
    assert outcome.message


@pytest.mark.parametrize("action", ["document", "test", "review", "design", "ask"])
async def test_each_action_ends_well_with_an_honest_model(
    open_app: Callable[..., App], desk: Desk, action: str
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        outcome = await done(app, desk, request_for(desk, action, instruction="rename this" if action == "ask" else ""))
    assert outcome.status is Status.APPLIED, (outcome.message, [a.reason for a in outcome.attempts])


async def test_a_refused_answer_escalates_with_its_reason(open_app: Callable[..., App], desk: Desk) -> None:
    def answer(body: Mapping[str, Any]) -> str:
        return brain.reply(body) if body["model"] == "large" else "```python\ndef weigh(parcel):\n    return 0\n```"

    async with Upstream(reply=answer) as upstream:
        app = open_app(upstream.base_url)
        outcome = await done(app, desk, request_for(desk))
        last = upstream.seen[-1].body
    assert outcome.status is Status.APPLIED
    assert (outcome.tier, outcome.model) == (Tier.LOGIC, ModelRef("dear", "large"))
    assert outcome.attempts[0].status is AttemptStatus.REJECTED
    assert str(outcome.attempts[0].reason) in json.dumps(last)
    assert outcome.cost == sum(attempt.cost or 0 for attempt in outcome.attempts)
    assert app.stats().models[0].model == "dear/large"


@pytest.mark.parametrize(
    ("findings", "words"),
    [
        ([], ": no findings, done by"),
        (["def weigh"], ": 1 finding, done by"),
        (["def weigh", "no such line"], ": 1 finding (1 more quoted what the file does not say), done by"),
    ],
)
async def test_a_review_says_how_much_it_found(
    open_app: Callable[..., App], desk: Desk, findings: list[str], words: str
) -> None:
    quotes = [next((line for line in SOURCE.splitlines() if line.startswith(it)), it) for it in findings]
    answer = json.dumps({"findings": [{"quote": it, "severity": "warning", "message": "Look."} for it in quotes]})
    async with Upstream(reply=answer) as upstream:
        outcome = await done(open_app(upstream.base_url), desk, request_for(desk, "review"))
    assert words in outcome.message


async def test_without_escalation_a_refused_answer_is_the_end(open_app: Callable[..., App], desk: Desk) -> None:
    async with Upstream(reply="I cannot help with that.") as upstream:
        app = open_app(upstream.base_url, "[routing]\nescalate = false")
        outcome = await done(app, desk, request_for(desk))
        assert len(upstream.seen) == 1
    assert outcome.status is Status.FAILED
    assert not desk.applied


async def test_a_cut_answer_never_becomes_an_edit(open_app: Callable[..., App], desk: Desk) -> None:
    async with Upstream(otherwise=FAULTS["cut_before_finish"](), reply=brain.reply) as upstream:
        app = open_app(upstream.base_url, "[limits]\ntotal_s = 3")
        outcome = await done(app, desk, request_for(desk))
    assert outcome.status is Status.FAILED
    assert not desk.applied
    assert outcome.attempts


async def test_the_same_question_again_costs_nothing_and_says_so(open_app: Callable[..., App], desk: Desk) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        await done(app, desk, request_for(desk))
        again = await done(app, desk, request_for(desk))
        assert len(upstream.seen) == 1
    assert again.status is Status.APPLIED
    assert again.cost == 0
    assert "cached" in again.message


async def test_cancel_closes_the_connection_and_books_what_was_spent(open_app: Callable[..., App], desk: Desk) -> None:
    async with Upstream(reply=brain.reply, otherwise=Turn(chunk_chars=4, delay_s=0.05)) as upstream:
        app = open_app(upstream.base_url)
        task = asyncio.ensure_future(done(app, desk, request_for(desk)))
        desk.on_tokens = task.cancel
        outcome = await task
        await upstream.wait_for(lambda it: it.seen[0].disconnected_at is not None, 5)
    assert outcome.status is Status.CANCELLED
    assert outcome.attempts[0].status is AttemptStatus.CANCELLED
    assert outcome.attempts[0].usage_estimated
    assert app.budget_status().spent_today == outcome.cost
    assert (outcome.cost or 0) > 0
    assert not desk.applied


async def test_a_spent_budget_refuses_before_sending(open_app: Callable[..., App], desk: Desk) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url, '[budget]\ndaily = "0.0001"')
        outcome = await done(app, desk, request_for(desk))
        assert not upstream.seen
    assert outcome.status is Status.REFUSED
    assert "daily budget" in outcome.message


async def test_above_the_threshold_nothing_is_sent_without_a_yes(open_app: Callable[..., App], desk: Desk) -> None:
    desk.answer = False
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url, '[budget]\nconfirm_above = "0.00001"')
        outcome = await done(app, desk, request_for(desk))
        assert not upstream.seen
    assert outcome.status is Status.REFUSED
    assert "Send it?" in desk.asked[0]


async def test_a_dearer_try_than_was_agreed_to_is_asked_for_too(open_app: Callable[..., App], desk: Desk) -> None:
    desk.answer = False
    async with Upstream(reply="I would rather not.") as upstream:
        app = open_app(upstream.base_url, '[budget]\nconfirm_above = "0.004"')
        outcome = await done(app, desk, request_for(desk))
        assert {seen.body["model"] for seen in upstream.seen} == {"small"}
    assert "Another try, by dear/large," in desk.asked[0]
    assert outcome.status is Status.FAILED
    assert "not confirmed" in outcome.message


async def test_a_yes_holds_for_the_price_that_it_was_given_for(open_app: Callable[..., App], desk: Desk) -> None:
    async with Upstream([Turn(reply="I would rather not.")] * 2, reply=brain.reply) as upstream:
        app = open_app(upstream.base_url, '[budget]\nconfirm_above = "0.004"')
        outcome = await done(app, desk, request_for(desk))
    assert len(desk.asked) == 1
    assert outcome.status is Status.APPLIED


async def test_a_file_that_is_not_in_utf_8_is_worked_on_all_the_same(open_app: Callable[..., App], desk: Desk) -> None:
    text = Text(SOURCE.replace("return", "# caf\udce9\n    return", 1))
    desk.document = Document(desk.document.uri, 3, "python", text)
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        outcome = await done(app, desk, request_for(desk))
    assert outcome.status is Status.APPLIED, outcome.message
    assert "# caf\udce9" in desk.applied[0].files[0].after.string


@pytest.mark.parametrize("words", ["", " \n"])
async def test_without_words_there_is_nothing_to_ask_for(open_app: Callable[..., App], desk: Desk, words: str) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        outcome = await done(app, desk, request_for(desk, "ask", instruction=words))
        assert not upstream.seen
    assert outcome.status is Status.REFUSED
    assert outcome.refusal is RefusalCode.INSTRUCTION
    assert "--" not in outcome.message, "an option of the terminal, which its frontend adds"


async def test_an_edit_above_the_target_moves_the_change_and_one_inside_keeps_the_paid_text(
    open_app: Callable[..., App], desk: Desk
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        request = request_for(desk)
        desk.document = Document(desk.document.uri, 4, "python", Text("# one more line\n" + SOURCE))
        moved = await done(app, desk, request)
        desk.document = Document(desk.document.uri, 5, "python", Text(SOURCE.replace("min(", "max(")))
        stale = await done(app, desk, request)
    assert moved.status is Status.APPLIED
    assert desk.applied[0].files[0].edits[0].span.start.line == 7
    assert stale.status is Status.PROPOSED
    assert stale.change is not None
    assert "Do what weigh does." in stale.change.files[0].after.string
    assert len(desk.applied) == 1


async def test_a_wrong_key_is_one_sentence_that_names_the_provider_and_not_the_key(
    open_app: Callable[..., App], desk: Desk
) -> None:
    async with Upstream(otherwise=FAULTS["credential"]()) as upstream:
        app = open_app(upstream.base_url)
        outcome = await done(app, desk, request_for(desk))
    assert outcome.status is Status.FAILED
    assert "cheap" in outcome.message
    assert "TEST_KEY" in outcome.message
    assert "a-key-for-loopback" not in repr(outcome)


async def test_a_changed_model_string_counts_from_the_next_action_on(
    open_app: Callable[..., App], desk: Desk, home: Path
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        await done(app, desk, request_for(desk))
        config = home / "config.toml"
        config.write_text(config.read_text().replace('utility = "cheap/small"', 'utility = "dear/large"'))
        assert app.reload() == ()
        outcome = await done(app, desk, request_for(desk))
        config.write_text("[tiers\n")
        (problem,) = app.reload()
        kept = app.plan(request_for(desk))
    assert outcome.model == ModelRef("dear", "large")
    assert "line 1" in problem
    assert not isinstance(kept, Refusal)
    assert kept.estimates[0].model == ModelRef("dear", "large")

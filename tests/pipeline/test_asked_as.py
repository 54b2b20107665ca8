"""An instruction that asks for another action runs that action, with its contract, in the estimate and the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from routerd.actions import catalog
from routerd.app.workspace import App
from routerd.domain.classification import Classification
from routerd.domain.outcome import Status
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal
from routerd.routing.recognised import recognised
from tests import brain
from tests.loopback import Turn, Upstream
from tests.pipeline.test_pipeline import Desk, desk, home, open_app, request_for

__all__ = ["desk", "home", "open_app"]

RECOGNISED = [
    ("add docstrings to this class", "document"),
    ("Please write unit tests for this function", "test"),
    ("review this function for correctness", "review"),
    ("explain this function", "explain"),
    ("what does this function do?", "explain"),
    ("fix the off-by-one error in the limit", "fix"),
]


@pytest.mark.parametrize(("words", "action"), RECOGNISED)
def test_the_recognised_action_is_what_is_estimated_run_and_booked(
    words: str, action: str, open_app: Callable[..., App], desk: Desk
) -> None:
    async def main() -> None:
        async with Upstream(reply=brain.reply) as upstream:
            app = open_app(upstream.base_url)
            request = request_for(desk, "ask", instruction=words)
            planned = app.plan(request)
            assert not isinstance(planned, Refusal)
            assert planned.question.spec.name == action
            assert planned.forecast.estimate.action == action
            outcome = await app.run(request, desk, desk)
            await app.disconnect()
        assert outcome.status is not Status.REFUSED, outcome.message
        assert outcome.action == action
        assert catalog()[action].system in str(upstream.seen[0].body["messages"][0]["content"])
        assert any(words in str(message["content"]) for message in upstream.seen[0].body["messages"])
        assert {row.action for row in app.stats().trials} == {action}

    asyncio.run(main())


SURE = Classification(Tier.UTILITY, "ask", 0.9, 0.8, True, (), 1)


@pytest.mark.parametrize(
    "words",
    [
        "rename this to total",
        "write tests and then refactor the parser",
        "explain this. Then rewrite it without recursion",
        "fix the bug and add a test for it",
        "the documentation says that it is sorted, is that true?",
        "",
        "make the tests pass",
        "reviewers want shorter names here",
        "fixture for this class",
    ],
)
def test_what_is_in_doubt_or_asks_for_more_stays_a_free_instruction(words: str) -> None:
    assert recognised(words, SURE, catalog()) is None


def test_an_action_that_the_classifier_knows_needs_its_agreement() -> None:
    sure = Classification(Tier.UTILITY, "document", 0.9, 0.8, True, (), 1)
    unsure = Classification(Tier.UTILITY, "document", 0.5, 0.1, False, (), 1)
    assert recognised("add docstrings", sure, catalog()) == "document"
    assert recognised("add docstrings", unsure, catalog()) is None
    assert recognised("add docstrings", SURE, catalog()) is None


async def test_a_discarded_proposal_is_not_served_from_the_cache_again(
    open_app: Callable[..., App], desk: Desk
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url)
        first = await app.run(request_for(desk), desk, desk)
        again = await app.run(request_for(desk), desk, desk)
        assert len(upstream.seen) == 1
        assert again.attempts[-1].cached
        assert first.answer is not None
        assert again.answer == first.answer
        app.replies.drop(again.answer)
        last = await app.run(request_for(desk), desk, desk)
        assert len(upstream.seen) == 2
        assert not last.attempts[-1].cached
        await app.disconnect()


async def test_asking_begins_below_the_default_tier_once_a_record_shows_that_it_pays(
    open_app: Callable[..., App], desk: Desk, home: Path
) -> None:
    """Never on the first day, tried after eight actions, kept by its own record; a named tier is where it begins."""
    more = '[models."cheap/tiny"]\ninput = "0.05"\noutput = "0.10"\n[cache]\nenabled = false\n'
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url, more)
        config = home / "config.toml"
        config.write_text(config.read_text().replace('speed = "cheap/small"', 'speed = "cheap/tiny"'))
        assert app.reload() == ()
        asked = []
        for _ in range(80):
            shown = app.plan(request_for(desk))
            assert not isinstance(shown, Refusal)
            await app.run(request_for(desk), desk, desk)
            asked.append(upstream.seen[-1].model)
            assert shown.forecast.estimate.model.model == asked[-1]
        named = app.plan(request_for(desk, tier=Tier.UTILITY))
        await app.disconnect()
    assert asked[:8] == ["small"] * 8
    assert "tiny" in asked[8:30]
    assert asked[-5:] == ["tiny"] * 5
    assert not isinstance(named, Refusal)
    assert named.forecast.estimate.model.model == "small"


async def test_one_rejected_answer_moves_no_tier_out(open_app: Callable[..., App], desk: Desk) -> None:
    async with Upstream([Turn(reply="I would rather not."), Turn(reply="No.")], reply=brain.reply) as upstream:
        app = open_app(upstream.base_url, "[cache]\nenabled = false\n")
        for _ in range(9):
            await app.run(request_for(desk), desk, desk)
        await app.disconnect()
    assert [seen.model for seen in upstream.seen][3:] == ["small"] * 8

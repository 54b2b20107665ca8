"""Follow-ups against a real upstream on loopback: the model that holds the prompt in its cache keeps them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from routerd.app import times as app_module
from routerd.app.workspace import App
from routerd.domain.document import Document
from routerd.domain.outcome import Outcome, Status
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.pipeline.plan import Plan
from tests import brain
from tests.loopback import Upstream
from tests.pipeline.test_pipeline import Desk, desk, done, home, open_app, request_for

__all__ = ["desk", "home", "open_app"]  # fixtures

LONG = "def weigh(parcel):\n" + "".join(f"    total_{n} = parcel.part_{n} * {n} + 1\n" for n in range(300))
HARD = "our workers deadlock under load, find out why"
EASY = "rename parcel to box"
CACHED = 'cached_input = "1.00"\n[routing]\ndefault_tier = "utility"\n[limits]\ntotal_s = 20'


@pytest.fixture
def long_desk(desk: Desk) -> Desk:
    desk.document = Document(desk.document.uri, 3, "python", Text(LONG))
    return desk


async def asked(app: App, desk: Desk, words: str) -> Outcome:
    app.opened(desk.document)
    outcome = await done(app, desk, request_for(desk, "ask", line=0, column=4, instruction=words))
    assert outcome.route is not None
    return outcome


async def test_the_same_kind_of_work_goes_on_where_the_cache_is(open_app: Callable[..., App], long_desk: Desk) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url, CACHED)
        assert (await asked(app, long_desk, HARD)).model == app.settings.tiers[Tier.ARCHITECT][0]
        follow_up = await asked(app, long_desk, HARD + ", once more")
        assert follow_up.status is Status.APPLIED
        assert follow_up.route is not None
        assert "tokens in its prompt cache" in follow_up.route.reason


async def test_an_easy_follow_up_moves_down_where_that_is_cheaper_and_says_so(
    open_app: Callable[..., App], long_desk: Desk
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url, CACHED)
        await asked(app, long_desk, HARD)
        follow_up = await asked(app, long_desk, EASY)
        assert follow_up.tier is Tier.UTILITY
        assert follow_up.route is not None
        assert "the model changes, although dear/large has" in follow_up.route.reason


async def test_an_easy_follow_up_stays_with_the_model_while_the_cache_makes_the_stronger_model_cheaper(
    open_app: Callable[..., App], long_desk: Desk, home: Path
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url, CACHED.replace("1.00", "0.01"))
        config = home / "config.toml"
        config.write_text(config.read_text().replace('output = "20.00"', 'output = "0.10"'))
        assert app.reload() == ()
        await asked(app, long_desk, HARD)
        follow_up = await asked(app, long_desk, EASY)
        assert (follow_up.status, follow_up.tier) == (Status.APPLIED, Tier.ARCHITECT)
        assert follow_up.route is not None
        assert "the model stays, as dear/large has" in follow_up.route.reason
        assert "+ 0.00 × $" in follow_up.route.reason


async def test_another_target_is_no_follow_up(open_app: Callable[..., App], long_desk: Desk) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        app = open_app(upstream.base_url, CACHED)
        await asked(app, long_desk, HARD)
        whole = app.plan(replace(request_for(long_desk, "ask", instruction=EASY), whole_file=True))
        assert isinstance(whole, Plan)
        assert "cache" not in whole.route.reason


async def test_ten_minutes_later_it_is_no_follow_up(
    open_app: Callable[..., App], long_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        began = app_module.now()
        app = open_app(upstream.base_url, CACHED)
        await asked(app, long_desk, HARD)
        monkeypatch.setattr(app_module, "now", lambda: began + timedelta(minutes=11))
        app.reload()
        follow_up = await asked(app, long_desk, EASY)
        assert follow_up.route is not None
        assert "cache" not in follow_up.route.reason

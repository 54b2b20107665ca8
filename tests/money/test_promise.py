"""What is shown is what is done: the first model asked, and a bill within what was shown, over random settings."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from routerd.adapters.tokenizer import TiktokenCounter, vocabulary
from routerd.app.batches import Batches, Selection
from routerd.app.workspace import App
from routerd.batch.planning import BatchRequest
from routerd.domain.action import Request
from routerd.domain.batch import Item
from routerd.domain.document import Document
from routerd.domain.forecast import Forecast
from routerd.domain.model import ModelRef
from routerd.domain.money import dollars, dollars_at_most
from routerd.domain.outcome import Outcome, Status
from routerd.domain.priced_action import PricedAction
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.frontends.cli.explain import lines
from routerd.frontends.lsp.hover_table import hover_markdown
from routerd.frontends.shapes import estimate_json, model_words, offer_title, price_words
from tests import brain
from tests.frontends.http.running import running
from tests.home import at_home
from tests.loopback import Seen, Turn, Upstream, rate_limited
from tests.loopback.usages import missing, right
from tests.pipeline.test_pipeline import SOURCE, Desk, request_for
from tests.property_tests import example_count

MODELS = ("a", "b", "c", "d")
MILLION = Decimal(1_000_000)
COUNTER = TiktokenCounter()
VOCABULARIES = cache(vocabulary.load)

PROVIDER = '[providers.p]\nbase_url = "{url}"\napi_key = {{ env = "TEST_KEY" }}\n'


def times(factor: float) -> Callable[[str], int]:
    """A tokenizer that gives so many times the tokens of the one of routerd."""
    return lambda text: math.floor(factor * COUNTER.count(text))


MOST_MORE = 1.25
"""What a tokenizer may give beyond routerd's own within the promise."""


@dataclass(frozen=True)
class Case:
    """A configuration, and how the models behave."""

    tiers: dict[str, tuple[str, ...]]
    prices: dict[str, tuple[str, str] | None]
    windows: dict[str, int | None]
    budget: dict[str, str]
    escalate: bool
    action: str
    behaviour: dict[str, str]
    tokens: float = MOST_MORE
    """What the provider counts for each token of routerd's."""

    def toml(self, url: str) -> str:
        listed = "".join(f"{tier} = {[f'p/{model}' for model in models]}\n" for tier, models in self.tiers.items())
        told = "".join(f'{name} = "{amount}"\n' for name, amount in self.budget.items())
        parts = [f"[tiers]\n{listed}", PROVIDER.format(url=url), f"[budget]\n{told}"]
        parts.append(f"[routing]\nescalate = {str(self.escalate).lower()}\n[cache]\nenabled = false\n")
        for model in MODELS:
            price, window = self.prices[model], self.windows[model]
            lines = [f'input = "{price[0]}"', f'output = "{price[1]}"'] if price else []
            lines += [f"context = {window}"] if window else []
            parts.append("\n".join((f'[models."p/{model}"]', *lines, "")))
        return "\n".join(parts)

    def turn(self, seen: Seen) -> Turn:
        """An answer, good or bad, that is billed as if it had used all that it was allowed."""
        kind, allowed = self.behaviour[seen.model], seen.body["max_tokens"]

        def usage(prompt: int, _: int) -> dict[str, Any]:
            return right(prompt, allowed)

        if kind == "prose":
            return Turn(reply="I would rather not.", usage=usage)
        if kind == "long":
            return Turn(reply="```python\n", finish="length", usage=usage)
        if kind == "silent":
            return Turn(finish=None, usage=missing)
        if kind == "cut":
            return Turn(finish=None, usage=usage)
        return Turn(usage=usage)

    def billed(self, upstream: Upstream) -> Decimal:
        """Dollars that the provider bills for all that it was asked."""
        found = Decimal(0)
        for seen in upstream.seen:
            price = self.prices[seen.model]
            assert price is not None
            sent = sum(times(self.tokens)(str(message["content"])) for message in seen.body["messages"])
            found += (sent * Decimal(price[0]) + seen.body["max_tokens"] * Decimal(price[1])) / MILLION
        return found


amounts = st.sampled_from(["0.0001", "0.0008", "0.003", "0.01", "0.05", "1"])
lists = st.lists(st.sampled_from(MODELS), min_size=1, max_size=2, unique=True).map(tuple)
known = st.sampled_from([("0.20", "0.60"), ("1", "2"), ("2.50", "10"), ("15", "75"), ("0", "0")])
behaviours = st.sampled_from(["good", "good", "prose", "long", "cut", "silent"])


def each(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(dict.fromkeys(MODELS, values))


cases = st.builds(
    Case,
    st.fixed_dictionaries(dict.fromkeys(("utility", "speed", "logic", "architect"), lists)),
    each(st.none() | known),
    each(st.sampled_from([None, None, 300, 100_000])),
    st.fixed_dictionaries({}, optional={"daily": amounts, "monthly": amounts, "per_action": amounts}),
    st.booleans(),
    st.sampled_from(["document", "test", "review", "design"]),
    each(behaviours),
    st.floats(0.6, MOST_MORE),
)


@pytest.fixture(autouse=True)
def one_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vocabulary is read once for all cases; a second of each would go by with it."""
    monkeypatch.setattr(vocabulary, "load", VOCABULARIES)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    at_home(tmp_path / "home", monkeypatch)
    monkeypatch.setenv("TEST_KEY", "a-key-for-loopback")
    return tmp_path


async def ran(case: Case, home: Path, then: Callable[[PricedAction, Outcome, Upstream, App], None]) -> None:
    """Show what the action would cost, run it, and hold the one against the other."""
    for old in (home / "home").rglob("ledger.db*"):
        old.unlink()
    file = home / "config.toml"
    path = home / "parcel.py"
    path.write_text(SOURCE, "utf-8", newline="")
    desk = Desk(Document(path.as_uri(), 3, "python", Text(SOURCE)))
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(Upstream(case.turn, reply=brain.reply, count=times(case.tokens)))
        file.write_text(case.toml(upstream.base_url), "utf-8")
        app = App.open(config_file=file, root=home)
        stack.callback(app.close)
        stack.push_async_callback(app.disconnect)
        assert app.problems == ()
        request = request_for(desk, case.action)
        (priced_action,) = (
            one for one in app.priced_actions(desk.document, request.span) if one.spec.name == case.action
        )
        on_every_surface(app, request, priced_action.forecast)
        then(priced_action, await app.run(request, desk, desk), upstream, app)


def on_every_surface(app: App, request: Request, offered: Forecast) -> None:
    """Hover, `routerd estimate` with its arithmetic, and its JSON name what the menu and the lens name."""
    document = request.document
    info = app.hover_info(document, request.span.start)
    assert info is not None
    (hovered,) = (one.forecast for one in info.priced_actions if one.spec.name == request.action)
    (estimated,) = (one.forecast for one in app.prices(document, request.span) if one.spec.name == request.action)
    plan = app.plan(request)
    assert not isinstance(plan, Refusal)
    row = next(line for line in hover_markdown((hovered,), "$0", None).splitlines() if request.action in line)
    assert f" {model_words(offered.estimate.model)} " in row
    amounts = [dollars(offered.likely), *([dollars_at_most(offered.most)] if offered.most is not None else [])]
    assert price_words(offered) in row or [cell.strip() for cell in row.split("|")][4:] == amounts
    shapes = [estimate_json(one) for one in (offered, hovered, estimated, plan.forecast)]
    assert all(shape == shapes[0] for shape in shapes)
    explained = "\n".join(lines(request.action, plan))
    for one in offered.candidates:
        assert f"→ {one.model}: {dollars(one.cost)} an answer" in explained
        assert one.skipped is None or f"passed over: {one.skipped}" in explained
    if offered.refusal is None:
        assert shapes[0] is not None
        first = next(one for one in shapes[0]["candidates"] if one["skipped"] is None)
        assert (first["model"], shapes[0]["refused"]) == (shapes[0]["model"], None)


SETTINGS = ("budget.daily", "budget.monthly", "budget.per_action", '[models."p/')


@example_count(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases)
def test_the_first_model_asked_is_the_one_shown_or_the_run_is_a_refusal_that_names_the_setting(
    home: Path, case: Case
) -> None:
    def held(priced_action: PricedAction, outcome: Outcome, upstream: Upstream, app: App) -> None:
        forecast, title = priced_action.forecast, offer_title(priced_action.title, priced_action.forecast)
        if forecast.refusal is not None:
            assert not upstream.seen
            assert outcome.status is Status.REFUSED
            assert any(setting in outcome.message for setting in SETTINGS), outcome.message
            assert title.endswith(f" · {forecast.refusal.short}")
            return
        assert upstream.seen, outcome.message
        assert ModelRef("p", upstream.seen[0].model) == forecast.estimate.model
        assert f"→ {upstream.seen[0].model} · " in title
        candidates = {candidate.model: candidate for candidate in forecast.candidates}
        assert all(candidates[ModelRef("p", seen.model)].skipped is None for seen in upstream.seen)
        if forecast.most is not None:
            assert case.billed(upstream) <= forecast.most
        told = all(case.behaviour[seen.model] != "silent" for seen in upstream.seen)
        limits = [Decimal(amount) for name, amount in case.budget.items() if told or name == "per_action"]
        if limits:
            assert case.billed(upstream) <= min(limits)
        if outcome.status in (Status.FAILED, Status.CANCELLED):
            count = len(outcome.attempts)
            assert f"{count} attempt{'s' * (count != 1)}, " in outcome.message

    asyncio.run(ran(case, home, held))


class Silent:
    """A BatchObserver that shows nothing."""

    def wave(self, number: int, items: int) -> None:
        """As the port says."""

    def ended(self, item: Item, spent: Decimal | None) -> None:
        """As the port says."""


@example_count(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases)
def test_a_batch_asks_first_what_its_plan_shows_and_stays_within_its_most(home: Path, case: Case) -> None:
    for old in (*(home / "home").rglob("ledger.db*"), *(home / "home").rglob("batches.db*")):
        old.unlink()
    root = home / "project"
    root.mkdir(exist_ok=True)
    (root / "parcel.py").write_text(SOURCE, "utf-8", newline="")

    async def main() -> None:
        async with Upstream(case.turn, reply=brain.reply, count=times(case.tokens)) as upstream:
            (home / "config.toml").write_text(case.toml(upstream.base_url), "utf-8")
            app = App.open(config_file=home / "config.toml", root=root)
            batches = Batches(app)
            try:
                wanted = BatchRequest(case.action)
                plan = batches.plan(wanted, batches.selected(Selection(("parcel.py",))), lambda _: None)
                if isinstance(plan, Refusal):
                    assert any(setting in plan.message for setting in SETTINGS), plan.message
                    return
                end = await batches.run(wanted, plan, Silent())
                if not upstream.seen:
                    said = plan.passed[0].reason if not plan.items else batches.store.items(plan.id)[0].message
                    said += end.message if isinstance(end, Refusal) else end.capped or ""
                    assert any(setting.strip("[") in said for setting in (*SETTINGS, "budget")), said
                    return
                (item,) = plan.items
                assert ModelRef("p", upstream.seen[0].model) == item.model
                if item.most is not None:
                    assert case.billed(upstream) <= item.most
                spent = batches.store.items(plan.id)[0].cost
                assert spent is None or spent >= 0
            finally:
                await app.disconnect()
                batches.close()
                app.close()

    asyncio.run(main())


@example_count(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases, tier=st.sampled_from(["utility", "speed", "logic", "architect"]), limit=st.sampled_from([50, 2000]))
def test_the_gateway_asks_what_its_headers_name_within_the_budgets_or_refuses_with_the_setting(
    home: Path, case: Case, tier: str, limit: int
) -> None:
    for old in (home / "home").rglob("ledger.db*"):
        old.unlink()

    async def main(patch: pytest.MonkeyPatch) -> None:
        async with Upstream(case.turn, reply=said, count=times(case.tokens)) as upstream:
            configured = case.toml(upstream.base_url)
            async with running(home, patch, configured, home=False) as gateway:
                messages = [{"role": "user", "content": "List the constants of this file.\n" + SOURCE}]
                body = {"model": tier, "messages": messages, "max_tokens": limit}
                status, headers, answer = await gateway.post("/v1/chat/completions", body)
                if not upstream.seen:
                    assert status == 400
                    assert any(setting in answer.decode() for setting in ("budget.", "[models.", "window")), answer
                    return
                assert {seen.model for seen in upstream.seen} <= set(case.tiers[tier])
                if status == 200:
                    assert headers["x-routerd-model"] == f"p/{upstream.seen[-1].model}"
                if all(case.behaviour[seen.model] != "silent" for seen in upstream.seen):
                    assert all(case.billed(upstream) <= Decimal(amount) for amount in limits_of_calls(case))

    with pytest.MonkeyPatch.context() as patch:
        asyncio.run(main(patch))


def said(body: Mapping[str, Any]) -> str:
    return "LIMIT"


def limits_of_calls(case: Case) -> list[Decimal]:
    """The budgets that hold for calls of other programs, which are no actions."""
    return [Decimal(amount) for name, amount in case.budget.items() if name != "per_action"]


@pytest.mark.parametrize("daily", ["0.05", "0.10"])
@pytest.mark.parametrize("behaviour", ["good", "prose", "long", "cut"])
def test_ten_asks_at_once_never_overspend_a_daily_budget(home: Path, daily: str, behaviour: str) -> None:
    """With a provider that bills all that it was allowed, and a quarter more input than was counted."""
    case = Case(
        dict.fromkeys(("utility", "speed", "logic", "architect"), ("c",)),
        dict.fromkeys(MODELS, ("2.50", "10")),
        dict.fromkeys(MODELS),
        {"daily": daily},
        True,
        "ask",
        dict.fromkeys(MODELS, behaviour),
    )

    async def main() -> None:
        path = home / "parcel.py"
        path.write_text(SOURCE, "utf-8", newline="")
        desk = Desk(Document(path.as_uri(), 3, "python", Text(SOURCE)))
        async with Upstream(case.turn, reply=brain.reply, count=times(case.tokens)) as upstream:
            (home / "config.toml").write_text(case.toml(upstream.base_url), "utf-8")
            app = App.open(config_file=home / "config.toml", root=home)
            try:
                requests = [request_for(desk, "ask", instruction=f"rename this to n{number}") for number in range(10)]
                ends = await asyncio.gather(*(app.run(one, desk, desk) for one in requests))
                billed, spent = case.billed(upstream), app.budget_status().spent_today
            finally:
                await app.disconnect()
                app.close()
        assert Decimal(0) < billed <= Decimal(daily)
        if behaviour != "cut":
            assert spent == billed
        refused = [end.message for end in ends if end.status is Status.REFUSED]
        assert refused
        assert all("budget.daily" in message for message in refused)

    asyncio.run(main())


TOML = """
[tiers]
utility = ["p/a", "p/b"]
logic = "p/c"
architect = "p/c"

[providers.p]
base_url = "{url}"
api_key = {{ env = "TEST_KEY" }}

[cache]
enabled = false
{more}
"""
PRICED = '[models."p/{name}"]\ninput = "{price}"\noutput = "{price}"\n'


async def shown_and_run(
    home: Path, upstream: Upstream, more: str, times: int = 1
) -> tuple[list[PricedAction], list[Outcome]]:
    """An action shown and run so many times, one after the other, with one configuration."""
    path = home / "parcel.py"
    path.write_text(SOURCE, "utf-8", newline="")
    desk = Desk(Document(path.as_uri(), 3, "python", Text(SOURCE)))
    (home / "config.toml").write_text(TOML.format(url=upstream.base_url, more=more), "utf-8")
    app = App.open(config_file=home / "config.toml", root=home)
    priced_actions, ends = [], []
    try:
        for _ in range(times):
            priced_actions.append(app.priced_actions(desk.document, request_for(desk).span)[0])
            ends.append(await app.run(request_for(desk), desk, desk))
    finally:
        await app.disconnect()
        app.close()
    return priced_actions, ends


def priced(**prices: str) -> str:
    return "".join(PRICED.format(name=name, price=price) for name, price in prices.items())


async def test_a_provider_that_bills_beyond_what_it_was_allowed_is_flagged_and_asked_no_further(home: Path) -> None:
    def turn(seen: Seen) -> Turn:
        code = "```python\ndef weigh(parcel):\n    return 0\n```"
        return Turn(reply=code, usage=lambda prompt, _: right(prompt, 5 * seen.body["max_tokens"]))

    async with Upstream(turn, reply=brain.reply) as upstream:
        (_, after), (first, second) = await shown_and_run(home, upstream, priced(a="1", b="1", c="9"), 2)
    assert first.status is Status.FAILED
    assert "No further attempt was made, as p/a billed $0.0" in first.message
    assert str(first.attempts[0].reason).endswith("was allowed")
    assert len(first.attempts) == 1
    # What it billed is the bound from now on, so that the same bill again is no surprise and within what was shown.
    again = second.attempts[0]
    assert again.cost is not None
    assert after.forecast.most is not None
    assert again.cost <= after.forecast.most
    assert "where at most" not in str(again.reason)


async def test_a_deployment_in_cooldown_is_not_the_one_that_is_shown(home: Path) -> None:
    def turn(seen: Seen) -> Turn:
        return rate_limited(30) if seen.model == "a" else Turn()

    async with Upstream(turn, reply=brain.reply) as upstream:
        priced_actions, ends = await shown_and_run(home, upstream, priced(a="1", b="1", c="9"), 2)
        assert [seen.model for seen in upstream.seen] == ["a", "b", "b"]
    assert [priced_action.forecast.estimate.model.model for priced_action in priced_actions] == ["a", "b"]
    assert "not p/a: rate limited" in ends[1].message


async def test_a_model_that_is_passed_over_is_named_with_the_reason_before_the_click(home: Path) -> None:
    budget = '[budget]\ndaily = "1"\n'
    async with Upstream(reply=brain.reply) as upstream:
        (priced_action,), (outcome,) = await shown_and_run(home, upstream, priced(b="1", c="1") + budget)
        assert [seen.model for seen in upstream.seen] == ["b"]
    assert "utility → b · ≈ $0.00" in offer_title(priced_action.title, priced_action.forecast)
    assert ", at most $0.01" in offer_title(priced_action.title, priced_action.forecast)
    line = "p/a (utility) is passed over: its price is unknown, and a budget is set."
    assert line in hover_markdown((priced_action.forecast,), "$0", None)
    shape = estimate_json(outcome.forecast)
    assert shape is not None
    assert [(one["model"], one["skipped"]) for one in shape["candidates"]] == [
        ("p/a", "its price is unknown, and a budget is set"),
        ("p/b", None),
        ("p/c", None),
    ]
    assert (shape["model"], shape["most"]) == ("p/b", "0.01")


async def test_without_a_key_menu_and_hover_show_what_the_first_paid_model_would_cost(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_KEY", raising=False)
    async with Upstream(reply=brain.reply) as upstream:
        (priced_action,), _ = await shown_and_run(home, upstream, priced(b="1", c="1"))
        (cheap,), _ = await shown_and_run(home, upstream, priced(a="1", b="1", c="1"))
        monkeypatch.setenv("TEST_KEY", "key")
        (keyed,), _ = await shown_and_run(home, upstream, priced(a="1", b="1", c="1"))
        assert len(upstream.seen) == 1
    title = offer_title(priced_action.title, priced_action.forecast)
    assert title == "Document `weigh` · utility → built-in, offline · $0 (a: price unknown)"
    assert cheap.forecast.with_key is not None
    assert keyed.forecast.with_key is None
    assert cheap.forecast.with_key.cost == keyed.forecast.candidates[0].cost
    price = f"$0 (a: ≈ {dollars(cheap.forecast.with_key.cost)})"
    assert offer_title(cheap.title, cheap.forecast).endswith(price)
    assert price in hover_markdown((cheap.forecast,), "$0", None)


async def test_over_budget_title_and_hover_say_so_before_the_click(home: Path) -> None:
    budget = '[budget]\ndaily = "0.0001"\n'
    async with Upstream(reply=brain.reply) as upstream:
        (priced_action,), (outcome,) = await shown_and_run(home, upstream, priced(a="1", b="1", c="1") + budget)
        assert not upstream.seen
    assert (
        offer_title(priced_action.title, priced_action.forecast)
        == "Document `weigh` · utility → a · over today's budget"
    )
    hover = hover_markdown((priced_action.forecast,), "$0", Decimal("0.0001"))
    assert "| over today's budget\n" in hover
    assert outcome.message in hover.replace("\n", " ")
    assert "Raise budget.daily" in outcome.message


async def test_a_small_rest_of_the_budget_lowers_the_limit_of_the_answer(home: Path) -> None:
    async with Upstream(reply=brain.reply) as upstream:
        await shown_and_run(home, upstream, priced(a="1", b="1", c="1"))
        (home / "home").rename(home / "old")
        budget = '[budget]\ndaily = "0.0006"\n'
        await shown_and_run(home, upstream, priced(a="1", b="1", c="1") + budget)
        usual, lowered = (seen.body["max_tokens"] for seen in upstream.seen)
    assert lowered < usual
    sent = sum(COUNTER.count(message["content"]) for message in upstream.seen[1].body["messages"])
    assert sent + lowered <= 600

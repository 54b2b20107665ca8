"""The hover's table: at most 76 columns, aligned, and still naming the model, whatever models and prices there are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from routerd.actions import catalog
from routerd.domain.forecast import Forecast, PricedCandidate
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.quote import CostRange, Estimate, TokenRange
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.frontends.lsp.hover_table import WIDEST, hover_markdown

DEFAULTS = {
    "document": (Tier.UTILITY, "deepseek-v3"),
    "test": (Tier.UTILITY, "deepseek-v3"),
    "review": (Tier.LOGIC, "gpt-4o"),
    "design": (Tier.ARCHITECT, "claude-3-5-sonnet"),
}
NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789-.:", min_size=1, max_size=60)
PRICES = st.none() | st.decimals("0.0000001", 99, places=7)


def forecast(
    action: str, tier: Tier, model: ModelRef, tokens: int, likely: Decimal | None, most: Decimal | None
) -> Forecast:
    cost = None if likely is None else CostRange(likely, likely, likely)
    estimate = Estimate(action, tier, model, tokens, TokenRange(1, tokens, tokens), cost, None, None)
    return Forecast(estimate, likely, most, ())


@st.composite
def forecasts(draw: st.DrawFn) -> Forecast:
    action, tier = draw(st.sampled_from(sorted(catalog()))), draw(st.sampled_from(Tier))
    model = draw(st.just(OFFLINE) | NAMES.map(lambda name: ModelRef("p", name)))
    found = forecast(action, tier, model, draw(st.integers(1, 200_000)), draw(PRICES), draw(PRICES))
    paid = PricedCandidate(ModelRef("p", draw(NAMES)), tier, draw(PRICES), None, None)
    # Without a key the built-in engine answers, for nothing.
    return replace(found, expected=Decimal(0), with_key=paid) if draw(st.booleans()) else found


def table(text: str) -> list[str]:
    return text.partition("\n\n")[0].splitlines()


def test_the_default_models_keep_their_tiers() -> None:
    rows = [
        forecast(action, tier, ModelRef("n1n", model), 1_125, Decimal("0.0004"), Decimal("0.0081"))
        for action, (tier, model) in DEFAULTS.items()
    ]
    lines = table(hover_markdown(tuple(rows), "$0", Decimal(5)))
    assert max(map(len, lines)) <= WIDEST
    assert "document | utility → deepseek-v3         | 1,125 | 1,125 | $0.0004 | $0.0081" in lines


@given(st.lists(forecasts(), min_size=1, max_size=8), st.decimals(0, 999, places=4))
def test_no_line_is_wider_than_a_narrow_terminal(rows: list[Forecast], spent: Decimal) -> None:
    lines = hover_markdown(tuple(rows), f"${spent}", Decimal("5.00")).splitlines()
    assert [line for line in lines if len(line) > WIDEST] == []


@given(st.lists(forecasts(), min_size=2, max_size=8))
def test_each_row_has_its_action_and_its_columns_stand_below_one_another(rows: list[Forecast]) -> None:
    head, rule, *body = table(hover_markdown(tuple(rows), "$0", None))
    bars = [place for place, character in enumerate(rule) if character == "|"]
    assert all(
        [place for place, character in enumerate(line) if character == "|"] == bars[: line.count("|")]
        for line in [head, *body]
    )
    assert [line.split(" | ")[0].strip() for line in body] == [one.estimate.action for one in rows]


def test_why_nothing_is_sent_stands_below_the_table_in_lines_of_its_own() -> None:
    row = forecast("document", Tier.UTILITY, ModelRef("p", "a"), 10, Decimal(1), Decimal(2))
    why = Refusal(
        "The daily budget of $1.00 is used up: " + "$0.90 spent, " * 9 + "wait.",
        RefusalCode.BUDGET,
        "over today's budget",
    )
    refused = Forecast(row.estimate, row.expected, row.most, (), refusal=why)
    text = hover_markdown((refused,), "$0", None)
    assert "over today's budget" in table(text)[-1]
    assert max(map(len, text.splitlines())) <= WIDEST
    assert why.message in text.replace("\n", " ")

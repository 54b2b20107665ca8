"""A follow-up and the prompt cache: who keeps the question, by the arithmetic that the reason shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.recent_turns import RecentTurnsInMemory
from routerd.domain.classification import Classification
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Price
from routerd.domain.prompt import Message, Turn
from routerd.domain.quote import Candidate, Route, Tariff
from routerd.domain.settings import Settings, Snapshot
from routerd.domain.tier import Tier
from routerd.routing.session_affinity import CACHE_LIFETIME, LEAST_TOKENS, CachedPrefix, PromptSize, keep_session_model

CHEAP, OTHER, SMART, BEST = (ModelRef("n1n", name) for name in ("cheap", "other", "smart", "best"))
USABLE = {Tier.SPEED: (CHEAP,), Tier.UTILITY: (CHEAP, OTHER), Tier.LOGIC: (SMART,), Tier.ARCHITECT: (BEST, OFFLINE)}
SEEN = Snapshot(Settings(USABLE, {}, {}), USABLE)
# Dollars per million: a long prompt costs 0.20, 2.50 and 3.00 times a tenth of a dollar, a tenth of that if cached.
PRICES = {
    CHEAP: Price(Decimal("0.20"), Decimal("0.60"), cached_input=Decimal("0.02")),
    OTHER: Price(Decimal("0.20"), Decimal("0.60"), cached_input=Decimal("0.02")),
    SMART: Price(Decimal("2.50"), Decimal(10), cached_input=Decimal("0.25")),
    BEST: Price(Decimal(3), Decimal(15), cached_input=Decimal("0.30")),
}
LONG = PromptSize(100_000, 100)
LATELY = timedelta(minutes=2)


def wanted(tier: Tier, *, confident: bool = False, score: float = 0.5, told: Tier | None = None) -> Route:
    chain = tuple(
        Candidate(step, tuple(model for model in USABLE[step] if model != OFFLINE)) for step in tier.and_above()
    )
    return Route(chain, "because", Classification(told or tier, "ask", score, 0.1, confident, (), 100))


def kept(route: Route, tier: Tier, tokens: int = 99_000, age: timedelta = LATELY, size: PromptSize = LONG) -> Route:
    return keep_session_model(
        route, CachedPrefix(USABLE[tier][0], tier, tokens, age), SEEN, size, lambda m: Tariff(m, PRICES.get(m))
    )


def test_a_doubtful_rise_is_not_worth_a_large_cache() -> None:
    found = kept(wanted(Tier.ARCHITECT, score=0.5), Tier.LOGIC)
    assert [candidate.models[0] for candidate in found.chain] == [SMART, BEST]
    assert found.reason == (
        "because; the model stays, as n1n/smart has 99,000 tokens in its prompt cache: "
        "$0.028 + 0.50 × $0.30 < $0.30 at n1n/best"
    )


def test_a_likely_rise_is_worth_it() -> None:
    found = kept(wanted(Tier.ARCHITECT, score=0.95), Tier.LOGIC)
    assert found.chain == wanted(Tier.ARCHITECT).chain
    assert found.reason.endswith("the model changes, although n1n/smart has 99,000 tokens in its prompt cache: "
                                 "$0.028 + 0.95 × $0.30 ≥ $0.30 at n1n/best")  # fmt: skip


def test_a_sure_rise_always_moves() -> None:
    assert kept(wanted(Tier.ARCHITECT, confident=True), Tier.UTILITY).first.models == (BEST,)


def test_a_stronger_model_keeps_a_follow_up_while_its_cache_makes_it_cheaper() -> None:
    close = {**PRICES, SMART: Price(Decimal(3), Decimal(15))}
    held = CachedPrefix(BEST, Tier.ARCHITECT, 99_000, LATELY)
    found = keep_session_model(wanted(Tier.LOGIC), held, SEEN, LONG, lambda m: Tariff(m, close[m]))
    assert found.first == Candidate(Tier.ARCHITECT, (BEST,))
    assert "$0.034 + 0.00 × $0.30 < $0.30" in found.reason


def test_a_much_cheaper_model_takes_it_over_all_the_same() -> None:
    assert kept(wanted(Tier.UTILITY, confident=True), Tier.ARCHITECT).first.models == (CHEAP, OTHER)


def test_of_the_same_tier_the_one_with_the_cache_is_asked_first() -> None:
    held = CachedPrefix(OTHER, Tier.UTILITY, 99_000, LATELY)
    found = keep_session_model(wanted(Tier.UTILITY), held, SEEN, LONG, lambda m: Tariff(m, PRICES[m]))
    assert found.first.models == (OTHER, CHEAP)


def test_the_model_that_is_asked_anyway_is_said_to_hold_the_cache() -> None:
    found = kept(wanted(Tier.LOGIC), Tier.LOGIC)
    assert found.chain == wanted(Tier.LOGIC).chain
    assert found.reason == "because; n1n/smart has 99,000 tokens in its prompt cache"


def test_after_ten_minutes_nothing_is_held() -> None:
    assert kept(wanted(Tier.ARCHITECT), Tier.LOGIC, age=CACHE_LIFETIME).first.models == (SMART,)
    assert kept(wanted(Tier.ARCHITECT), Tier.LOGIC, age=CACHE_LIFETIME + timedelta(seconds=1)) == wanted(Tier.ARCHITECT)


def test_a_short_prompt_is_in_no_cache() -> None:
    found = kept(wanted(Tier.ARCHITECT), Tier.LOGIC, tokens=LEAST_TOKENS - 1)
    assert found.chain == wanted(Tier.ARCHITECT).chain
    assert "1,023 shared tokens are too few to cache" in found.reason


@pytest.mark.parametrize("price", [None, Price(Decimal("2.50"), Decimal(10))])
def test_a_price_without_a_discount_keeps_nothing(price: Price | None) -> None:
    held = CachedPrefix(SMART, Tier.LOGIC, 99_000, LATELY)
    found = keep_session_model(
        wanted(Tier.ARCHITECT), held, SEEN, LONG, lambda m: Tariff(m, {**PRICES, SMART: price}[m])
    )
    assert found.chain == wanted(Tier.ARCHITECT).chain
    assert "price for cached input is unknown" in found.reason


def test_a_chosen_tier_is_never_left() -> None:
    chosen = Route(wanted(Tier.ARCHITECT).chain, "architect was asked for")
    assert kept(chosen, Tier.LOGIC) == chosen


def test_a_model_that_cannot_be_asked_any_more_keeps_nothing() -> None:
    held = CachedPrefix(ModelRef("gone", "model"), Tier.LOGIC, 99_000, LATELY)
    assert keep_session_model(wanted(Tier.ARCHITECT), held, SEEN, LONG, lambda m: Tariff(m, PRICES[m])) == wanted(
        Tier.ARCHITECT
    )


def test_where_the_words_point_below_the_rounded_up_tier_their_score_counts_for_staying() -> None:
    found = kept(wanted(Tier.LOGIC, told=Tier.UTILITY, score=0.6), Tier.UTILITY)
    assert "0.40 ×" in found.reason
    assert found.first.models[0] == CHEAP


@given(
    st.sampled_from(Tier), st.sampled_from([t for t in Tier if t is not Tier.SPEED]), st.booleans(),
    st.floats(0.25, 1), st.integers(0, 100_000), st.integers(0, 20),
)  # fmt: skip
def test_staying_never_costs_more_than_moving_by_the_formula(
    to: Tier, held: Tier, confident: bool, score: float, tokens: int, minutes: int
) -> None:
    before = wanted(to, confident=confident, score=score)
    after = kept(before, held, tokens, timedelta(minutes=minutes))
    assert after.chain[-1].tier is Tier.ARCHITECT
    assert len({candidate.models for candidate in after.chain}) == len(after.chain)
    if after.first != before.first:
        warm = Tariff(after.first.models[0], PRICES[after.first.models[0]], cached_tokens=tokens)
        cold = Tariff(before.first.models[0], PRICES[before.first.models[0]])
        assert (warm.cost(LONG.input, LONG.output) or 0) < (cold.cost(LONG.input, LONG.output) or 0)
        assert minutes <= 10


def turn(*contents: str) -> Turn:
    return Turn(SMART, Tier.LOGIC, messages(*contents), datetime(2026, 11, 1, tzinfo=UTC))


def messages(*contents: str) -> tuple[Message, ...]:
    return tuple(Message("user", content) for content in contents)


def test_prompts_share_their_text_up_to_the_first_difference() -> None:
    assert turn("system", "target, fix x").shares(messages("system", "target, fix y")) == "systemtarget, fix "
    assert turn("system", "a").shares(messages("other", "a")) == ""
    assert turn("a", "b").shares(messages("a", "b", "c")) == "ab"


@given(st.text(), st.text(), st.text())
def test_what_is_shared_begins_both_and_cannot_be_longer(start: str, one: str, other: str) -> None:
    shared = turn(start + one).shares(messages(start + other))
    assert (start + one).startswith(shared)
    assert (start + other).startswith(shared)
    next_one, next_other = ((start + end)[len(shared) :][:1] for end in (one, other))
    assert next_one != next_other or not next_one


def test_only_the_latest_targets_are_remembered() -> None:
    recent = RecentTurnsInMemory(most=2)
    for name in ("a", "b", "a", "c"):
        recent.keep(name, turn(name))
    assert [recent.last(name) is not None for name in "abc"] == [True, False, True]

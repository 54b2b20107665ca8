"""The choice by expected cost: the arithmetic by hand, what it may never do, and regret over simulated models."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.actions import catalog
from routerd.domain.acceptance import Acceptance
from routerd.domain.stakes import Choice, Option, Stakes
from routerd.routing.expected_cost import RETRY_FROM, choose, rows, unnoticed

D = Decimal
FREE_OF_RISK = Stakes(D(0), D("0.7"), False)


def options(*given: tuple[str | None, str], below: int = 0) -> tuple[Option, ...]:
    """Options named m0, m1, … by price and chance to pass, of which the first ``below`` are below the default tier."""
    return tuple(
        Option(f"m{number}", None if cost is None else D(cost), D(passes), answers=5, below=number < below)
        for number, (cost, passes) in enumerate(given)
    )


def names(choice: Choice) -> list[str]:
    return [option.name for option in choice.chain]


def test_the_arithmetic_by_hand() -> None:
    first, last = rows(options(("0.001", "0.8"), ("0.010", "0.9")), Stakes(D("0.02"), D("0.5"), False))
    # Of the last one's answers 1 - 0.9 = 0.1 are rejected, as many pass unnoticed: 0.1 of all, at 0.02 dollars each.
    assert (last.price, last.going_up) == (D("0.010"), D(0))
    assert round(last.penalty, 6) == D("0.002")
    assert round(last.expected, 6) == D("0.012")
    assert round(first.penalty, 6) == D("0.004")
    assert round(first.going_up, 6) == D("0.0024")
    assert round(first.expected, 6) == D("0.0074")


def test_an_answer_that_is_sent_back_once_costs_and_passes_more_often() -> None:
    (once,) = rows(options(("0.010", "0.6")), Stakes(D(0), D("0.5"), True))
    assert once.price == D("0.010") * (1 + D("0.4") * D("0.5"))


def test_what_passes_unnoticed_falls_with_the_strength_of_the_check() -> None:
    shares = [unnoticed(D("0.8"), D(noticed)) for noticed in ("0.3", "0.5", "0.7", "0.95", "1")]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == 0
    assert unnoticed(D(0), D("0.5")) == 1


def test_a_strong_check_and_a_good_record_begin_below_the_default_tier_and_a_weak_check_does_not() -> None:
    found = options(("0.0005", "0.8"), ("0.006", "0.9"), ("0.010", "0.9"), below=1)
    assert names(choose(found, Stakes(D("0.01"), D("0.95"), False))) == ["m0", "m1", "m2"]
    assert names(choose(found, Stakes(D("0.10"), D("0.3"), False))) == ["m1", "m2"]


def test_a_middle_candidate_can_be_left_out_and_the_reason_shows_the_sum() -> None:
    choice = choose(options(("0.001", "0.5"), ("0.005", "0.1"), ("0.010", "0.9")), FREE_OF_RISK)
    assert names(choice) == ["m0", "m2"]
    assert choice.reason.startswith("least expected cost: ")
    assert choice.reason.endswith(" from m0 → m1 → m2")


def test_an_unknown_price_compares_nothing_and_begins_at_the_default_tier() -> None:
    for prices in ((None, "0.01", "0.01"), ("0.001", None, "0.01"), ("0.001", "0.01", None)):
        choice = choose(options(*((price, "0.5") for price in prices), below=1), FREE_OF_RISK)
        assert names(choice) == ["m1", "m2"]
        assert choice.reason == "a price is unknown, so expected costs cannot be compared"


amount = st.sampled_from(["0", "0.0001", "0.0005", "0.002", "0.01", "0.05"])
share = st.sampled_from(["0", "0.01", "0.3", "0.5", "0.85", "0.99", "1"])


@given(
    st.lists(st.tuples(amount | st.none(), share, st.integers(0, 5_000)), min_size=1, max_size=5),
    st.integers(0, 3),
    amount,
    share,
    st.booleans(),
)
def test_it_never_begins_above_the_default_tier_and_always_ends_with_the_strongest(
    given: list[tuple[str | None, str, int]], below: int, penalty: str, noticed: str, fixes: bool
) -> None:
    below = min(below, len(given) - 1)
    found = tuple(
        replace(option, since=since)
        for option, (_, _, since) in zip(options(*((c, p) for c, p, _ in given), below=below), given, strict=True)
    )
    choice = choose(found, Stakes(D(penalty), D(noticed), fixes))
    assert found.index(choice.chain[0]) <= below
    assert choice.chain[-1] == found[-1]
    assert [option for option in found if option in choice.chain] == list(choice.chain)


@pytest.mark.parametrize("tier", [1, 2])
def test_one_rejected_answer_moves_no_tier_out_at_the_articles_prices(tier: int) -> None:
    """After every number of accepted answers, for every penalty of a shipped action."""
    prices = ("0.0004", "0.006", "0.007")
    for spec in catalog().values():
        for accepted in (0, 1, 3, 10, 50):
            known = [Acceptance(), Acceptance(), Acceptance()]
            known[tier] = Acceptance.of([False] + [True] * accepted)
            found = options(*((c, str(round(k.likely, 4))) for c, k in zip(prices, known, strict=True)))
            at_stake = Stakes(spec.penalty.per_thousand / 2, D(str(spec.penalty.noticed)), True)
            assert names(choose(found, at_stake))[0] == "m0"


def test_a_candidate_that_is_left_out_is_tried_again_and_rarely_where_that_is_dear() -> None:
    def turn(penalty: str) -> int:
        for since in range(100_000):
            found = options(("0.001", "0.2"), ("0.006", "0.9"), below=1)
            choice = choose((replace(found[0], since=since), found[1]), Stakes(D(penalty), D("0.5"), False))
            if choice.chain[0].name == "m0":
                assert "tried again" in choice.reason
                return since
        raise AssertionError

    assert RETRY_FROM <= turn("0.01") < turn("0.1")

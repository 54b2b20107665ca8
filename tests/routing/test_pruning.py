"""Which candidates are worth asking: the arithmetic by hand, and regret against the best fixed start."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import product

import pytest

from routerd.domain.acceptance import WINDOW, Acceptance
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.quote import Candidate, CostRange, Estimate, Route, TokenRange
from routerd.domain.tier import Tier
from routerd.routing.pruning import prune_chain

TIERS = (Tier.UTILITY, Tier.LOGIC, Tier.ARCHITECT)
ACTIONS = 2_000


def chain(*costs: str | None) -> tuple[Route, tuple[Estimate, ...]]:
    candidates = tuple(
        Candidate(tier, (ModelRef("p", f"m{n}"),)) for n, tier in zip(range(len(costs)), TIERS, strict=False)
    )
    estimates = tuple(
        Estimate(
            "document",
            candidate.tier,
            candidate.models[0],
            100,
            TokenRange(1, 2, 3),
            None if cost is None else CostRange(Decimal(0), Decimal(cost), Decimal(cost)),
            None,
            None,
        )
        for candidate, cost in zip(candidates, costs, strict=True)
    )
    return Route(candidates, "document goes to utility"), estimates


def models(route: Route) -> list[str]:
    return [candidate.models[0].model for candidate in route.chain]


def test_a_candidate_that_fails_more_often_than_it_pays_is_skipped_and_the_reason_shows_the_sum() -> None:
    route, estimates = prune_chain(*chain("0.004", "0.010"), [Acceptance(10, 100, 0), Acceptance()])
    assert models(route) == ["m1"]
    assert [estimate.model.model for estimate in estimates] == ["m1"]
    assert route.reason.startswith(
        "document goes to utility; p/m0 is skipped: 10 of its last 100 answers were accepted"
    )
    assert "$0.0040 > 0.15 × $0.010" in route.reason or "> 0.15 ×" in route.reason


def test_a_cheap_candidate_stays_even_if_it_fails_often() -> None:
    route, _ = prune_chain(*chain("0.001", "0.010"), [Acceptance(20, 100, 0), Acceptance()])
    assert models(route) == ["m0", "m1"]
    assert route.reason == "document goes to utility"


def test_a_middle_candidate_can_be_skipped_alone_and_the_last_never_is() -> None:
    known = [Acceptance(50, 100, 0), Acceptance(0, 100, 0), Acceptance(0, 100, 0)]
    route, _ = prune_chain(*chain("0.001", "0.005", "0.010"), known)
    assert models(route) == ["m0", "m2"]


def test_an_unknown_price_skips_nothing() -> None:
    route, _ = prune_chain(*chain("0.009", None), [Acceptance(0, 100, 0)] * 2)
    assert models(route) == ["m0", "m1"]


def test_the_built_in_engine_is_no_price_to_compare_with() -> None:
    route, estimates = chain("0.009", "0")
    route = Route((route.chain[0], Candidate(Tier.UTILITY, (OFFLINE,))), "offline last")
    kept, _ = prune_chain(route, estimates, [Acceptance(0, 100, 0)] * 2)
    assert len(kept.chain) == 2


def test_a_skipped_candidate_is_asked_again_now_and_then() -> None:
    for since, expected in ((0, ["m1"]), (39, ["m1"]), (40, ["m0", "m1"])):
        route, _ = prune_chain(*chain("0.009", "0.010"), [Acceptance(0, 200, since), Acceptance()])
        assert models(route) == expected, since


def simulated(costs: tuple[str, ...], shares: tuple[float, ...], seed: int) -> tuple[float, float]:
    """Dollars that the rule cost over many actions, and those of the best fixed first candidate."""
    rng = random.Random(seed)
    route, estimates = chain(*costs)
    prices = [float(cost) for cost in costs]
    past: list[list[bool]] = [[] for _ in costs]
    last = [0] * len(costs)
    spent, fixed = 0.0, [0.0] * len(costs)
    for action in range(ACTIONS):
        # The same answers for every choice: whether a candidate's model would have been accepted this time.
        would = [rng.random() < share for share in shares]
        known = [
            Acceptance(sum(seen[-WINDOW:]), len(seen[-WINDOW:]), action - at)
            for seen, at in zip(past, last, strict=True)
        ]
        chosen, _ = prune_chain(route, estimates, known)
        asked = [int(model[1:]) for model in models(chosen)]
        for index in asked:
            spent += prices[index]
            past[index].append(would[index])
            last[index] = action + 1
            if would[index]:
                break
        for start in range(len(costs)):
            for index in range(start, len(costs)):
                fixed[start] += prices[index]
                if would[index]:
                    break
    return spent, min(fixed)


@pytest.mark.parametrize("first", ["0.0005", "0.002", "0.005", "0.008", "0.012"])
def test_the_rule_never_costs_five_percent_more_than_the_best_fixed_choice_afterwards(first: str) -> None:
    worst = max(
        (spent / best, share, seed)
        for share, seed in product((0.0, 0.05, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0), range(3))
        for spent, best in [simulated((first, "0.010"), (share, 0.97), seed)]
    )
    assert worst[0] <= 1.05, worst


def test_nor_with_three_candidates() -> None:
    for shares in ((0.1, 0.1, 0.99), (0.9, 0.1, 0.99), (0.1, 0.9, 0.99), (0.5, 0.5, 0.99)):
        spent, best = simulated(("0.002", "0.006", "0.010"), shares, 1)
        assert spent <= 1.05 * best, shares


def test_a_model_that_became_better_is_found_again() -> None:
    seen = [False] * WINDOW
    asked = 0
    since = 0
    for _ in range(2_000):
        known = Acceptance(sum(seen[-WINDOW:]), WINDOW, since)
        route, _ = prune_chain(*chain("0.001", "0.010"), [known, Acceptance()])
        if models(route)[0] == "m0":
            seen.append(True)
            asked, since = asked + 1, 0
        else:
            since += 1
    assert asked > 1_000

"""Once fifty bills were seen, the range shown before sending holds 85 to 95 of the next hundred."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from routerd.actions import catalog
from routerd.adapters.ledger.learning import BilledAttempt, learn
from routerd.domain.model import ModelRef
from routerd.domain.money import Price, Usage, cost
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Candidate, Tariff
from routerd.domain.tier import Tier
from routerd.steps.quote import quote

MODEL = ModelRef("n1n", "some-model")
PRICE = Price(Decimal("0.27"), Decimal("1.10"), cached_input=Decimal("0.07"))
SEEN, ASKED, USERS = 50, 100, 12

Behaviour = Callable[[random.Random, int, int, int], tuple[float, float, float]]
"""From (chance, which action, counted input, prior output) to billed input, its cached share, billed output."""


def steady(rng: random.Random, _n: int, counted: int, prior: int) -> tuple[float, float, float]:
    return counted * rng.gauss(1.06, 0.02), 0, prior * rng.lognormvariate(0, 0.3)


def talkative(rng: random.Random, _n: int, counted: int, prior: int) -> tuple[float, float, float]:
    """Three times as long as the prior says, and wildly different."""
    return counted * rng.gauss(1.14, 0.04), 0, prior * rng.lognormvariate(1.1, 0.9)


def two_minds(rng: random.Random, _n: int, counted: int, prior: int) -> tuple[float, float, float]:
    """Brief, but at length one time in four, as a model that sometimes reasons."""
    return counted * 1.0, 0, prior * rng.lognormvariate(2.0 if rng.random() < 0.25 else -0.5, 0.2)


def heavy_tailed(rng: random.Random, _n: int, counted: int, prior: int) -> tuple[float, float, float]:
    return counted * rng.gauss(1.2, 0.03), 0, prior * 0.5 * rng.paretovariate(1.5)


def drifting(rng: random.Random, n: int, counted: int, prior: int) -> tuple[float, float, float]:
    """A model that grows more verbose by a third over the time."""
    return counted * 1.06, 0, prior * (1 + n / 450) * rng.lognormvariate(0, 0.4)


def all_input(rng: random.Random, _n: int, counted: int, prior: int) -> tuple[float, float, float]:
    """Answers so short that the bill is the prompt's."""
    return counted * rng.gauss(1.1, 0.05), 0, prior * 0.05 * rng.lognormvariate(0, 0.2)


def cached_at_times(rng: random.Random, _n: int, counted: int, prior: int) -> tuple[float, float, float]:
    share = rng.choice((0.0, 0.0, 0.6, 0.9))
    return counted * rng.gauss(1.03, 0.01), share, prior * 0.2 * rng.lognormvariate(0, 0.5)


@pytest.mark.parametrize(
    "behaviour", [steady, talkative, two_minds, heavy_tailed, drifting, all_input, cached_at_times]
)
@pytest.mark.parametrize("action", ["document", "review"])
def test_the_range_holds_the_bill_in_85_to_95_of_100_actions(behaviour: Behaviour, action: str) -> None:
    spec, held = catalog()[action], 0
    for user in range(USERS):
        rng = random.Random(user)
        bills: list[BilledAttempt] = []
        for n in range(SEEN + ASKED):
            counted, prior = round(rng.lognormvariate(7, 0.6)), round(rng.lognormvariate(5.3, 0.5))
            token_calibration = learn(bills, action, "python", 1.0)
            prompt = Prompt((), counted, 0, 0)
            estimate = quote(
                spec, Candidate(Tier.UTILITY, (MODEL,)), prompt, prior, Tariff(MODEL, PRICE, token_calibration), None
            )
            sent, share, answered = behaviour(rng, n, counted, prior)
            cached = round(sent * share)
            usage = Usage(input=round(sent) - cached, cached_input=cached, output=max(1, round(answered)))
            assert estimate.cost is not None
            if n >= SEEN:
                held += estimate.cost.low <= cost(usage, PRICE) <= estimate.cost.high
            newest = BilledAttempt(counted, usage.all_input, prior, usage.all_output, action, "python", cached)
            bills.insert(0, newest)
    assert 85 <= 100 * held / (USERS * ASKED) <= 95


def test_on_day_one_the_range_allows_for_a_cold_cache() -> None:
    spec, prompt = catalog()["document"], Prompt((), 10_000, 0, 0)
    warm = Tariff(MODEL, PRICE, cached_tokens=8_192)
    estimate = quote(spec, Candidate(Tier.UTILITY, (MODEL,)), prompt, 100, warm, None)
    cold = quote(spec, Candidate(Tier.UTILITY, (MODEL,)), prompt, 100, replace(warm, cached_tokens=0), None)
    assert estimate.cost is not None
    assert cold.cost is not None
    assert estimate.cost.likely < cold.cost.likely < estimate.cost.high == cold.cost.high

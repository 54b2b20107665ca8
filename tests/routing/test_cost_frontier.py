"""Each point that routerd claims lies on or beyond the frontier of fixed tiers, random mixes and keyword rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.tier import Tier
from tests.bench.cost.__main__ import Instructions, beyond_all, held_out, table
from tests.bench.cost.frontier import beyond, frontier
from tests.bench.cost.policies import Mix, others
from tests.bench.cost.worlds import WORLDS, World, price

ON = 0.005
"""Less quality than this below the frontier is on it: the choice by expected cost takes the models' faults to be
independent, and weighs money against penalties of its own, so it may stop just short of a corner."""
POINTS = st.tuples(st.floats(0.1, 10), st.floats(0, 1))


@pytest.fixture(scope="module")
def instructions() -> Instructions:
    return held_out()


@pytest.mark.parametrize("world", WORLDS, ids=[world.name for world in WORLDS])
def test_no_point_of_routerd_lies_below_the_frontier_of_the_others(instructions: Instructions, world: World) -> None:
    gains = beyond_all(instructions, world, resamples=0)
    assert len(gains) == (1 if world.noticed else 3)
    assert {name: gain.quality for name, gain in gains.items() if gain.quality < -ON} == {}


def test_a_policy_that_guesses_lies_below_the_frontier(instructions: Instructions) -> None:
    """The bench can say no: the answers of other instructions are worth no more than a random mix of tiers."""
    turned = Instructions(instructions.texts, instructions.needed, instructions.answers[7:] + instructions.answers[:7])
    by_labels = next(world for world in WORLDS if world.name == "labels")
    real, guessed = (beyond_all(one, by_labels, resamples=0) for one in (instructions, turned))
    assert all(guessed[name].quality < real[name].quality - 0.1 for name in real)
    assert any(gain.quality < 0 for gain in guessed.values())


@given(st.lists(POINTS, min_size=1, max_size=8))
def test_no_point_and_no_mix_of_two_lies_beyond_the_frontier_of_all(points: list[tuple[float, float]]) -> None:
    corners = frontier(points)
    middles = [((a + c) / 2, (b + d) / 2) for a, b in points for c, d in points]
    assert all(beyond(point, corners) <= 1e-9 for point in points + middles)


def test_by_the_labels_a_fixed_tier_costs_its_price_and_is_good_where_it_suffices() -> None:
    needed = (Tier.SPEED, Tier.LOGIC, Tier.ARCHITECT, Tier.UTILITY)
    by_labels = WORLDS[0]
    always = {policy.name: policy for policy in others(["x"] * 4)}
    dollars, good = by_labels.outcome(always["always logic"], needed)
    assert dollars.tolist() == pytest.approx([price(Tier.LOGIC)] * 4)
    assert good.tolist() == [1, 1, 0, 1]
    mix = Mix(always["always logic"], always["always speed"], 0.25)
    assert by_labels.outcome(mix, needed)[1].tolist() == [1, 0.25, 0, 0.25]


def test_a_check_sends_the_noticed_share_of_bad_answers_to_the_next_tier() -> None:
    checked = World("checked", (0.8, 0.5, 0.0, 0.0), "test")
    assert checked.noticed == 0.6
    logic = next(policy for policy in others(["x"]) if policy.name == "always logic")
    dollars, good = checked.outcome(logic, (Tier.ARCHITECT,))
    assert dollars[0] == pytest.approx(price(Tier.LOGIC) + 0.3 * price(Tier.ARCHITECT))
    assert good[0] == pytest.approx(0.5 + 0.3 * 0.8)


def test_the_table_has_a_row_for_each_policy_and_a_column_for_each_world(instructions: Instructions) -> None:
    few = Instructions(instructions.texts[:20], instructions.needed[:20], instructions.answers[:20])
    lines = table(few, resamples=5).splitlines()
    assert len(lines) == 2 + 4 + 6 + 10
    assert {line.count("|") for line in lines} == {len(WORLDS) + 2}

"""The chain that routerd asks where answers are checked: the choice by expected cost, from the shares that passed."""

from __future__ import annotations

from decimal import Decimal

from routerd.actions import catalog
from routerd.domain.stakes import Option, Stakes
from routerd.domain.tier import Tier
from routerd.routing.expected_cost import ENOUGH, choose
from tests.bench.cost.policies import BY_STRENGTH, Policy
from tests.bench.cost.worlds import World, price
from tests.bench.routing.bench import TOKENS_OUT


def by_expected_cost(world: World, needed: tuple[Tier, ...]) -> Policy:
    """One chain for all instructions, as the action and not its words decides; the shares are those that it learnt."""
    action = catalog()[world.action]
    assert action.tier is not None
    penalty = action.penalty.per_thousand * TOKENS_OUT / 1_000
    options = tuple(
        Option(
            str(tier),
            Decimal(str(price(tier))),
            Decimal(str(round(world.accepted(tier, needed), 4))),
            answers=ENOUGH,
            below=tier.rank < action.tier.rank,
        )
        for tier in BY_STRENGTH
    )
    chosen = choose(options, Stakes(penalty, Decimal(str(world.noticed)), False)).chain
    return Policy("routerd, by expected cost", (tuple(Tier(option.name) for option in chosen),) * len(needed))

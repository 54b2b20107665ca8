"""Quote: each rung of the ladder with its tokens and its price, as a range, before anything is sent."""

from __future__ import annotations

from math import sqrt

from routerd.domain.action import ActionSpec, OutputPrior, Target
from routerd.domain.model import OFFLINE
from routerd.domain.prompt import Prompt
from routerd.domain.quote import CostRange, Estimate, Learned, Rung, Tariff, TokenRange


def likely_output(spec: ActionSpec, target_tokens: int, target: Target) -> int:
    """Output tokens that the prior alone calls likely for a target of this size."""
    # Documentation and tests are written for each symbol; a review or a design is one text about them all.
    pieces = len(target.symbols) if spec.code_only else 1
    return round(spec.output.base * sqrt(max(1, pieces)) + spec.output.per_target_token * target_tokens)


def output_range(prior: OutputPrior, likely: int, learned: Learned) -> TokenRange:
    """Low, likely and high output tokens: what past bills taught, else the prior's own spread."""
    if learned.output_factor is None:
        return TokenRange(round(likely / prior.spread), likely, round(likely * prior.spread))
    low, middle, high = (round(likely * factor) for factor in learned.output_factor)
    return TokenRange(low, middle, high)


def quote(
    action: str, rung: Rung, prompt: Prompt, output: TokenRange, tariff: Tariff, baseline: Tariff | None
) -> Estimate:
    """What asking the rung's first model should cost; ``None`` costs where its price is unknown."""
    counted = prompt.input_tokens
    offline = tariff.model == OFFLINE
    if offline:
        counted, output = 0, TokenRange(0, 0, 0)
    return Estimate(
        action=action,
        tier=rung.tier,
        model=tariff.model,
        input_tokens=tariff.input_tokens(counted),
        output_tokens=output,
        cost=_range(tariff, counted, output),
        # Without a model there is nothing to have saved against: claiming the premium price would be a lie.
        baseline_cost=None if offline or baseline is None else baseline.cost(counted, output.likely),
        price=tariff.price,
    )


def _range(tariff: Tariff, counted: int, output: TokenRange) -> CostRange | None:
    low, likely, high = (tariff.cost(counted, tokens) for tokens in (output.low, output.likely, output.high))
    if low is None or likely is None or high is None:
        return None
    return CostRange(low, likely, high)

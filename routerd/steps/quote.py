"""Quote: the ranges of tokens and price of each candidate, before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import sqrt
from typing import Protocol

from routerd.domain.action import ActionSpec, OutputPrior, Target
from routerd.domain.baseline import baseline_cost
from routerd.domain.model import OFFLINE
from routerd.domain.money import MILLION, Price
from routerd.domain.prompt import Prompt
from routerd.domain.quantile import outer_levels, quantile
from routerd.domain.quote import Candidate, CostRange, Estimate, Past, Tariff, TokenCalibration, TokenRange


class Priced(Protocol):
    """What is priced: an editor's action, or an endpoint of the gateway."""

    @property
    def name(self) -> str:
        """What the ledger calls it."""

    @property
    def output(self) -> OutputPrior:
        """How long its answers are before there are bills."""


def likely_output(spec: ActionSpec, target_tokens: int, target: Target) -> int:
    """Likely output tokens by the prior alone for a target of this size."""
    # Documentation and tests are written for each symbol; a review or a design is one text about them all.
    pieces = len(target.symbols) if spec.code_only else 1
    return round(spec.output.base * sqrt(max(1, pieces)) + spec.output.per_target_token * target_tokens)


def output_range(prior: OutputPrior, likely: int, token_calibration: TokenCalibration) -> TokenRange:
    """Low, likely and high output tokens: calibrated by past bills, else by the prior's spread."""
    if token_calibration.output_factor is None:
        return TokenRange(round(likely / prior.spread), likely, round(likely * prior.spread))
    low, middle, high = (round(likely * factor) for factor in token_calibration.output_factor)
    return TokenRange(low, middle, high)


def quote(
    spec: Priced, candidate: Candidate, prompt: Prompt, prior: int, tariff: Tariff, baseline: Tariff | None
) -> Estimate:
    """The estimate of asking the candidate's first model; its costs are ``None`` if the price is unknown.

    ``prior`` is the result of ``likely_output``.
    """
    output = output_range(spec.output, prior, tariff.token_calibration)
    counted = prompt.input_tokens
    offline = tariff.model == OFFLINE
    if offline:
        counted, output = 0, TokenRange(0, 0, 0)
    return Estimate(
        action=spec.name,
        tier=candidate.tier,
        model=tariff.model,
        input_tokens=tariff.input_tokens(counted),
        output_tokens=output,
        cost=_range(tariff, counted, output, 0 if offline else prior),
        # Without a baseline model no saving can be claimed.
        baseline_cost=None if offline else _baseline(tariff, counted, output.likely, baseline),
        price=tariff.price,
    )


def _baseline(tariff: Tariff, counted: int, output: int, baseline: Tariff | None) -> Decimal | None:
    """Uses the receipt's arithmetic, so that an answer as estimated saves what was estimated."""
    return baseline_cost(tariff.usage(counted, output), tariff.model, tariff.token_calibration.input_factor, baseline)


def _range(tariff: Tariff, counted: int, output: TokenRange, prior: int) -> CostRange | None:
    likely = tariff.cost(counted, output.likely)
    if likely is None or tariff.price is None:
        return None
    if not tariff.token_calibration.past:
        # Without past bills neither cache hits nor the model's token factor are known.
        cold = replace(tariff, cached_tokens=0)
        low, high = tariff.cost(counted, output.low), cold.cost(counted, output.high)
        assert low is not None
        assert high is not None
        return CostRange(low, likely, high)
    bills = [
        (_as_billed(tariff, tariff.price, counted, prior, past), past.weight) for past in tariff.token_calibration.past
    ]
    levels = outer_levels([past.weight for past in tariff.token_calibration.past])
    ends = [Decimal(round(quantile(bills, level))) / MILLION / MILLION for level in levels]
    return CostRange(min(ends[0], likely), likely, max(ends[1], likely))


def _as_billed(tariff: Tariff, price: Price, counted: int, prior: int, past: Past) -> float:
    """The cost of this question in pico-dollars if it were billed like the past bill."""
    sent = counted * past.input
    cached = min(sent, max(sent * past.cached, tariff.cached_tokens * past.input))
    dear, cheap = float(price.input), float(price.input if price.cached_input is None else price.cached_input)
    shown, thought = float(price.output), float(price.output if price.reasoning is None else price.reasoning)
    generated = shown + (thought - shown) * tariff.token_calibration.reasoning
    return ((sent - cached) * dear + cached * cheap + prior * past.output * generated) * 1e6

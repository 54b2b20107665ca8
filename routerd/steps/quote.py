"""Quote: the price before anything is sent: ranges and limits of each candidate, forecast and bound of the action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from math import sqrt
from typing import Protocol

from routerd.domain.action import ActionSpec, OutputPrior
from routerd.domain.forecast import INPUT_BOUND, Quote, Terms
from routerd.domain.model import OFFLINE
from routerd.domain.money import MILLION, Price
from routerd.domain.prompt import Prompt
from routerd.domain.quantile import outer_levels, quantile
from routerd.domain.quote import (
    Candidate,
    CostRange,
    Estimate,
    Past,
    Tariff,
    TokenCalibration,
    TokenRange,
    baseline_cost,
)
from routerd.domain.settings import ALWAYS_ALLOWED, Budget, ModelSettings, Quirks


class Priced(Protocol):
    """What is priced: an editor's action, or an endpoint of the gateway."""

    @property
    def name(self) -> str:
        """What the ledger calls it."""

    @property
    def output(self) -> OutputPrior:
        """How long its answers are before there are bills."""


def likely_output(spec: ActionSpec, target_tokens: int, symbols: int) -> int:
    """Likely output tokens by the prior alone for a target of this size with so many symbols."""
    # Documentation and tests are written for each symbol; a review or a design is one text about them all.
    pieces = symbols if spec.code_only else 1
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
    # Without a baseline model no saving can be claimed.
    against = None if offline else _baseline(tariff, counted, output.likely, baseline)
    return Estimate(
        action=spec.name,
        tier=candidate.tier,
        model=tariff.model,
        input_tokens=tariff.input_tokens(counted),
        output_tokens=output,
        cost=_range(tariff, counted, output, 0 if offline else prior),
        baseline_cost=against,
        price=tariff.price,
        baseline_model=baseline.model if baseline and against is not None else None,
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


_DOUBT = 1.1
"""The calibrated factor is a median; this margin makes it a bound for nearly all prompts of a kind."""

_COUNTS = frozenset({"n", "best_of", "max_tokens", "max_completion_tokens"})
"""Request fields that change how much is generated; if a user sets one, the bill has no bound."""


def terms(estimate: Estimate, token_calibration: TokenCalibration, own: ModelSettings | None, quirks: Quirks) -> Terms:
    """The terms of asking one model; ``own`` are the user's settings of it, ``quirks`` those of its provider."""
    high = estimate.output_tokens.high
    limit = 2 * high + 512
    if own and own.max_output:
        limit = min(limit, own.max_output)
    return _terms(estimate, token_calibration, quirks, (min(high, limit), limit))


_LONGEST_ANSWER = 32_000
"""Tokens of an answer that nobody limited: what coding agents ask for, and no list of prices tells a model's own."""


def terms_of_request(
    estimate: Estimate,
    token_calibration: TokenCalibration,
    own: ModelSettings | None,
    quirks: Quirks,
    asked: int | None,
) -> Terms:
    """The terms of a request that passes through; ``asked``: the limit of its answer, in tokens, if it has one."""
    if asked is None:
        window = estimate.price.context if estimate.price else None
        asked = (own.max_output if own else None) or min(_LONGEST_ANSWER, window or _LONGEST_ANSWER)
    return _terms(estimate, token_calibration, quirks, (min(estimate.output_tokens.likely, asked), asked))


def _terms(estimate: Estimate, token_calibration: TokenCalibration, quirks: Quirks, output: tuple[int, int]) -> Terms:
    """``output``: the lowest and the highest limit of the answer."""
    return Terms(
        price=estimate.price,
        max_output=output[1],
        least=output[0],
        input_bound=max(
            INPUT_BOUND, _DOUBT * token_calibration.input_factor, *(past.input for past in token_calibration.past)
        ),
        excess=max(1.0, token_calibration.excess),
        limited=quirks.max_tokens_field is not None and _COUNTS.isdisjoint(quirks.extra_body),
    )


TIMES_LIKELY = 10
"""Without a cap an action stops before it costs more than ten times its likely price or a cent, whichever is more:
in the recorded outcomes, higher costs came from a repeating fault."""


def cap(budget: Budget, likely: Decimal | None, first: Quote, counted: int) -> Decimal | None:
    """The cap of an action in dollars: the user's setting, else a multiple of its likely price.

    ``None`` if the first price is unknown. The first answer is always within the cap: a prompt that a provider's cache
    should serve may cost ten times its likely price if it does not.
    """
    if budget.per_action is not None:
        return budget.per_action
    if likely is None:
        likely = first.estimate.cost.likely if first.estimate.cost else None
    least = first.terms.most(counted, first.terms.least)
    if likely is None or least is None:
        return None
    return max(TIMES_LIKELY * likely, ALWAYS_ALLOWED, least)


def most(quotes: Sequence[Quote], capped: Decimal | None) -> Decimal | None:
    """The upper bound of the action's bill in dollars; ``quotes`` contains every model that may be asked.

    ``None`` if a price is unknown, or a provider accepts no limit of the answer.
    """
    paid = [one.terms for one in quotes if one.estimate.model != OFFLINE]
    if all(terms.price is not None and terms.price.free for terms in paid):
        return Decimal(0)
    if any(terms.price is None or not terms.limited for terms in paid):
        return None
    return capped

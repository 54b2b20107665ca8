"""The price before anything is sent: the candidates of a route, each with ranges of tokens and cost; and the baseline.

The baseline is what another model would have billed for the same text, in its own tokens. Savings are computed
against it, so unknown quantities are resolved towards the smaller saving.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from routerd.domain.classification import Classification, Signal
from routerd.domain.model import ModelRef
from routerd.domain.money import Price, Usage, cost
from routerd.domain.tier import Tier


@dataclass(frozen=True, slots=True)
class TokenRange:
    """Expected output tokens: 10th, 50th and 90th percentile."""

    low: int
    likely: int
    high: int


@dataclass(frozen=True, slots=True)
class CostRange:
    """Expected cost in dollars at the same percentiles."""

    low: Decimal
    likely: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate of the chain: a tier and its deployments in the order in which they are tried."""

    tier: Tier
    models: tuple[ModelRef, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """The chain of candidates and the reason for it; part of every outcome."""

    chain: tuple[Candidate, ...]
    """Cheapest suitable candidate first; never empty."""
    reason: str
    classification: Classification | None = None
    """Set if the user's instruction was classified."""
    signals: tuple[Signal, ...] = ()
    """Local signals, which count if the classification is not confident."""
    below: tuple[Candidate, ...] = ()
    """Weaker candidates with which asking may begin where that is expected to cost less; weakest first."""

    @property
    def first(self) -> Candidate:
        """The candidate that is asked first."""
        return self.chain[0]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The expected cost of one candidate for one action. Unknown is ``None``."""

    action: str
    tier: Tier
    model: ModelRef
    input_tokens: int
    output_tokens: TokenRange
    cost: CostRange | None
    baseline_cost: Decimal | None
    price: Price | None
    baseline_model: ModelRef | None = None
    """The model that ``baseline_cost`` is of; ``None`` where that is unknown."""


class Past(NamedTuple):
    """One past bill relative to what was counted and estimated for it."""

    input: float
    """Billed input tokens per locally counted token."""
    cached: float
    """The share of the input that was served by the provider's cache."""
    output: float
    """Billed output tokens per likely output token of the prior."""
    weight: float
    """The weight of this bill; older bills weigh less."""


@dataclass(frozen=True, slots=True)
class TokenCalibration:
    """The calibration of one model and action by past bills; the defaults mean no bills."""

    input_factor: float = 1.0
    """Billed input tokens per locally counted token."""
    output_factor: tuple[float, float, float] | None = None
    """Multiples of the prior's likely output at the 10th, 50th and 90th percentile of past answers."""
    past: tuple[Past, ...] = ()
    """The latest bills, whose input and output vary together; empty while there are too few."""
    reasoning: float = 0.0
    """The share of reasoning in the generated tokens, in [0, 1]."""
    excess: float = 1.0
    """The largest ratio of a bill to its highest estimate; 1 if no bill exceeded its estimate."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """How one model bills: its price, its token calibration, and the cached prefix."""

    model: ModelRef
    price: Price | None
    token_calibration: TokenCalibration = TokenCalibration()
    cached_tokens: int = 0
    """Tokens of the prompt's prefix, by the local count, that the provider's cache will serve."""

    def input_tokens(self, counted: int) -> int:
        """The provider's count for a prompt of ``counted`` local tokens."""
        return round(counted * self.token_calibration.input_factor)

    def usage(self, counted: int, output: int) -> Usage:
        """The billed usage of a prompt of ``counted`` local tokens and of ``output`` tokens."""
        sent = self.input_tokens(counted)
        cached = min(sent, self.input_tokens(self.cached_tokens))
        thought = round(output * self.token_calibration.reasoning)
        return Usage(input=sent - cached, cached_input=cached, output=output - thought, reasoning=thought)

    def bill(self, usage: Usage) -> Decimal | None:
        """Dollars for usage in this model's tokens; ``None`` if its price is unknown."""
        return cost(usage, self.price) if self.price else None

    def cost(self, counted: int, output: int) -> Decimal | None:
        """Dollars for a prompt of ``counted`` local tokens and ``output`` tokens; unknown is ``None``."""
        return self.bill(self.usage(counted, output))


def retokenized(usage: Usage, ratio: float) -> Usage:
    """The same text in another model's tokens; ``ratio`` is that model's token factor divided by this one's.

    Every bucket of text is scaled, cached or not: the same prompts in the same order would have filled the other
    model's cache as well. Reasoning is not scaled: its length depends on the model, not on the text.
    """
    return Usage(
        round(usage.input * ratio),
        round(usage.cached_input * ratio),
        round(usage.cache_write * ratio),
        round(usage.output * ratio),
        usage.reasoning,
    )


def baseline_cost(usage: Usage, model: ModelRef, factor: float, baseline: Tariff | None) -> Decimal | None:
    """Dollars that the baseline model would have billed for ``usage`` of ``model``, whose token factor is ``factor``.

    Reasoning counts only if the baseline is known to reason as well: it is the same model, or was billed for
    reasoning before. Otherwise a cheap model with long reasoning would seem to save an amount that nobody would
    have paid. ``None`` without a baseline, or if its price is unknown.
    """
    if baseline is None:
        return None
    same = model == baseline.model
    counted = retokenized(usage, 1.0 if same else baseline.token_calibration.input_factor / factor)
    if not (same or baseline.token_calibration.reasoning):
        counted = Usage(counted.input, counted.cached_input, counted.cache_write, counted.output)
    return baseline.bill(counted)
